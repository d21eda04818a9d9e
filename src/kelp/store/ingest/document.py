"""Reading documents by id, the newest state: what waits in segments included."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from kelp.store.engine.engine import Engine
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.ingest.identity import decode_id, sequence_number
from kelp.store.ingest.source import SourceBuilder
from kelp.store.mapping.columns import literal
from kelp.store.segments.log import IndexLog, Pending

_TOMBSTONE_SECONDS = 60.0
_TOMBSTONES_LIMIT = 10_000
_READ_SETTINGS = {"max_query_size": 1_000_000_000, "max_threads": 2, "max_ast_elements": 10_000_000}


@dataclass(slots=True)
class Document:
    """The state of one document; `version` counts on after a deletion."""

    id: str
    exists: bool
    version: int
    sequence_number: int
    source: bytes | None = None
    """The document as JSON text; None when it does not exist or was not asked for."""


class Tombstones:
    """Versions of documents deleted a short while ago, so that the next one counts on, as in Elasticsearch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: OrderedDict[tuple[str, str], tuple[int, int, float]] = OrderedDict()

    def put(self, index: Index, document_id: str, version: int, number: int) -> None:
        """Remember a deletion."""
        with self._lock:
            self._versions[index.uuid, document_id] = (version, number, time.monotonic())
            self._versions.move_to_end((index.uuid, document_id))
            while len(self._versions) > _TOMBSTONES_LIMIT:
                self._versions.popitem(last=False)

    def get(self, index: Index, document_id: str) -> tuple[int, int]:
        """Version and sequence number of a deletion, (0, -1) when none is known."""
        with self._lock:
            version, number, at = self._versions.get((index.uuid, document_id), (0, -1, 0.0))
        return (version, number) if version and time.monotonic() - at < _TOMBSTONE_SECONDS else (0, -1)


class DocumentReader:
    """Looks documents up by id."""

    def __init__(self, engine: Engine, tombstones: Tombstones) -> None:
        self._engine = engine
        self._tombstones = tombstones

    def read(self, index_log: IndexLog, ids: Iterable[str], with_source: bool) -> dict[str, Document]:
        """The newest state of every id. Whoever wants to write by it holds the log's `ids_lock`."""
        found: dict[str, Document] = {}
        missing: list[str] = []
        for document_id in dict.fromkeys(ids):
            # What is pending is newer than the table; it leaves `pending` only after it reached the table.
            pending = index_log.pending.get(document_id)
            if pending is None:
                missing.append(document_id)
                continue
            if pending.deleted:
                found[document_id] = self._deleted(index_log.index, document_id, pending)
                continue
            if with_source and not pending.source:
                _flush(index_log)  # its text is on the disk only: the table will have it
                missing.append(document_id)
                continue
            source = pending.source if with_source else None
            found[document_id] = Document(document_id, True, pending.version, pending.sequence_number, source)
        if missing:
            found.update(self.read_searchable(index_log.index, missing, with_source))
        return found

    def read_searchable(self, index: Index, ids: Iterable[str], with_source: bool) -> dict[str, Document]:
        """The state of every id as searches see it."""
        ids = list(ids)
        found = self._from_table(index, ids, with_source) if ids else {}
        for document_id in ids:
            if document_id not in found:
                version, number = self._tombstones.get(index, document_id)
                found[document_id] = Document(document_id, False, version, number)
        return found

    def _deleted(self, index: Index, document_id: str, pending: Pending) -> Document:
        """A deleted document; deleting it once more only moved its tombstone."""
        version, number = self._tombstones.get(index, document_id)
        version, number = max((pending.version, pending.sequence_number), (version, number))
        return Document(document_id, False, version, number)

    def _from_table(self, index: Index, ids: list[str], with_source: bool) -> dict[str, Document]:
        builder = SourceBuilder(index) if with_source else None
        columns = ["`_id`", "`_seg`", "`_row`", "`_version`", *(builder.columns if builder else [])]
        wanted = set(ids)
        places = {place: document_id for document_id in ids if (place := decode_id(document_id)) is not None}
        # Thousands of ids: literals are written ten times faster than the client binds an array.
        condition = f"`_id` IN ({', '.join(map(literal, ids))})"
        if places:
            listed = ", ".join(f"({segment}, {row})" for segment, row in places)
            condition += f" OR (`_id` = '' AND (`_seg`, `_row`) IN ({listed}))"
        rows = self._engine.query(
            f"SELECT {', '.join(columns)} FROM {index.table} WHERE {condition}", settings=_READ_SETTINGS
        )
        found: dict[str, Document] = {}
        for row in rows:
            document_id = row[0] or places.get((row[1], row[2]), "")
            number = sequence_number(row[1], row[2])
            known = found.get(document_id)
            # For a moment between insert and deletion the table has the replaced document too.
            if document_id not in wanted or (known is not None and known.sequence_number > number):
                continue
            source = builder.build_bytes(row[4:]) if builder else None
            found[document_id] = Document(document_id, True, row[3], number, source)
        return found


def _flush(index_log: IndexLog) -> None:
    if not index_log.flush():
        raise ApiError(
            503,
            "unavailable_shards_exception",
            f"cannot read documents of [{index_log.index.name}]: they are durable but cannot be loaded now; "
            "see the store's log for the cause",
        )
