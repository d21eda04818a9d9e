"""Segment numbers: grow over the whole store, never used twice."""

import threading
from pathlib import Path

from kelp.store.index.files import write_durably

_RESERVED = 1024


class SegmentNumbers:
    """Hands out numbers; the file holds a number that is above all that were handed out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._limit = int(path.read_text()) if path.exists() else 1
        self._next = self._limit

    def next(self) -> int:
        """A number that was never given before, not even by a process that crashed."""
        with self._lock:
            if self._next >= self._limit:
                write_durably(self._path, str(self._next + _RESERVED).encode())
                self._limit = self._next + _RESERVED
            number = self._next
            self._next += 1
            return number
