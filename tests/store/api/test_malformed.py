"""Requests whose parts have the wrong type or form are the client's fault: never a 500."""

import re

import pytest

from kelp.store.aggs.tree import AGGREGATIONS
from kelp.store.api.app import all_routes
from kelp.store.node import Node

BODIES = [
    None, "[]", "1", "null", "{", '{"query":1}', '{"actions":[{"add":1}]}', '{"settings":1,"mappings":2,"aliases":3}',
    '{"index_patterns":1,"template":2}', '{"index_patterns":["z"],"composed_of":1,"priority":"x"}', '{"persistent":1}',
    '{"source":1,"dest":2}', '{"conditions":1}', '{"docs":1}', '{"ids":1}', '{"index":{"_index":1}}\n{"a":1}\n',
    '{"fields":1}', '{"pit":1}', '{"search_after":1}', '{"scroll_id":1}', '{"max_docs":"x","query":{"match_all":{}}}',
    '{"order":"x","index_patterns":["z*"]}', '{"policy":{"phases":{"delete":1}}}',
]  # fmt: skip


@pytest.fixture
def documents(server):
    line = (
        '{"index":{"_index":"t-fuzz","_id":"1"}}\n{"@timestamp":"2026-11-23T10:00:00Z","a":1,"log":"x y"}\n'
    )
    assert server("POST", "/_bulk?refresh=true", line).json()["errors"] is False
    return server


def paths(store, tmp_path):
    for route in all_routes(store, Node(tmp_path)):
        for method in route.methods.split():
            if method != "DELETE":
                yield method, re.sub(r"\{\w+\}", "t-fuzz", route.path)


@pytest.mark.parametrize("body", BODIES)
def test_every_route(documents, store, tmp_path, body):
    failed = []
    for method, path in sorted(set(paths(store, tmp_path))):
        answer = documents(method, path, body)
        if answer.status_code >= 500:
            failed.append((method, path, answer.text))
    assert failed == []


VALUES = [
    1, "x", [], {}, [1], {"field": 1}, {"field": "a", "size": "x"}, {"field": "a", "missing": {}},
    {"field": "a", "order": {"x": "asc"}}, {"field": "@timestamp", "fixed_interval": "1x"}, {"field": "a", "interval": "x"},
    {"field": "@timestamp", "fixed_interval": "1d", "extended_bounds": 1}, {"field": "a", "ranges": [1]},
    {"field": "a", "percents": ["x"]}, {"filters": 1}, {"buckets_path": "x"}, {"sources": [{"a": {"terms": 1}}]},
]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(AGGREGATIONS))
def test_aggregations(documents, kind):
    for value in VALUES:
        answer = documents("POST", "/t-fuzz/_search", {"size": 0, "aggs": {"z": {kind: value}}})
        assert answer.status_code < 500 or "cannot accept" in answer.text, (value, answer.text)


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"match": {"log": {"query": "a", "minimum_should_match": "x%"}}}},
        {"query": {"multi_match": {"query": "*", "fields": [1]}}},
        {"query": {"query_string": {"query": "x", "default_field": 1}}},
        {"sort": [{"a": {"missing": {}}}]},
        {"sort": ["a"], "search_after": [{}]},
        {"highlight": {"fields": 1}},
        {"highlight": {"fields": {"log": {"fragment_size": "x"}}}},
        {"fields": [1]},
        {"collapse": {}},
        {"track_total_hits": "x"},
    ],
)
def test_search(documents, body):
    answer = documents("POST", "/t-fuzz/_search", body)
    assert answer.status_code == 400
    assert not answer.json()["error"]["reason"].startswith("unexpected")
