"""Loads a sealed segment into its table: columns first, then the documents, then what they replace."""

import threading
from pathlib import Path

from kelp.common.log import Log
from kelp.store.engine import schema
from kelp.store.engine.engine import Engine
from kelp.store.errors import ApiError, EngineError
from kelp.store.index.catalog import Catalog
from kelp.store.index.files import sync_folder
from kelp.store.index.index import Index
from kelp.store.mapping.columns import quoted
from kelp.store.mapping.field import Field
from kelp.store.segments import statements
from kelp.store.segments.rescue import Rescue
from kelp.store.segments.segment import Segment

log = Log("store.segments")

_FREE_TEXT_NAMES = frozenset(
    {"log", "message", "msg", "short_message", "full_message", "MESSAGE", "stack_trace"}
)
_DISTINCT_LIMIT = 20_000
_DISTINCT_SHARE = 0.5
_MIN_SAMPLE = 50
_CHANGES_AT_ONCE = 500
_IDS_PER_DELETE = 500_000
_TRANSIENT = (
    "NOT_ENOUGH_SPACE",
    "CANNOT_WRITE",
    "No space left",
    "CANNOT_FSYNC",
    "TOO_MANY_PARTS",
    "MEMORY_LIMIT",
    "NETWORK_ERROR",
    "SOCKET_TIMEOUT",
    "CANNOT_ALLOCATE_MEMORY",
    "TIMEOUT_EXCEEDED",
    "CANNOT_OPEN_FILE",
    "Connection refused",
)


