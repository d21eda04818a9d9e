import re

import pytest

from kelp.store.errors import ApiError
from kelp.store.query.patterns import lucene_to_re2, wildcard_parts, wildcard_to_re2


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("a*b", ["=a", "*", "=b"]),
        ("**a", ["*", "=a"]),
        ("a\\*b?", ["=a*b", "?"]),
        ("", []),
        ("end\\", ["=end\\"]),
    ],
)
def test_wildcard_parts(pattern: str, parts: list[str]) -> None:
    assert wildcard_parts(pattern) == parts


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [("a.c*", "a.cd", "abcd"), ("?x", "yx", "x"), ("*", "any\nthing", None), ("a\\?", "a?", "ab")],
)
def test_wildcard_to_re2(pattern: str, hit: str, miss: str | None) -> None:
    compiled = re.compile(wildcard_to_re2(pattern))
    assert compiled.fullmatch(hit)
    assert miss is None or not compiled.fullmatch(miss)


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [
        ("ab{1,2}c?", "abb", "abbbc"),
        ("^a$", "^a$", "a"),
        ("a@", "axyz", "b"),
        ('"a.b"+', "a.b", "axb"),
        ("<1-12>", "07", "13"),
        ("[^a-c]+", "xyz", "abc"),
        ("[a&b]", "&", "c"),
        ("a\\/b", "a/b", "ab"),
        ("(x|y).", "xz", "z"),
    ],
)
def test_lucene_to_re2(pattern: str, hit: str, miss: str) -> None:
    compiled = re.compile(lucene_to_re2(pattern))
    assert compiled.fullmatch(hit)
    assert not compiled.fullmatch(miss)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("a&b", "the operator & has no counterpart in this engine"),
        ("~a", "the operator ~ has no counterpart in this engine"),
        ("[a", "a character class is not closed"),
        ('"a', "a quote is not closed"),
        ("a\\", "it ends with a backslash"),
        ("<1-9999>", "the interval <1-9999> is wider than 1000"),
    ],
)
def test_refused(pattern: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        lucene_to_re2(pattern)
    assert caught.value.reason == f"cannot use the regular expression [{pattern}]: {why}"
