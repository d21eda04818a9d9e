"""Writes documents into the log of one index, with Elasticsearch's rules for ids and versions."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from kelp.store.errors import ApiError, illegal_argument, mapper_parsing
from kelp.store.index.catalog import Catalog
from kelp.store.index.index import Index
from kelp.store.ingest.bulk_request import Action
from kelp.store.ingest.decoder import Decoder
from kelp.store.ingest.document import Document, DocumentReader, Tombstones
from kelp.store.ingest.identity import encode_ids, sequence_number
from kelp.store.ingest.lines import deletion, with_extra
from kelp.store.ingest.normalise import Normaliser, parse_document
from kelp.store.ingest.update import first_document, merged, parse_update
from kelp.store.segments.log import Entry, IndexLog


@dataclass(slots=True)
class Outcome:
    """What became of one action; `error` or the rest is set."""

    id: str | None = None
    version: int = 1
    result: str = "created"
    sequence_number: int = 0
    status: int = 201
    error: ApiError | None = None
    source: bytes | None = None
    """The new document of an update."""


@dataclass(slots=True)
class _Write:
    """A line on its way into the log."""

    line: bytes
    outcome: Outcome
    entry: Entry | None = None


@dataclass(slots=True)
class _Prepared:
    """Documents as lines: `lines[n]` is None where `faults` has the reason."""

    lines: list[bytes]
    extras: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: dict[int, ApiError] = field(default_factory=dict)


class IndexWriter:
    """Everything that writes to one index goes through its writer."""

    def __init__(
        self, index_log: IndexLog, catalog: Catalog, reader: DocumentReader, tombstones: Tombstones
    ) -> None:
        self.log = index_log
        self.index: Index = index_log.index
        self._catalog = catalog
        self._reader = reader
        self._tombstones = tombstones
        self._decoder: Decoder | None = None
        self._normaliser = Normaliser(self.index)

    def write_generated(self, documents: list[bytes]) -> tuple[list[str], int, int, dict[int, ApiError]]:
        """Append documents without ids: the hot path.

        Returns the ids of those that were stored, in order, their segment, the first one's row, and the faults of
        the others by position.
        """
        prepared = self._prepare(documents)
        lines = prepared.lines
        for at, extra in prepared.extras.items():
            lines[at] = with_extra(lines[at], extra)
        if prepared.faults:
            lines = [line for at, line in enumerate(lines) if at not in prepared.faults]
        if not lines:
            return [], 0, 0, prepared.faults
        segment, first = self.log.append(lines, [])
        return encode_ids(segment, first, len(lines)), segment, first, prepared.faults

    def write(self, actions: list[Action], sources: list[bytes]) -> list[Outcome]:
        """Execute actions of any kind in order."""
        with self.log.ids_lock:
            states = self._states(actions)
            documents = [at for at, action in enumerate(actions) if action.name in ("index", "create")]
            prepared = self._prepare([sources[at] for at in documents])
            positions = {at: number for number, at in enumerate(documents)}
            writes: list[_Write] = []
            outcomes: list[Outcome] = []
            for at, action in enumerate(actions):
                try:
                    _check_id(action)
                    if action.name == "update":
                        outcome = self._update(action, sources[at], states, writes)
                    elif action.name == "delete":
                        outcome = self._delete(action, states, writes)
                    else:
                        outcome = self._index(action, sources[at], prepared, positions[at], states, writes)
                except ApiError as error:
                    outcome = Outcome(id=action.id, status=error.status, error=error)
                outcomes.append(outcome)
            self._append(writes)
        return outcomes

    def _append(self, writes: list[_Write]) -> None:
        if not writes:
            return
        entries = []
        for row, write in enumerate(writes):
            if write.entry is not None:
                write.entry.row = row
                entries.append(write.entry)
        segment, first = self.log.append([write.line for write in writes], entries)
        ids = encode_ids(segment, first, len(writes))
        for row, write in enumerate(writes):
            write.outcome.sequence_number = sequence_number(segment, first + row)
            if write.outcome.id is None:
                write.outcome.id = ids[row]
            if write.outcome.result == "deleted":
                self._tombstones.put(
                    self.index, write.outcome.id, write.outcome.version, write.outcome.sequence_number
                )

    def _states(self, actions: list[Action]) -> dict[str, Document]:
        """The documents that the actions touch; with their text where an update needs it."""
        plain = [a.id for a in actions if a.id is not None and a.name != "update"]
        updated = [a.id for a in actions if a.id is not None and a.name == "update"]
        states = self._reader.read(self.log, plain, False) if plain else {}
        if updated:
            states.update(self._reader.read(self.log, updated, True))
        return states

    def _index(
        self,
        action: Action,
        source: bytes,
        prepared: _Prepared,
        number: int,
        states: dict[str, Document],
        writes: list[_Write],
    ) -> Outcome:
        fault = prepared.faults.get(number)
        if fault is not None:
            raise fault
        line, extra = prepared.lines[number], prepared.extras.get(number, {})
        if action.id is None:
            outcome = Outcome()
            writes.append(_Write(with_extra(line, extra), outcome))
            return outcome
        return self._store(action, source, line, extra, states, writes)

    def _store(
        self,
        action: Action,
        source: bytes,
        line: bytes,
        extra: dict[str, Any],
        states: dict[str, Document],
        writes: list[_Write],
    ) -> Outcome:
        document_id = action.id or ""
        state = states[document_id]
        version = self._next_version(action, state)
        outcome = Outcome(document_id, version, "updated" if state.exists else "created")
        outcome.status = 200 if state.exists else 201
        entry = Entry(0, document_id, version, False, state.exists, source)
        line = with_extra(line, {**extra, "id": document_id, "v": version})
        writes.append(_Write(line, outcome, entry))
        states[document_id] = Document(document_id, True, version, _UNWRITTEN, source)
        return outcome

    def _delete(self, action: Action, states: dict[str, Document], writes: list[_Write]) -> Outcome:
        document_id = action.id or ""
        state = states[document_id]
        version = self._next_version(action, state)
        if not state.exists:
            self._tombstones.put(self.index, document_id, version, max(state.sequence_number, 0))
            states[document_id] = Document(document_id, False, version, state.sequence_number)
            return Outcome(document_id, version, "not_found", max(state.sequence_number, 0), 404)
        outcome = Outcome(document_id, version, "deleted", status=200)
        entry = Entry(0, document_id, version, True, True, b"")
        writes.append(_Write(deletion(document_id, version), outcome, entry))
        states[document_id] = Document(document_id, False, version, _UNWRITTEN)
        return outcome

    def _update(
        self, action: Action, raw: bytes, states: dict[str, Document], writes: list[_Write]
    ) -> Outcome:
        document_id = action.id or ""
        state = states[document_id]
        body = parse_update(raw)
        if not state.exists:
            first = first_document(body)
            if first is None:
                raise ApiError(
                    404,
                    "document_missing_exception",
                    f"[_doc][{document_id}]: document missing",
                    index_uuid=self.index.uuid,
                    shard="0",
                    index=self.index.name,
                )
            return self._store_new(action, first, states, writes)
        old = parse_document(state.source or b"{}")
        new, changed = merged(old, body["doc"])
        if not changed and body.get("detect_noop", True):
            self._check_conflict(action, state)
            number = state.sequence_number
            return Outcome(document_id, state.version, "noop", max(number, 0), 200, source=state.source)
        return self._store_new(action, new, states, writes)

    def _store_new(
        self, action: Action, document: dict[str, Any], states: dict[str, Document], writes: list[_Write]
    ) -> Outcome:
        source = orjson.dumps(document)
        prepared = self._prepare([source])
        if prepared.faults:
            raise prepared.faults[0]
        outcome = self._store(action, source, prepared.lines[0], prepared.extras.get(0, {}), states, writes)
        outcome.source = source
        return outcome

    def _next_version(self, action: Action, state: Document) -> int:
        self._check_conflict(action, state)
        if action.version is not None and action.version_type != "internal":
            return action.version
        return state.version + 1

    def _check_conflict(self, action: Action, state: Document) -> None:
        current = state.sequence_number
        if action.name == "create" and state.exists:
            raise self._conflict(action, f"document already exists (current version [{state.version}])")
        if action.if_seq_no is not None and (
            not state.exists or current != action.if_seq_no or action.if_primary_term not in (None, 1)
        ):
            required = f"required seqNo [{action.if_seq_no}], primary term [{action.if_primary_term}]."
            if not state.exists:
                raise self._conflict(action, f"{required} but no document was found")
            raise self._conflict(
                action, f"{required} current document has seqNo [{current}] and primary term [1]"
            )
        if action.version is None or action.version_type == "internal" or not state.version:
            return
        if state.version > action.version or (
            state.version == action.version and action.version_type != "external_gte"
        ):
            relation = "higher" if action.version_type == "external_gte" else "higher or equal"
            raise self._conflict(
                action,
                f"current version [{state.version}] is {relation} to the one provided [{action.version}]",
            )

    def _conflict(self, action: Action, what: str) -> ApiError:
        return ApiError(
            409,
            "version_conflict_engine_exception",
            f"[{action.id}]: version conflict, {what}",
            index_uuid=self.index.uuid,
            shard="0",
            index=self.index.name,
        )

    def _prepare(self, documents: list[bytes]) -> _Prepared:
        """Documents as lines of the segment: most of them unchanged."""
        prepared = _Prepared(documents)
        if not documents:
            return prepared
        decoder = self._decoder
        if decoder is None or decoder.generation != self.index.mapping.generation:
            with self.index.schema_lock:
                decoder = self._decoder = Decoder(self.index.mapping)
        odd = decoder.conforming(documents)
        if odd:
            prepared.lines = list(documents)
            self._normalise(prepared, odd)
        if self.index.unsaved:
            # The mapping must be on disk before documents that rely on it are.
            with self.index.schema_lock:
                self._catalog.save(self.index)
        return prepared

    def _normalise(self, prepared: _Prepared, odd: list[int]) -> None:
        with self.index.schema_lock:
            normaliser = self._normaliser
            normaliser.changed = False
            for at in odd:
                raw = prepared.lines[at]
                try:
                    if not raw.strip():
                        raise mapper_parsing("failed to parse, document is empty")
                    prepared.lines[at], extra = normaliser.line(parse_document(raw), raw)
                except ApiError as error:
                    prepared.faults[at] = error
                else:
                    if extra:
                        prepared.extras[at] = extra
            self.index.unsaved = self.index.unsaved or normaliser.changed


_UNWRITTEN = -1
"""The sequence number of a document that this request wrote itself: no `if_seq_no` can name it yet."""


def _check_id(action: Action) -> None:
    if action.id == "":
        raise illegal_argument("if _id is specified it must not be empty")
