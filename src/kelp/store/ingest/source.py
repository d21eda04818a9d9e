"""`_source` again: the original document from the columns of its row."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from kelp.store.index.index import Index
from kelp.store.mapping import dates
from kelp.store.mapping.columns import quoted
from kelp.store.mapping.field import Field
from kelp.store.mapping.merge import RESERVED_KEY

Setter = Callable[[Sequence[Any], int], Any]
_MISSING = object()


class SourceBuilder:
    """Rebuilds documents of one index.

    Select `columns` (SQL expressions, in this order) and give each row's values to `build`. A builder belongs to
    the mapping and the columns as they were when it was made: make one per search.
    """

    def __init__(self, index: Index) -> None:
        self.columns: list[str] = ["`_source`"]
        self._readers: list[tuple[tuple[str, ...], int, Callable[[Sequence[Any], int], Any]]] = []
        for item in index.mapping.columns_of_fields():
            if not item.live or item.keys[0] == RESERVED_KEY:
                continue  # what stands under the reserved key always has its original in `_source`
            if item.column in index.columns and (
                item.form_column is None or item.form_column in index.columns
            ):
                self._add_scalar(item)
            if item.array_column is not None and item.array_column in index.columns and item.kind != "date":
                self._readers.append((item.keys, len(self.columns), _read_array))
                self.columns.append(quoted(item.array_column))

    def _add_scalar(self, item: Field) -> None:
        at = len(self.columns)
        column = quoted(item.column)
        if item.kind == "date":
            self._readers.append((item.keys, at, _read_date))
            self.columns += [f"ifNull(toUnixTimestamp64Nano({column}), 0)", quoted(item.form_column or "")]
        elif item.kind == "double":
            self._readers.append((item.keys, at, _read_double))
            self.columns += [column, quoted(item.form_column or "")]
        else:
            self._readers.append((item.keys, at, _read_plain))
            self.columns.append(column)

    def build(self, row: Sequence[Any]) -> dict[str, Any]:
        """The document of a row of `columns`."""
        if row[0]:
            document: dict[str, Any] = orjson.loads(row[0])
            return document
        document = {}
        for keys, at, read in self._readers:
            value = read(row, at)
            if value is _MISSING:
                continue
            level = document
            for key in keys[:-1]:
                level = level.setdefault(key, {})
            level[keys[-1]] = value
        return document

    def build_bytes(self, row: Sequence[Any]) -> bytes:
        """The document as JSON text, as it was sent where the store kept that."""
        if row[0]:
            text: str = row[0]
            return text.encode("utf-8")
        return orjson.dumps(self.build(row))


def _read_plain(row: Sequence[Any], at: int) -> Any:
    value = row[at]
    return _MISSING if value is None else value


def _read_array(row: Sequence[Any], at: int) -> Any:
    value = row[at]
    return list(value) if value else _MISSING


def _read_date(row: Sequence[Any], at: int) -> Any:
    form = row[at + 1]
    return dates.write(row[at], form) if form else _MISSING


def _read_double(row: Sequence[Any], at: int) -> Any:
    value, form = row[at], row[at + 1]
    if value is None:
        return _MISSING
    if form == "i":
        return int(value)
    return orjson.loads(form[1:]) if form.startswith("=") else value
