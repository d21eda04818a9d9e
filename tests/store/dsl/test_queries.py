"""Faults of query bodies; what queries mean is tested in compat/ and sql/."""

from typing import Any

import pytest

from kelp.store.dsl import QUERIES, parse_query
from kelp.store.dsl.registry import UNSUPPORTED
from kelp.store.errors import ApiError


@pytest.mark.parametrize(
    ("body", "type", "reason"),
    [
        ({"foo": {}}, "parsing_exception", "unknown query [foo]"),
        ({"script": {}}, "parsing_exception", "cannot run query [script]: scripts are not supported"),
        ({}, "illegal_argument_exception", "query malformed, empty clause found"),
        ([], "parsing_exception", "[_na] query malformed, must start with start_object"),
        ({"match": {"a": {"quer": 1}}}, "parsing_exception", "[match] query does not support [quer]"),
        (
            {"match": {"a": 1, "b": 2}},
            "parsing_exception",
            "[match] query doesn't support multiple fields, found [a] and [b]",
        ),
        ({"term": {}}, "illegal_argument_exception", "field name is null or empty"),
        ({"term": {"a": [1]}}, "parsing_exception", "[term] unknown token [START_ARRAY] after [a]"),
        ({"terms": {"a": 5}}, "parsing_exception", "[terms] query does not support [a]"),
        (
            {"terms": {"a": {"index": "x", "id": "1", "path": "p"}}},
            "parsing_exception",
            "cannot run query [terms]: looking terms up in another document is not supported",
        ),
        ({"bool": {"foo": 1}}, "x_content_parse_exception", "[bool] unknown field [foo]"),
        ({"exists": {}}, "parsing_exception", "[exists] must be provided with a [field]"),
        ({"range": {"a": 5}}, "parsing_exception", "[range] query does not support [a]"),
        ({"range": {"a": {"gtt": 5}}}, "parsing_exception", "[range] query does not support [gtt]"),
        ({"query_string": {}}, "parsing_exception", "[query_string] must be provided with a [query]"),
        ({"nested": {"path": "a"}}, "parsing_exception", "[nested] requires 'query' field"),
        ({"dis_max": {}}, "parsing_exception", "[dis_max] requires 'queries' field with at least one clause"),
        ({"wrapper": {"query": "!"}}, "parsing_exception", None),
        (
            {"multi_match": {"query": "a", "type": "odd"}},
            "parse_exception",
            "failed to parse [multi_match] query type [odd]. unknown type.",
        ),
        (
            {"match": {"a": {"query": "x", "lenient": "maybe"}}},
            "illegal_argument_exception",
            "Failed to parse value [maybe] as only [true] or [false] are allowed.",
        ),
    ],
)
def test_faults(body: Any, type: str, reason: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        parse_query(body)
    assert caught.value.type == type
    assert reason is None or caught.value.reason == reason


def test_no_query_is_both_supported_and_refused() -> None:
    assert not QUERIES.keys() & UNSUPPORTED.keys()


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_refused_by_name(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_query({name: {}})
    assert caught.value.reason == f"cannot run query [{name}]: {UNSUPPORTED[name]}"
