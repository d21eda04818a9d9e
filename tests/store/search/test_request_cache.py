"""Answers without hits are kept only as long as they are true."""

from typing import Any

from kelp.store.api.parameters import Parameters
from kelp.store.ingest.bulk_request import BulkDefaults
from kelp.store.search.request import parse_search
from kelp.store.search.request_cache import RequestCache, cache_key
from kelp.store.search.search import run_search
from kelp.store.store import Store

TOP = {"size": 0, "aggs": {"top": {"terms": {"field": "app.keyword"}}}}


def answer(text: str, **changed: Any) -> dict[str, Any]:
    return {"timed_out": False, "_shards": {"failed": 0}, "text": text} | changed


def test_the_least_used_answers_go_first() -> None:
    cache = RequestCache(limit_bytes=200)
    cache.put("a", answer("a" * 20))
    cache.put("b", answer("b" * 20))
    assert cache.get("a") == answer("a" * 20)
    cache.put("c", answer("c" * 20))
    assert cache.get("b") is None
    assert cache.get("a") == answer("a" * 20)


def test_incomplete_answers_are_not_kept() -> None:
    cache = RequestCache()
    cache.put("late", answer("", timed_out=True))
    cache.put("failed", answer("", _shards={"failed": 1}))
    assert cache.get("late") is None
    assert cache.get("failed") is None


def test_written_and_deleted_documents_change_the_answer(store: Store) -> None:
    def write(lines: str) -> None:
        assert not store.bulk(lines.encode(), BulkDefaults("cached"), refresh="true").errors

    def top(body: dict[str, Any]) -> dict[str, int]:
        index = store.catalog.get("cached")
        assert index is not None
        found = run_search(store.engine, [index], parse_search(body, Parameters()))
        return {bucket["key"]: bucket["doc_count"] for bucket in found["aggregations"]["top"]["buckets"]}

    write('{"index":{"_id":"1"}}\n{"app":"billing"}\n{"index":{"_id":"2"}}\n{"app":"mailer"}\n')
    assert top(TOP) == top(TOP) == {"billing": 1, "mailer": 1}
    write('{"index":{"_id":"1"}}\n{"app":"mailer"}\n')
    assert top(TOP) == {"mailer": 2}
    write('{"delete":{"_id":"2"}}\n')
    assert top(TOP) == {"mailer": 1}


def test_only_answers_that_depend_on_documents_alone_are_kept(store: Store) -> None:
    indices = [store.catalog.create("keyed")]

    def key(body: dict[str, Any]) -> str | None:
        return cache_key(indices, parse_search(body, Parameters()))

    assert key(TOP) is not None
    assert key(TOP) != key({**TOP, "query": {"match": {"log": "x"}}})
    assert key({**TOP, "size": 1}) is None
    assert key({**TOP, "query": {"range": {"@timestamp": {"gte": "now-1h"}}}}) is None
    assert cache_key(indices, parse_search(TOP, Parameters("request_cache=false"))) is None
    assert cache_key([], parse_search(TOP, Parameters())) is None
