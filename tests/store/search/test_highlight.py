from typing import Any

import pytest

from kelp.store.dsl import parse_query
from kelp.store.index.index import Index
from kelp.store.mapping.mapping import Mapping
from kelp.store.search.highlight import Highlighter, parse_highlight

MAPPING = Mapping.from_json(
    {
        "properties": {
            "log": {"type": "text", "fields": {"keyword": {"type": "keyword"}}},
            "level": {"type": "keyword"},
            "z": {"type": "text"},
            "n": {"type": "long"},
        }
    }
)
INDEX = Index("i", "u", "t", MAPPING, {}, {}, 0)
SOURCE = {
    "log": "Cache miss. The cache hit www.example.com",
    "level": "error",
    "z": ["日本", "a cache"],
    "n": 5,
}
WHOLE = {"fields": {"*": {}}, "number_of_fragments": 0}


def mark(query: dict[str, Any], highlight: dict[str, Any]) -> dict[str, list[str]]:
    return Highlighter(parse_highlight(highlight), parse_query(query).lower(), INDEX).mark(SOURCE)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            {"match": {"log": "cache"}},
            {"log": ["<em>Cache</em> miss. The <em>cache</em> hit www.example.com"]},
        ),
        (
            {"match_phrase": {"log": "cache hit"}},
            {"log": ["Cache miss. The <em>cache</em> <em>hit</em> www.example.com"]},
        ),
        ({"match": {"z": "日本"}}, {"z": ["<em>日</em><em>本</em>"]}),
        ({"term": {"level": "error"}}, {"level": ["<em>error</em>"]}),
        ({"term": {"level": "err"}}, {}),
        ({"wildcard": {"log": "*iss"}}, {"log": ["Cache <em>miss</em>. The cache hit www.example.com"]}),
        ({"prefix": {"log": "hi"}}, {"log": ["Cache miss. The cache <em>hit</em> www.example.com"]}),
        (
            {"match": {"log": "www.example.com"}},
            {"log": ["Cache miss. The cache hit <em>www.example.com</em>"]},
        ),
        ({"bool": {"must_not": {"match": {"log": "cache"}}}}, {}),
        ({"range": {"n": {"gte": 1}}}, {}),
        (
            {"query_string": {"query": "hit AND level:error"}},
            {"log": ["Cache miss. The cache <em>hit</em> www.example.com"], "level": ["<em>error</em>"]},
        ),
    ],
)
def test_whole_values(query: dict[str, Any], expected: dict[str, list[str]]) -> None:
    assert mark(query, WHOLE) == expected


def test_fragments() -> None:
    highlight = {"fields": {"log": {"fragment_size": 5}}, "pre_tags": ["["], "post_tags": ["]"]}
    assert mark({"match": {"log": "cache"}}, highlight) == {"log": ["[Cache]", "The [cache]"]}


def test_other_fields_count_when_asked() -> None:
    highlight = {**WHOLE, "require_field_match": False}
    assert mark({"match": {"log": "error"}}, highlight)["level"] == ["<em>error</em>"]
    assert mark({"match": {"log": "error"}}, WHOLE) == {}


def test_no_match_size() -> None:
    highlight = {"fields": {"log": {"no_match_size": 5}}}
    assert mark({"match": {"log": "none"}}, highlight) == {"log": ["Cache"]}
