"""A segment file: the documents of one index since the last refresh, one JSON object a line."""

import os
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from kelp.common.log import Log
from kelp.store.errors import storage_error
from kelp.store.index.files import sync_folder

log = Log("store.segments")

_NAME = re.compile(r"^(\d{12})-(\d+)\.ndjson$")


def file_name(number: int, created_ms: int) -> str:
    """A segment's file name: its number, and the time that documents without one get."""
    return f"{number:012d}-{created_ms}.ndjson"


def parse_name(name: str) -> tuple[int, int] | None:
    """Number and creation time of a file name; None for other files."""
    match = _NAME.match(name)
    return None if match is None else (int(match[1]), int(match[2]))


@dataclass(eq=False)
class Segment:
    """What is known of a segment, open or sealed."""

    number: int
    path: Path
    created_ms: int
    rows: int = 0
    size_bytes: int = 0
    ordered: bool = False
    """It has documents with ids of their own or deletions: it goes into the table after all earlier segments."""
    skipped_rows: set[int] = field(default_factory=set)
    """Lines that never enter the table: deletions, and documents that a later line replaces."""
    replaced_ids: set[str] = field(default_factory=set)
    """Ids of which the table may hold an older document, to be deleted after the insert."""
    last_rows: dict[str, int] = field(default_factory=dict)
    """The last line of each id."""
    opened_at: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)
    """Set once the documents are in the table, or gone with their index."""
    failures: int = 0
    retry_at: float = 0.0


class SegmentFile:
    """The open segment of an index; appends are serialised by the caller, `sync` is not."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._descriptor = os.open(segment.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o640)
        self._sync_lock = threading.Lock()
        self._synced_bytes = 0
        self._closed = False
        try:
            sync_folder(segment.path.parent)
        except OSError:
            os.close(self._descriptor)
            raise

    def append(self, content: bytes, rows: int) -> int:
        """Write whole lines; returns the number of the first. Raises DiskFull with nothing written."""
        before = self.segment.size_bytes
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            os.ftruncate(self._descriptor, before)
            raise storage_error("write to", self.segment.path, error) from error
        first = self.segment.rows
        self.segment.rows += rows
        self.segment.size_bytes = before + len(content)
        return first

    def sync(self, upto_bytes: int) -> None:
        """Return once the first `upto_bytes` are on the disk; concurrent callers share one fsync."""
        with self._sync_lock:
            if self._synced_bytes >= upto_bytes or self._closed:
                return
            size = self.segment.size_bytes
            try:
                os.fdatasync(self._descriptor)
            except OSError as error:
                raise storage_error("sync", self.segment.path, error) from error
            self._synced_bytes = size

    def close(self) -> None:
        """Sync and close."""
        self.sync(self.segment.size_bytes)
        with self._sync_lock:
            if not self._closed:
                self._closed = True
                os.close(self._descriptor)
