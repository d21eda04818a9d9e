"""The values of a field as SQL that means the same in every index: for sorting and for aggregations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.ingest.identity import ROWS_PER_SEGMENT
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.mapping.field import Field
from kelp.store.sql.binder import Binder
from kelp.store.sql.conditions import TEXT_TYPES
from kelp.store.sql.fields.access import access

ValueKind = Literal["string", "ip", "long", "double", "boolean", "date"]

SQL_TYPES: dict[ValueKind, str] = {
    "string": "String",
    "ip": "String",
    "long": "Int64",
    "double": "Float64",
    "boolean": "UInt8",
    "date": "Int64",
}
"""The engine's type of a value: dates are nanoseconds since the epoch."""

DOC_ORDER = f"toInt64(_seg * {ROWS_PER_SEGMENT} + _row)"
"""A document's place in the store as one number, its sequence number."""


@dataclass(frozen=True, slots=True)
class ValueType:
    """What the values of a field are over all indices of a request."""

    path: str
    kind: ValueKind
    many: bool = False
    """Whether some document holds several values."""
    field: Field | None = None
    """The field in the first index that has it."""

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]


def _kind(item: Field) -> ValueKind:
    if item.type == "ip":
        return "ip"
    return item.kind or "string"


def value_type(indices: Sequence[Index], path: str) -> ValueType | None:
    """The common type of a field; None where no index has it. Raises ApiError for text fields."""
    if path in ("_index", "_id", "_type"):
        return ValueType(path, "string")
    if path == "_ignored":
        return ValueType(path, "string", many=True)
    found = [item for index in indices if (item := index.mapping.get(path)) is not None]
    if not found:
        return None
    for item in found:
        if item.type in TEXT_TYPES and not item.params.get("fielddata"):
            raise text_field_error(path)
    kinds = {_kind(item) for item in found}
    many = any(
        index.mapping.get(path) is not None
        and (array := index.mapping.get(path).array_column) is not None  # type: ignore[union-attr]
        and array in index.columns
        for index in indices
    )
    return ValueType(path, _common(kinds), many, found[0])


def _common(kinds: set[ValueKind]) -> ValueKind:
    if len(kinds) == 1:
        return kinds.pop()
    if kinds <= {"long", "double", "boolean"}:
        return "double"
    return "long" if kinds == {"date", "long"} else "string"


def text_field_error(path: str) -> ApiError:
    """Elasticsearch's refusal to sort or aggregate on words."""
    return ApiError(
        400,
        "illegal_argument_exception",
        "Text fields are not optimised for operations that require per-document field data like aggregations and "
        "sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, "
        f"set fielddata=true on [{path}] in order to load field data by uninverting the inverted index. Note that "
        "this can use significant memory.",
    )


def scalar_sql(index: Index, value: ValueType, binder: Binder) -> str:
    """The value of the scalar column, NULL where it is missing; typed the same in every index."""
    special = _metadata(index, value.path, binder)
    if special is not None:
        return special
    item = index.mapping.get(value.path)
    reach = access(index, item, binder) if item is not None else None
    if item is None or reach is None or reach.scalar is None:
        return f"CAST(NULL, 'Nullable({value.sql_type})')"
    converted = _converted(reach.scalar, item, value.kind)
    if item.column == TIMESTAMP:
        return f"if(`@timestamp@form` = '', NULL, {converted})"
    limit = item.params.get("ignore_above")
    if limit is not None:
        return f"if(lengthUTF8({reach.scalar}) > {int(limit)}, NULL, {converted})"
    return converted


def present_sql(index: Index, value: ValueType, binder: Binder) -> tuple[str, str]:
    """The value of the scalar column, typed without NULL, and the condition that there is one."""
    sql = scalar_sql(index, value, binder)
    item = index.mapping.get(value.path)
    reach = access(index, item, binder) if item is not None else None
    if (
        _metadata(index, value.path, binder) is not None
        or item is None
        or reach is None
        or reach.scalar is None
    ):
        return f"assumeNotNull({sql})", f"{sql} IS NOT NULL"
    # The column itself, not a choice of it or NULL: such a choice would undo its dictionary.
    converted = f"assumeNotNull({_converted(reach.scalar, item, value.kind)})"
    limit = item.params.get("ignore_above")
    if item.column == TIMESTAMP:
        return converted, "`@timestamp@form` != ''"
    if limit is not None:
        return converted, f"lengthUTF8({reach.scalar}) <= {int(limit)}"
    return converted, f"{reach.scalar} IS NOT NULL"


def array_sql(index: Index, value: ValueType, binder: Binder) -> str:
    """All values as an array, empty where the field is missing."""
    if value.path == "_ignored":
        return "arrayMap(x -> toString(x), _ignored)"
    scalar = scalar_sql(index, value, binder)
    one = f"arrayMap(x -> assumeNotNull(x), arrayFilter(x -> x IS NOT NULL, [{scalar}]))"
    one = f"CAST({one}, 'Array({value.sql_type})')"
    item = index.mapping.get(value.path)
    reach = access(index, item, binder) if item is not None else None
    if item is None or reach is None or reach.array is None:
        return one
    many = (
        f"CAST(arrayMap(x -> {_converted('x', item, value.kind)}, {reach.array}), 'Array({value.sql_type})')"
    )
    return f"if(notEmpty({reach.array}), {many}, {one})"


def _converted(x: str, item: Field, kind: ValueKind) -> str:
    own = _kind(item)
    if own == "date":
        x = f"toUnixTimestamp64Nano({x})"
    if kind == "string" and own not in ("string", "ip"):
        return f"toString({x})"
    if kind == "double" and own != "double":
        return f"toFloat64({x})"
    if kind == "long" and item.column != TIMESTAMP:
        return f"toInt64({x})"
    return f"toUInt8({x})" if kind == "boolean" else x


def _metadata(index: Index, path: str, binder: Binder) -> str | None:
    if path == "_index":
        return binder.text(index.name)
    if path == "_type":
        return "'_doc'"
    if path == "_id":
        # Generated ids sort by place; their text form is only made for hits.
        return "if(_id = '', concat(toString(_seg), '-', toString(_row)), _id)"
    return None


def timestamp_column() -> str:
    """The sort key of every table."""
    return quoted(TIMESTAMP)
