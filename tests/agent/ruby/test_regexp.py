"""Ruby's regular expressions on Python's engines."""

import pytest

from kelp.agent.ruby.regexp import compile_regexp, parse_literal


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"(?<a>\d+)-(?<b>\w)", "12-x", {"a": "12", "b": "x"}),
        (r"(?<a>x)(y)", "xy", {"a": "x"}),
        (r"(x)(y)", "xy", ("x", "y")),
        (r"(?'a'x)", "x", {"a": "x"}),
        (r"\h+\z", "beef", ()),
        (r"\h+\z", "beef\n", None),
        (r"f\Z", "f\n", ()),
        (r"^b$", "a\nb\nc", ()),
        (r"^$", "a\n", None),
        (r"^[\r\n]*$", "plain\n", None),
        (r"^$", "\n", ()),
        (r"\d", "٣", None),
        (r"[[:alpha:]]+", "é", ()),
        (r"[[:digit:]a]+", "a1", ()),
        (r"[^[:space:]]", " ", None),
        (r"(?i)abc", "ABC", ()),
        (r"a(?i:b)", "aB", ()),
        (r"(?m:a.b)", "a\nb", ()),
        (r"a.b", "a\nb", None),
        (r"(?<a>x)\k<a>", "xx", {"a": "x"}),
        (r"(?<a>x)|(?<a>y)", "y", {"a": "y"}),
        (r"\p{Lu}", "É", ()),
        (r"[a-z&&[^b]]+", "b", None),
        (r"(?>a+)b", "aab", ()),
        (r"\/x\-", "/x-", ()),
        (r"[\w.-]+@", "a.b-c@", ()),
    ],
)
def test_matches(pattern: str, text: str, expected: object) -> None:
    found = compile_regexp(pattern).search(text)
    result = None if found is None else found.groupdict() or found.groups()
    assert result == expected


@pytest.mark.parametrize(
    ("literal", "text", "matches"),
    [
        ("/abc/", "xabcx", True),
        ("/abc/i", "ABC", True),
        ("/a.c/m", "a\nc", True),
        ("abc", "abc", True),
        ("/a/b/", "a/b", True),
        ("^/(\\w+)", "/x", True),
    ],
)
def test_literals(literal: str, text: str, matches: bool) -> None:
    assert (parse_literal(literal).search(text) is not None) is matches


@pytest.mark.parametrize(
    ("literal", "message"),
    [("/abc", "missing right slash"), ("(", "missing"), ("[a", "premature end of char-class")],
)
def test_faults(literal: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_literal(literal)
