"""`_async_search`: searches that are run at once and kept for later.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/async-search.html
"""

import secrets
import threading
import time
from typing import Any

from kelp.store.api.alias_filter import narrowed
from kelp.store.api.parameters import duration_ms
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError
from kelp.store.search.request import parse_search
from kelp.store.search.search import run_search
from kelp.store.store import Store

_KEPT = 200
_KEEP_ALIVE_MS = 5 * 86_400_000.0


class Kept:
    """Answers by id until they expire; the oldest goes first where there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, dict[str, Any]] = {}

    def put(self, key: str, answer: dict[str, Any]) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > _KEPT:
                del self._answers[next(iter(self._answers))]

    def get(self, key: str) -> dict[str, Any]:
        with self._lock:
            answer = self._answers.get(key)
            if answer is None or answer["expiration_time_in_millis"] < time.time() * 1000:
                self._answers.pop(key, None)
                raise ApiError(404, "resource_not_found_exception", key)
            return answer

    def drop(self, key: str) -> None:
        self.get(key)
        with self._lock:
            self._answers.pop(key, None)


def routes(store: Store) -> list[Route]:
    """Submit, get and delete."""
    kept = Kept()

    def submit(call: Call) -> Any:
        request = parse_search(call.json_object(), call.parameters)
        started = time.time()
        indices = indices_of(store, call)
        request.query = narrowed(call.arg("index"), indices, request.query)
        response = run_search(store.engine, indices, request)
        keep_ms = call.parameters.duration_ms("keep_alive", _KEEP_ALIVE_MS)
        answer: dict[str, Any] = {
            "is_partial": False,
            "is_running": False,
            "start_time_in_millis": int(started * 1000),
            "expiration_time_in_millis": int(started * 1000 + keep_ms),
            "completion_time_in_millis": int(time.time() * 1000),
            "response": response,
        }
        if not call.parameters.flag("keep_on_completion"):
            return answer
        key = secrets.token_urlsafe(24)
        answer = {"id": key, **answer}
        kept.put(key, answer)
        return answer

    def get(call: Call) -> Any:
        answer = kept.get(call.arg("id"))
        keep_alive = call.parameters.get("keep_alive")
        if keep_alive:
            answer["expiration_time_in_millis"] = int(
                time.time() * 1000 + duration_ms(keep_alive, "keep_alive")
            )
        return answer

    def status(call: Call) -> Any:
        answer = {key: value for key, value in kept.get(call.arg("id")).items() if key != "response"}
        return {**answer, "completion_status": 200}

    def delete(call: Call) -> Any:
        kept.drop(call.arg("id"))
        return {"acknowledged": True}

    return [
        Route("POST", "/_async_search", submit, "search"),
        Route("POST", "/{index}/_async_search", submit, "search"),
        Route("GET", "/_async_search/status/{id}", status, "search"),
        Route("GET", "/_async_search/{id}", get, "search"),
        Route("DELETE", "/_async_search/{id}", delete, "search"),
    ]
