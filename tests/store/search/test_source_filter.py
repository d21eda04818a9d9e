from typing import Any

import pytest

from kelp.store.api.parameters import Parameters
from kelp.store.search.source_filter import parse_source_filter

DOCUMENT = {"a": 1, "k": {"app": "x", "labels": {"p": 1, "q": 2}}, "o": [{"a": 1, "b": 2}, {"b": 3}], "e": {}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (True, DOCUMENT),
        (["a"], {"a": 1}),
        ("k.*", {"k": DOCUMENT["k"]}),
        (["k"], {"k": DOCUMENT["k"]}),
        (["*.p"], {"k": {"labels": {"p": 1}}}),
        (["o.a"], {"o": [{"a": 1}]}),
        ({"excludes": ["k.labels", "o", "e"]}, {"a": 1, "k": {"app": "x"}}),
        ({"includes": ["k"], "excludes": ["*.q"]}, {"k": {"app": "x", "labels": {"p": 1}}}),
        ({"excludes": ["k.*"]}, {**DOCUMENT, "k": {}}),
        (["none"], {}),
    ],
)
def test_apply(given: Any, expected: dict[str, Any]) -> None:
    found = parse_source_filter(given, Parameters())
    assert found.wanted
    assert found.apply(DOCUMENT) == expected


@pytest.mark.parametrize(
    ("url", "wanted", "includes", "excludes"),
    [
        ("_source=false", False, (), ()),
        ("_source=true", True, (), ()),
        ("_source=a,b.*", True, ("a", "b.*"), ()),
        ("_source_includes=a&_source_excludes=b", True, ("a",), ("b",)),
    ],
)
def test_url(url: str, wanted: bool, includes: tuple[str, ...], excludes: tuple[str, ...]) -> None:
    found = parse_source_filter(None, Parameters(url))
    assert (found.wanted, found.includes, found.excludes) == (wanted, includes, excludes)
