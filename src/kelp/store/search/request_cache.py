"""Answers of searches without hits, kept until a document of their indices changes: dashboards ask the same again.

Elasticsearch does the same: https://www.elastic.co/guide/en/elasticsearch/reference/7.17/shard-request-cache.html
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import orjson

from kelp.store.index.index import Index
from kelp.store.search.request import SearchRequest

_LIMIT_BYTES = 16 * 1024 * 1024
_ANSWER_LIMIT_BYTES = 1024 * 1024


class RequestCache:
    """The answers used last, as JSON texts."""

    def __init__(self, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> dict[str, Any] | None:
        """A copy of the answer; None when it is not there."""
        with self._lock:
            text = self._answers.get(key)
            if text is None:
                return None
            self._answers.move_to_end(key)
        answer: dict[str, Any] = orjson.loads(text)
        return answer

    def put(self, key: str, answer: dict[str, Any]) -> None:
        """Keep an answer, unless it is very large, timed out or lacks shards."""
        if answer["timed_out"] or answer["_shards"]["failed"]:
            return
        text = orjson.dumps(answer, option=orjson.OPT_NON_STR_KEYS)
        size = len(text) + len(key)
        if size > _ANSWER_LIMIT_BYTES:
            return
        with self._lock:
            if key not in self._answers:
                self._answers[key] = text
                self._bytes += size
            while self._bytes > self._limit_bytes:
                old_key, old = self._answers.popitem(last=False)
                self._bytes -= len(old) + len(old_key)


def cache_key(indices: Sequence[Index], request: SearchRequest) -> str | None:
    """What the answer depends on; None where that is more than request and documents, or it has hits."""
    if not request.cached or request.size or request.pit_id is not None or request.profile or not indices:
        return None
    asked = repr(request)
    if "now" in asked:
        return None
    states = [
        (each.uuid, each.name, each.changes, each.mapping.generation, len(each.columns), sorted(each.aliases))
        for each in indices
    ]
    return f"{asked}{states}"
