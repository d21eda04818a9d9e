"""What stays open between requests: scrolls and points in time."""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

from kelp.store.errors import ApiError
from kelp.store.search.request import SearchRequest

MAX_OPEN = 500
"""Elasticsearch's default of `search.max_open_scroll_context`."""


@dataclass(slots=True)
class Cursor:
    """The indices of a scroll or a point in time; for a scroll also the request and how far it came."""

    names: tuple[str, ...]
    expires: float
    request: SearchRequest | None = None
    after: list[Any] | None = None
    total: Any = None


class Cursors:
    """Open cursors by id; one that was not used for its keep-alive time is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Cursor] = {}

    def open(self, names: tuple[str, ...], keep_alive_ms: float, request: SearchRequest | None = None) -> str:
        """A new cursor's id."""
        now = time.monotonic()
        with self._lock:
            self._open = {key: cursor for key, cursor in self._open.items() if cursor.expires > now}
            if len(self._open) >= MAX_OPEN:
                raise ApiError(
                    429,
                    "rejected_execution_exception",
                    f"Trying to create too many scroll contexts. Must be less than or equal to: [{MAX_OPEN}]. Close "
                    "those that are no longer needed.",
                )
            key = secrets.token_urlsafe(48)
            self._open[key] = Cursor(names, now + keep_alive_ms / 1000, request)
            return key

    def get(self, key: str, keep_alive_ms: float | None = None) -> Cursor:
        """An open cursor, kept for longer where asked. Raises Elasticsearch's 404."""
        now = time.monotonic()
        with self._lock:
            cursor = self._open.get(key)
            if cursor is None or cursor.expires < now:
                self._open.pop(key, None)
                raise ApiError(
                    404,
                    "search_context_missing_exception",
                    f"No search context found for id [{key}]",
                )
            if keep_alive_ms is not None:
                cursor.expires = now + keep_alive_ms / 1000
            return cursor

    def close(self, key: str) -> int:
        """Close a cursor; how many there were (0 or 1)."""
        with self._lock:
            return int(self._open.pop(key, None) is not None)

    def close_all(self) -> int:
        """Close every cursor."""
        with self._lock:
            closed = len(self._open)
            self._open.clear()
            return closed
