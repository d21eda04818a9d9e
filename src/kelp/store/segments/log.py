"""The write-ahead log of one index: its open segment, the sealed ones, and the ids waiting in them."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kelp.common.log import Log
from kelp.store.errors import ApiError, IndexNotFound, storage_error
from kelp.store.index.files import make_folder
from kelp.store.index.index import Index
from kelp.store.ingest.identity import ROWS_PER_SEGMENT, sequence_number
from kelp.store.segments.numbers import SegmentNumbers
from kelp.store.segments.segment import Segment, SegmentFile, file_name

log = Log("store.segments")

SEGMENT_BYTES = 32 * 1024 * 1024
_KEPT_SOURCES_BYTES = 48 * 1024 * 1024
"""How much of pending documents is kept in memory for updates and gets by id; for others the log is flushed."""
_ROWS_LIMIT = ROWS_PER_SEGMENT // 2


@dataclass(slots=True)
class Entry:
    """What a line with an id of its own does to the document of that id."""

    row: int
    """The line, counted within one append."""
    id: str
    version: int
    deleted: bool
    replaces: bool
    """There was a document of this id before."""
    source: bytes
    """The document as sent; empty for a deletion."""


@dataclass(slots=True, frozen=True)
class Pending:
    """The newest state of a document that the table does not have yet."""

    segment: int
    row: int
    version: int
    deleted: bool
    source: bytes

    @property
    def sequence_number(self) -> int:
        return sequence_number(self.segment, self.row)


class IndexLog:
    """Appends for one index. `ids_lock` is held by whoever reads documents by id in order to write them."""

    def __init__(
        self, index: Index, folder: Path, numbers: SegmentNumbers, on_sealed: Callable[["IndexLog"], None]
    ) -> None:
        self.index = index
        self.folder = folder
        self.ids_lock = threading.RLock()
        self.pending: dict[str, Pending] = {}
        self._numbers = numbers
        self._on_sealed = on_sealed
        self._lock = threading.Lock()
        self._open: SegmentFile | None = None
        self._sealed: deque[Segment] = deque()
        self._running: set[int] = set()
        self._kept_bytes = 0

    def append(self, lines: list[bytes], entries: list[Entry]) -> tuple[int, int]:
        """Append lines (each without its newline) durably; returns the segment number and the first row.

        `entries` describe the lines that have ids of their own. Raises DiskFull with nothing acknowledged.
        """
        content = b"\n".join([*lines, b""])
        with self._lock:
            if self.index.deleted:
                raise IndexNotFound(self.index.name)
            file = self._writable(len(lines))
            segment = file.segment
            first = file.append(content, len(lines))
            upto = segment.size_bytes
            self._note(segment, first, entries)
        file.sync(upto)
        return segment.number, first

    def _writable(self, rows: int) -> SegmentFile:
        if self._open is not None:
            segment = self._open.segment
            if segment.size_bytes >= SEGMENT_BYTES or segment.rows + rows > _ROWS_LIMIT:
                self._seal()
        if self._open is None:
            created_ms = time.time_ns() // 1_000_000
            number = self._numbers.next()
            path = self.folder / file_name(number, created_ms)
            try:
                make_folder(self.folder)
                self._open = SegmentFile(Segment(number, path, created_ms))
            except OSError as error:
                raise storage_error("create", path, error) from error
        return self._open

    def _note(self, segment: Segment, first: int, entries: list[Entry]) -> None:
        for entry in entries:
            row = first + entry.row
            segment.ordered = True
            earlier = segment.last_rows.get(entry.id)
            if earlier is not None:
                segment.skipped_rows.add(earlier)
            segment.last_rows[entry.id] = row
            if entry.deleted:
                segment.skipped_rows.add(row)
            if entry.replaces or entry.deleted:
                segment.replaced_ids.add(entry.id)
            source = entry.source if self._kept_bytes < _KEPT_SOURCES_BYTES else b""
            self._forget(entry.id)
            self._kept_bytes += len(source)
            self.pending[entry.id] = Pending(segment.number, row, entry.version, entry.deleted, source)

    def _forget(self, document_id: str) -> None:
        old = self.pending.pop(document_id, None)
        if old is not None:
            self._kept_bytes -= len(old.source)

    def _seal(self) -> None:
        """Close the open segment for writing and queue it; `_lock` is held."""
        file = self._open
        if file is None:
            return
        self._open = None
        self._sealed.append(file.segment)
        try:
            file.close()
        except ApiError as error:
            # Whoever waits for this sync gets the error too; what was acknowledged before is on the disk.
            log.error("cannot sync a segment", index=self.index.name, error=error.reason)
        self._on_sealed(self)

    def seal(self) -> list[Segment]:
        """Seal the open segment; returns all segments that are not in the table yet."""
        with self._lock:
            self._seal()
            return list(self._sealed)

    def flush(self, timeout_seconds: float = 60.0) -> bool:
        """Bring everything into the table; False when some segment cannot be loaded now."""
        return wait_until_loaded(self.seal(), timeout_seconds)

    def unfinished(self) -> list[Segment]:
        """All segments that are not in the table yet, the open one included."""
        with self._lock:
            return [*self._sealed, *([self._open.segment] if self._open is not None else [])]

    def seal_if_due(self, now: float, refresh_seconds: float) -> None:
        """Seal the open segment when it is old or big enough."""
        with self._lock:
            if self._open is None:
                return
            segment = self._open.segment
            old = refresh_seconds >= 0 and now - segment.opened_at >= refresh_seconds
            if old or segment.size_bytes >= SEGMENT_BYTES:
                self._seal()

    def restore(self, segment: Segment, entries: list[Entry]) -> None:
        """Take over a segment that an earlier process left."""
        with self._lock:
            self._note(segment, 0, entries)
            self._sealed.append(segment)

    def take(self, now: float) -> Segment | None:
        """A sealed segment that may be inserted now, marked as running; None when there is none."""
        with self._lock:
            for at, segment in enumerate(self._sealed):
                if segment.ordered and at > 0:
                    return None
                if segment.number not in self._running and segment.retry_at <= now:
                    self._running.add(segment.number)
                    return segment
                if segment.ordered:
                    return None
            return None

    def waiting(self, now: float) -> bool:
        """Whether some sealed segment is due."""
        with self._lock:
            return any(s.number not in self._running and s.retry_at <= now for s in self._sealed)

    def release(self, segment: Segment) -> None:
        """Put a segment back whose insert failed."""
        with self._lock:
            self._running.discard(segment.number)

    def finish(self, segment: Segment) -> None:
        """Forget a segment whose documents are in the table."""
        with self._lock:
            self._running.discard(segment.number)
            if segment in self._sealed:
                self._sealed.remove(segment)
            for document_id in segment.last_rows:
                pending = self.pending.get(document_id)
                if pending is not None and pending.segment == segment.number:
                    self._forget(document_id)
        segment.done.set()

    def pending_bytes(self) -> int:
        """Bytes in segments that are not in the table yet."""
        with self._lock:
            waiting = sum(segment.size_bytes for segment in self._sealed)
            return waiting + (self._open.segment.size_bytes if self._open is not None else 0)

    def has_segment(self, number: int) -> bool:
        """Whether a segment is open or waits for its insert."""
        with self._lock:
            if self._open is not None and self._open.segment.number == number:
                return True
            return any(segment.number == number for segment in self._sealed)

    def drop(self) -> None:
        """The index was deleted: close and remove its segments."""
        with self._lock:
            if self._open is not None:
                self._sealed.append(self._open.segment)
                self._open.close()
                self._open = None
            segments = list(self._sealed)
            self._sealed.clear()
            self.pending.clear()
        for segment in segments:
            segment.path.unlink(missing_ok=True)
            segment.done.set()


def wait_until_loaded(segments: list[Segment], timeout_seconds: float) -> bool:
    """Wait for the segments' inserts; False as soon as one failed and has to be tried again later."""
    deadline = time.monotonic() + timeout_seconds
    complete = True
    for segment in segments:
        while not segment.done.wait(0.05):
            now = time.monotonic()
            if now > deadline or segment.retry_at > now:
                complete = False
                break
    return complete
