from typing import Any

import pytest

from kelp.store.aggs.node import AGGREGATIONS
from kelp.store.aggs.tree import UNSUPPORTED, parse_aggregations
from kelp.store.errors import ApiError


def test_nesting() -> None:
    (top,) = parse_aggregations(
        {"a": {"terms": {"field": "x"}, "meta": {"k": 1}, "aggs": {"b": {"max": {"field": "y"}}}}}
    )
    assert (top.name, top.type_name, top.meta, [sub.name for sub in top.subs]) == (
        "a",
        "terms",
        {"k": 1},
        ["b"],
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"a": {"foo": {}}}, "Unknown aggregation type [foo]"),
        ({"a": {}}, "Missing definition for aggregation [a]"),
        ({"a": {"max": {}, "min": {}}}, "Found two aggregation type definitions in [a]: [max] and [min]"),
        ({"a>b": {"max": {"field": "x"}}}, "Invalid aggregation name [a>b]. Aggregation names can contain any "
                                           "character except '[', ']', and '>'"),
        ({"a": {"max": {"field": "x"}, "aggs": {"b": {"max": {"field": "x"}}}}},
         "Aggregator [a] of type [max] cannot accept sub-aggregations"),
        ({"a": {"terms": {"field": "x", "foo": 1}}}, "[terms] unknown field [foo]"),
        ({"a": {"max": {}}}, "Required one of fields [field, script], but none were specified. "),
        ({"a": {"terms": {"field": "x", "size": 0}}},
         "cannot run aggregation [a] of type [terms]: [size] must be greater than 0, found [0]"),
        ({"a": {"terms": {"script": "x"}}},
         "cannot run aggregation [a] of type [terms]: scripts are not supported, name a [field]"),
        ({"a": {"histogram": {"field": "x", "interval": 0}}},
         "[interval] must be >0 for histogram aggregation [a]"),
        ({"a": {"percentiles": {"field": "x", "percents": [101]}}},
         "cannot run aggregation [a] of type [percentiles]: percents must be numbers from 0 to 100"),
        ({"a": {"composite": {"sources": []}}},
         "cannot run aggregation [a] of type [composite]: [sources] cannot be empty"),
        ({"a": {"derivative": {}}},
         "cannot run aggregation [a] of type [derivative]: [buckets_path] must name one aggregation"),
    ],
)  # fmt: skip
def test_faults(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_aggregations(body)
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_refused_by_name(name: str) -> None:
    assert name not in AGGREGATIONS
    with pytest.raises(ApiError) as caught:
        parse_aggregations({"a": {name: {"field": "x"}}})
    assert caught.value.reason == f"cannot run aggregation [a] of type [{name}]: {UNSUPPORTED[name]}"
