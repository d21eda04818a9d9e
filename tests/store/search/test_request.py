from typing import Any

import pytest

from kelp.store.api.parameters import Parameters
from kelp.store.errors import ApiError
from kelp.store.search.request import UNSUPPORTED, parse_search
from kelp.store.search.sort import SortKey


def test_defaults() -> None:
    request = parse_search({}, Parameters())
    assert (request.size, request.offset, request.track_total_hits, request.sort) == (10, 0, 10_000, ())


def test_url_wins() -> None:
    url = Parameters("size=3&from=2&sort=a:desc,b&track_total_hits=false&_source=x&version=true")
    request = parse_search({"size": 9, "sort": ["c"]}, url)
    assert (request.size, request.offset, request.track_total_hits, request.version) == (3, 2, False, True)
    assert request.sort == (SortKey("a", descending=True), SortKey("b"))
    assert request.source.includes == ("x",)


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"track_total_hits": 1}, 1), ({"track_total_hits": True}, True), ({"track_total_hits": -1}, True)],
)
def test_track_total_hits(body: dict[str, Any], expected: int | bool) -> None:
    found = parse_search(body, Parameters()).track_total_hits
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("body", "type", "reason"),
    [
        ({"foo": 1}, "parsing_exception", "Unknown key for a VALUE_NUMBER in [foo]."),
        ({"query": []}, "parsing_exception", "Unknown key for a START_ARRAY in [query]."),
        ({"size": -5}, "illegal_argument_exception", "[size] parameter cannot be negative, found [-5]"),
        (
            {"from": 1, "search_after": [1]},
            "action_request_validation_exception",
            "`from` parameter must be set to 0 when `search_after` is used",
        ),
        (
            {"explain": True},
            "illegal_argument_exception",
            "cannot explain scores: scores are constant here, leave out [explain]",
        ),
        (
            {"sort": [{"a": {"ordr": "asc"}}]},
            "x_content_parse_exception",
            "[field_sort] unknown field [ordr]",
        ),
        ({"sort": [{"a": "up"}]}, "illegal_argument_exception", "Unknown SortOrder [up]"),
        (
            {"sort": [{"_script": {}}]},
            "illegal_argument_exception",
            "cannot sort by [_script]: scripts and distances are not supported",
        ),
        (
            {"collapse": {"field": "a", "inner_hits": {}}},
            "illegal_argument_exception",
            "cannot collapse: inner_hits are not supported",
        ),
    ],
)
def test_faults(body: dict[str, Any], type: str, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_search(body, Parameters())
    assert (caught.value.type, caught.value.reason) == (type, reason)


@pytest.mark.parametrize("key", UNSUPPORTED)
def test_refused_unless_empty(key: str) -> None:
    parse_search({key: {}}, Parameters())
    with pytest.raises(ApiError) as caught:
        parse_search({key: {"a": 1}}, Parameters())
    assert caught.value.reason == f"cannot use [{key}]: {UNSUPPORTED[key]}"


def test_a_query_text_that_cannot_be_parsed_is_a_fault_of_the_indices() -> None:
    request = parse_search({"query": {"query_string": {"query": "("}}}, Parameters())
    assert request.query_fault is not None
    assert request.query_fault.reason == "Failed to parse query [(]"
