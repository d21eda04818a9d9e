"""The store: everything behind the HTTP API, opened on one folder."""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kelp.common.errors import KelpError
from kelp.common.log import Log
from kelp.store.engine.engine import Engine
from kelp.store.errors import ApiError, DiskFull
from kelp.store.index.catalog import Catalog
from kelp.store.index.files import make_folder
from kelp.store.index.index import Index
from kelp.store.ingest.bulk import BulkExecutor, BulkResult
from kelp.store.ingest.bulk_request import Action, BulkDefaults
from kelp.store.ingest.document import Document, DocumentReader, Tombstones
from kelp.store.ingest.identity import decode_id
from kelp.store.ingest.writer import IndexWriter, Outcome
from kelp.store.segments.inserter import Inserter
from kelp.store.segments.loader import Loader
from kelp.store.segments.log import IndexLog, wait_until_loaded
from kelp.store.segments.numbers import SegmentNumbers
from kelp.store.segments.replay import replay

log = Log("store")

_MIN_FREE_BYTES = 256 * 1024 * 1024
_REFRESH_TIMEOUT_SECONDS = 60.0


class Store:
    """The write and read sides share this: `.catalog`, `.engine`, and the operations that write.

    Opening a folder recovers what a crash left: when the constructor returns, every acknowledged document is
    searchable. All methods block and may be called from any thread. Raises KelpError when the folder is in use.
    """

    def __init__(self, data_dir: str | Path, *, engine: str | None = None, memory_bytes: int = 0) -> None:
        self.folder = Path(data_dir).resolve()
        make_folder(self.folder)
        self._lock_file = _lock(self.folder)
        self.engine = Engine(engine or self.folder / "engine", memory_bytes=memory_bytes)
        self.catalog = Catalog(self.folder / "catalog", self.engine)
        self._segments = self.folder / "segments"
        make_folder(self._segments)
        self._numbers = SegmentNumbers(self.folder / "next_segment")
        self._writers: dict[str, IndexWriter] = {}
        self._writers_lock = threading.Lock()
        self._tombstones = Tombstones()
        self._reader = DocumentReader(self.engine, self._tombstones)
        self._bulk = BulkExecutor(self.catalog, self.writer)
        self._inserter = Inserter(Loader(self.engine, self.catalog), self._logs)
        self.catalog.on_delete.append(self._forget)
        self._recover()

    def _recover(self) -> None:
        known = {index.uuid: index for index in self.catalog.indices()}
        for folder in self._segments.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder)  # of an index that was deleted
                continue
            if replay(self.writer(known[folder.name]).log, self.engine):
                self._inserter.submit(self.writer(known[folder.name]).log)
        self._inserter.start()
        for writer in list(self._writers.values()):
            self.refresh([writer.index])

    def writer(self, index: Index) -> IndexWriter:
        """The writer of an index, made when it is first needed."""
        writer = self._writers.get(index.uuid)
        if writer is None:
            with self._writers_lock:
                writer = self._writers.get(index.uuid)
                if writer is None:
                    index_log = IndexLog(
                        index, self._segments / index.uuid, self._numbers, self._inserter.submit
                    )
                    writer = IndexWriter(index_log, self.catalog, self._reader, self._tombstones)
                    self._writers[index.uuid] = writer
        return writer

    def _logs(self) -> list[IndexLog]:
        return [writer.log for writer in list(self._writers.values())]

    def _forget(self, index: Index) -> None:
        """An index was deleted: its segments go too."""
        writer = self._writers.pop(index.uuid, None)
        if writer is not None:
            writer.log.drop()
        shutil.rmtree(self._segments / index.uuid, ignore_errors=True)

    def bulk(
        self,
        body: bytes,
        defaults: BulkDefaults | None = None,
        *,
        refresh: str = "false",
        want_items: bool = True,
    ) -> BulkResult:
        """Execute a bulk request's body; documents are on disk when this returns.

        `refresh` is `false`, `true` or `wait_for`. Raises ApiError when the whole request fails (429: overload or
        a full disk, nothing was written).
        """
        self._check_room()
        result = self._bulk.execute(body, defaults or BulkDefaults(), want_items)
        self.refresh_after(result.written.values(), refresh)
        return result

    def write_one(self, index: Index, action: Action, source: bytes, *, refresh: str = "false") -> Outcome:
        """Execute one action on an index. Raises its error."""
        self._check_room()
        (outcome,) = self.writer(index).write([action], [source])
        if outcome.error is not None:
            raise outcome.error
        self.refresh_after([index], refresh)
        return outcome

    def get_document(self, index: Index, document_id: str, *, realtime: bool = True) -> Document:
        """A document by id, the newest state unless `realtime` is off."""
        return self.get_documents(index, [document_id], realtime=realtime)[document_id]

    def get_documents(
        self, index: Index, ids: Iterable[str], *, realtime: bool = True
    ) -> dict[str, Document]:
        """Documents by id; see `get_document`."""
        index_log = self.writer(index).log
        ids = list(ids)
        if not realtime:
            return self._reader.read_searchable(index, ids, True)
        places = [place for place in map(decode_id, ids) if place is not None]
        if any(index_log.has_segment(segment) for segment, _ in places):
            # Documents with generated ids are not kept in memory: only a refresh brings them to light.
            self.refresh([index])
        return self._reader.read(index_log, ids, True)

    def refresh_after(self, indices: Iterable[Index], refresh: str) -> None:
        """Make a write searchable as its `refresh` parameter asks."""
        if refresh in ("true", ""):
            self.refresh(indices)
        elif refresh == "wait_for":
            self.refresh(indices, at_once=False)

    def refresh(self, indices: Iterable[Index], *, at_once: bool = True) -> bool:
        """Return once everything written so far is searchable; False if some segment cannot be loaded now.

        With `at_once` off this waits for the indices' own refresh.
        """
        waiting = []
        for index in indices:
            writer = self._writers.get(index.uuid)
            if writer is not None:
                seal = at_once or index.refresh_seconds < 0
                waiting += writer.log.seal() if seal else writer.log.unfinished()
        return wait_until_loaded(waiting, _REFRESH_TIMEOUT_SECONDS)

    def pending_bytes(self) -> int:
        """Bytes that are durable but not searchable yet."""
        return self._inserter.pending_bytes()

    def _check_room(self) -> None:
        """Refuse a write before anything is done: too much is pending, or the disk is nearly full."""
        self._inserter.wait_for_room()
        disk = os.statvfs(self.folder)
        free = disk.f_bavail * disk.f_frsize
        # The pending segments must fit twice: as parts, and once more while parts are merged.
        needed = min(_MIN_FREE_BYTES, disk.f_blocks * disk.f_frsize // 20) + 2 * self.pending_bytes()
        if free < needed:
            raise DiskFull(
                f"cannot write: disk usage exceeded flood-stage watermark, {free} bytes are free on the disk of "
                f"{self.folder} and {needed} are needed; free some space or delete old indices, then send the "
                "request again"
            )

    def close(self) -> None:
        """Load what is pending and close the engine. What cannot be loaded now stays on disk for the next start."""
        try:
            self.refresh(self.catalog.indices())
        except ApiError as error:
            log.warning("cannot refresh while closing", error=error.reason)
        self._inserter.stop()
        for index_log in self._logs():
            index_log.seal()
        self.engine.close()
        self._lock_file.close()


def _lock(folder: Path) -> Any:
    file = open(folder / "lock", "a+b")  # noqa: SIM115 - held until the store closes
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise KelpError(
            f"cannot open the data folder {folder}: another store is using it; stop that one or choose another folder"
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()).encode())
    file.flush()
    return file


__all__ = ["Document", "Index", "Store"]