class Loader:
    """Brings segments into the engine; called from several threads."""

    def __init__(self, engine: Engine, catalog: Catalog) -> None:
        self._engine = engine
        self._catalog = catalog
        self._rows_since_check: dict[str, int] = {}
        self._check_lock = threading.Lock()

    def load(self, index: Index, segment: Segment) -> None:
        """Insert the segment exactly once and remove its file. Raises ApiError when it should be tried again."""
        try:
            self._insert_once(index, segment)
            ids = sorted(segment.replaced_ids)
            for start in range(0, len(ids), _IDS_PER_DELETE):
                part = ids[start : start + _IDS_PER_DELETE]
                statement = statements.delete_replaced(index, segment, part)
                self._engine.insert(
                    statement, {"max_query_size": 1_000_000_000, "max_ast_elements": 10_000_000}
                )
        except EngineError:
            if index.deleted:
                return
            raise
        finally:
            with self._check_lock:
                index.changes += 1
        segment.path.unlink(missing_ok=True)
        # Later segments may delete these rows; the file must not come back and bring them again.
        sync_folder(segment.path.parent)
        self._widen_columns(index, segment)

    def _insert_once(self, index: Index, segment: Segment) -> None:
        if len(segment.skipped_rows) >= segment.rows:
            return  # nothing but deletions
        if segment.failures and self._is_loaded(index, segment):
            return
        fields, arrays = self._prepare(index, segment)
        try:
            self._insert(index, segment, segment.path, fields, arrays)
        except EngineError as error:
            if index.deleted or any(word in error.reason for word in _TRANSIENT):
                raise
            log.warning(
                "a segment has lines the engine cannot read; reading them one by one",
                index=index.name,
                segment=segment.number,
                error=error.reason[:500],
            )
            self._rescue(index, segment)

    def _is_loaded(self, index: Index, segment: Segment) -> bool:
        rows = self._engine.query(
            f"SELECT count() FROM {index.table} WHERE `_seg` = {{number:UInt64}}", {"number": segment.number}
        )
        return bool(rows[0][0])

    def _insert(
        self, index: Index, segment: Segment, path: Path, fields: list[Field], arrays: list[Field]
    ) -> None:
        structure = statements.structure(fields, arrays)
        data = None
        if self._engine.remote:
            source = statements.remote_source(structure)
            data = path.read_bytes()
        else:
            source = statements.file_source(str(path), structure)
        statement = statements.insert(index, segment, source, fields, arrays)
        if data is not None:
            statement += " FORMAT JSONEachRow"
        self._engine.insert(statement, statements.INSERT_SETTINGS, data)

    def _rescue(self, index: Index, segment: Segment) -> None:
        with index.schema_lock:
            rescue = Rescue(index, segment)
            rescue.normalise()
            self._catalog.save(index)
        fields, arrays = self._prepare(index, segment, rescue.path)
        structure = statements.structure(fields, arrays)
        if not self._engine.remote:
            rescue.isolate(
                lambda path: self._readable(
                    segment, statements.file_source(str(path), structure), fields, arrays
                )
            )
        self._insert(index, segment, rescue.path, fields, arrays)
        rescue.path.unlink(missing_ok=True)

    def _readable(self, segment: Segment, source: str, fields: list[Field], arrays: list[Field]) -> bool:
        whole = Segment(segment.number, segment.path, segment.created_ms)
        try:
            self._engine.query(
                statements.probe(whole, source, fields, arrays), settings=statements.INSERT_SETTINGS
            )
        except EngineError:
            return False
        return True

    def _prepare(
        self, index: Index, segment: Segment, path: Path | None = None
    ) -> tuple[list[Field], list[Field]]:
        """Make the columns that the segment needs; returns the fields to read, scalar and array ones."""
        live = [item for item in index.mapping.columns_of_fields() if item.live]
        missing = [item for item in live if item.column not in index.columns or item.low_cardinality is None]
        arrays = [item for item in live if item.array_column is not None]
        new_arrays = [item for item in arrays if item.array_column not in index.columns]
        if missing or new_arrays:
            with index.schema_lock:
                self._add_columns(index, path or segment.path, missing, new_arrays)
        return [item for item in live if item.column in index.columns], arrays

    def _add_columns(self, index: Index, path: Path, missing: list[Field], new_arrays: list[Field]) -> None:
        missing = [
            item for item in missing if item.column not in index.columns or item.low_cardinality is None
        ]
        choices = self._choices(path, [item for item in missing if item.kind == "string"])
        made: set[str] = set()
        changes: list[str] = []
        decided: list[tuple[Field, bool]] = []
        for item in missing:
            if item.kind == "string" and item.path not in choices:
                continue  # this segment has no value of it
            low = choices.get(item.path, False)
            changes += schema.add_columns(item, low)
            decided.append((item, low))
            made.add(item.column)
            if item.form_column:
                made.add(item.form_column)
        for item in new_arrays:
            changes.append(schema.add_array_column(item))
            made.add(item.array_column or "")
        for start in range(0, len(changes), _CHANGES_AT_ONCE):
            statement = schema.alter_table(index.table, changes[start : start + _CHANGES_AT_ONCE])
            self._engine.command(statement, settings={"max_query_size": 100_000_000})
        for item, low in decided:
            index.mapping.changed(item, low_cardinality=low)
        index.columns = index.columns | made
        if made:
            self._catalog.save(index)

    def _choices(self, path: Path, fields: list[Field]) -> dict[str, bool]:
        """Per field with values in this segment: whether its column becomes LowCardinality."""
        counted: list[tuple[int, int]] = []
        if self._engine.remote:
            # The file is not there for the server to look at: decide by name, and widen later where that was wrong.
            counted = [(1, 1)] * len(fields)
        else:
            for start in range(0, len(fields), 200):
                counted += self._count(path, fields[start : start + 200])
        choices = {}
        for item, (count, distinct) in zip(fields, counted, strict=True):
            if not count:
                continue
            free_text = item.keys[-1] in _FREE_TEXT_NAMES
            many = distinct > _DISTINCT_LIMIT or (count >= _MIN_SAMPLE and distinct > _DISTINCT_SHARE * count)
            choices[item.path] = not (free_text or many)
        return choices

    def _count(self, path: Path, fields: list[Field]) -> list[tuple[int, int]]:
        source = statements.file_source(str(path), statements.structure(fields, []))
        settings = statements.INSERT_SETTINGS
        try:
            (row,) = self._engine.query(statements.distinct_counts(source, fields), settings=settings)
        except EngineError:
            return [(1, 1)] * len(fields)  # some line cannot be read; the insert finds out which
        return list(zip(row[::2], row[1::2], strict=True))

    def _widen_columns(self, index: Index, segment: Segment) -> None:
        """Now and then look whether a LowCardinality column has too many distinct values for that."""
        with self._check_lock:
            rows = self._rows_since_check.get(index.uuid, 0) + segment.rows
            due = rows >= _DISTINCT_LIMIT * 2
            self._rows_since_check[index.uuid] = 0 if due else rows
        if not due:
            return
        low = [
            item
            for item in index.mapping.columns_of_fields()
            if item.low_cardinality and item.column in index.columns
        ]
        if not low:
            return
        parts = ", ".join(f"uniqCombined(14)({quoted(item.column)})" for item in low)
        try:
            (counts,) = self._engine.query(
                f"SELECT {parts} FROM {index.table} WHERE `_seg` >= {{number:UInt64}}",
                {"number": segment.number},
            )
            for item, distinct in zip(low, counts, strict=True):
                if distinct > _DISTINCT_LIMIT:
                    self._widen(index, item)
        except ApiError as error:
            log.warning("cannot check the columns of an index", index=index.name, error=error.reason[:500])

    def _widen(self, index: Index, item: Field) -> None:
        log.info("a field has many distinct values: changing its column", index=index.name, field=item.path)
        with index.schema_lock:
            for statement in schema.widen_column(index.table, item):
                self._engine.command(statement)
            index.mapping.changed(item, low_cardinality=False)
            self._catalog.save(index)
