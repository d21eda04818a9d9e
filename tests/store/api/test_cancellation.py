"""A search whose client goes away ends its statements."""

import asyncio
import threading
import time
from typing import Any

import pytest

from kelp.store.api.app import App
from kelp.store.api.pools import Pools
from kelp.store.api.route import Call, Route
from kelp.store.engine.cancellation import RUNNING, Cancellation
from kelp.store.errors import ApiError, EngineError
from kelp.store.store import Store

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/slow",
    "raw_path": b"/slow",
    "query_string": b"",
    "headers": [],
}


def test_a_client_that_goes_away_cancels_its_search() -> None:
    started, ended = threading.Event(), threading.Event()
    tags: list[str] = []
    sent: list[Any] = []

    def slow(call: Call) -> Any:
        running = RUNNING.get()
        assert running is not None
        started.set()
        assert ended.wait(60)
        assert running.cancelled
        assert tags[0] == running.tag
        return {}

    def cancel(tag: str) -> None:
        tags.append(tag)
        ended.set()

    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        message = next(messages, None)
        if message is None:
            await asyncio.to_thread(started.wait)
            return {"type": "http.disconnect"}
        return message

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        pools = Pools()
        app = App([Route("GET", "/slow", slow, "search")], pools, cancel=cancel)
        await app(SCOPE, receive, send)
        pools.shutdown()

    asyncio.run(run())
    assert ended.is_set()
    assert not sent


def test_no_statement_begins_for_nobody() -> None:
    cancellation = Cancellation()
    assert cancellation.marked("SELECT 1") == f"WITH '{cancellation.tag}' AS _request SELECT 1"
    union = cancellation.marked("(SELECT 1) UNION ALL (SELECT 2)")
    assert union == f"WITH '{cancellation.tag}' AS _request SELECT * FROM ((SELECT 1) UNION ALL (SELECT 2))"
    cancellation.cancelled = True
    with pytest.raises(ApiError, match="task cancelled"):
        cancellation.marked("SELECT 1")


def test_the_engine_ends_a_statement_by_its_mark(store: Store) -> None:
    cancellation = Cancellation()
    faults: list[EngineError] = []

    def search() -> None:
        try:
            store.engine.search(
                cancellation.marked("SELECT count() FROM system.numbers WHERE number % 7 = 8")
            )
        except EngineError as error:
            faults.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    deadline = time.monotonic() + 120
    while thread.is_alive() and time.monotonic() < deadline:
        store.engine.cancel(cancellation.tag)
        thread.join(0.1)
    assert "QUERY_WAS_CANCELLED" in str(faults[0])
