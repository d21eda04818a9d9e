"""Sorting: keys of a request, their SQL, and the values that hits show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.query.date_format import write
from kelp.store.query.date_math import NANOS_PER_MS, resolve
from kelp.store.sql.binder import Binder
from kelp.store.sql.values import (
    DOC_ORDER,
    SQL_TYPES,
    ValueKind,
    ValueType,
    array_sql,
    scalar_sql,
    value_type,
)

LONG_MAX, LONG_MIN = 2**63 - 1, -(2**63)
_OPTIONS = {
    "order",
    "missing",
    "unmapped_type",
    "mode",
    "numeric_type",
    "format",
    "nested",
    "nested_path",
    "ignore_unmapped",
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key: a field, or `_score`, `_doc`, `_shard_doc`."""

    field: str
    descending: bool = False
    missing: Any = "_last"
    unmapped_type: str | None = None
    mode: str | None = None
    format: str | None = None
    numeric_type: str | None = None

    @property
    def special(self) -> bool:
        return self.field in ("_score", "_doc", "_shard_doc")


def parse_sort(value: Any) -> tuple[SortKey, ...]:
    """The keys of `sort`: a name, `{name: order}`, `{name: {options}}` or a list of these."""
    if value is None:
        return ()
    keys = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            keys.append(SortKey(item, descending=item == "_score"))
            continue
        if not isinstance(item, dict):
            raise ApiError(
                400,
                "illegal_argument_exception",
                "malformed sort format, within the sort array, an object, or an actual string are allowed",
            )
        for name, options in item.items():
            keys.append(_key(name, options))
    return tuple(keys)


def _key(name: str, options: Any) -> SortKey:
    if name in ("_script", "_geo_distance"):
        raise ApiError(
            400,
            "illegal_argument_exception",
            f"cannot sort by [{name}]: scripts and distances are not supported",
        )
    if isinstance(options, str):
        options = {"order": options}
    if not isinstance(options, dict):
        raise ApiError(400, "parsing_exception", f"[{name}] sort needs an order or an object of options")
    for option in options:
        if option not in _OPTIONS:
            raise ApiError(400, "x_content_parse_exception", f"[field_sort] unknown field [{option}]")
    order = str(options.get("order", "desc" if name == "_score" else "asc")).lower()
    if order not in ("asc", "desc"):
        raise ApiError(400, "illegal_argument_exception", f"Unknown SortOrder [{order}]")
    if not isinstance(options.get("missing"), str | int | float | None):
        raise ApiError(400, "parsing_exception", f"[{name}] sort needs a plain value as [missing]")
    return SortKey(
        name,
        order == "desc",
        options.get("missing", "_last"),
        options.get("unmapped_type"),
        options.get("mode"),
        options.get("format"),
        options.get("numeric_type"),
    )


@dataclass(slots=True)
class SortPlan:
    """A key with its type over the indices of a request. `alias` names its column in the statement."""

    key: SortKey
    alias: str
    value: ValueType | None
    by_milliseconds: bool = False
    """Dates of type `date` beside other keys: equal milliseconds are equal, as Elasticsearch sees them."""

    @property
    def kind(self) -> ValueKind:
        if self.value is not None:
            return self.value.kind
        return _UNMAPPED_KINDS.get(self.key.unmapped_type or "long", "long")

    @property
    def nulls_first(self) -> bool:
        return bool(self.key.missing == "_first")

    def column(self, index: Index, binder: Binder) -> str:
        """The key's SQL in one index, always of one type."""
        if self.key.field == "_score":
            return "toFloat64(1)"
        if self.key.special:
            return DOC_ORDER
        if self.value is None:
            return f"CAST(NULL, 'Nullable({SQL_TYPES[self.kind]})')"
        if self.value.many:
            mode = self.key.mode or ("max" if self.key.descending else "min")
            functions = {"min": "arrayMin", "max": "arrayMax", "sum": "arraySum", "avg": "arrayAvg"}
            if mode not in functions:
                raise ApiError(400, "illegal_argument_exception", f"Unknown SortMode [{mode}]")
            values = array_sql(index, self.value, binder)
            sql = f"if(empty({values}), NULL, {functions[mode]}({values}))"
        elif self.value.path == TIMESTAMP and self.kind == "date" and TIMESTAMP in index.mapping.fields:
            # The plain sort key, so that the engine reads the newest rows only.
            sql = f"toUnixTimestamp64Nano({quoted(TIMESTAMP)})"
        else:
            sql = scalar_sql(index, self.value, binder)
        if self.by_milliseconds:
            sql = f"intDiv({sql}, {NANOS_PER_MS})"
        if self.kind == "ip":
            sql = f"IPv6NumToString(toIPv6OrNull({sql}))"
        if self.key.missing not in ("_last", "_first"):
            sql = f"ifNull({sql}, {self.bound(self.key.missing, binder)})"
        return sql

    def order(self) -> str:
        """The key's part of ORDER BY."""
        direction = "DESC" if self.key.descending else "ASC"
        return f"{self.alias} {direction} NULLS {'FIRST' if self.nulls_first else 'LAST'}"

    def branch_order(self, index: Index) -> str:
        """The key's part of ORDER BY within one index, in the form that lets the engine read in order."""
        value = self.value
        plain = value is not None and value.path == TIMESTAMP and self.kind == "date" and not value.many
        if plain and not self.by_milliseconds and TIMESTAMP in index.mapping.fields:
            return f"{quoted(TIMESTAMP)} {'DESC' if self.key.descending else 'ASC'}"
        return self.order()

    def bound(self, value: Any, binder: Binder) -> str:
        """A value of a cursor or of `missing`, bound with the key's type."""
        if self.key.special:
            return (
                binder.bind(float(value), "Float64")
                if self.key.field == "_score"
                else binder.integer(int(value))
            )
        if self.kind == "date":
            return binder.integer(self.nanos(value))
        if self.kind in ("string", "ip"):
            return binder.text(str(value))
        if self.kind == "double":
            return binder.bind(float(value), "Float64")
        if isinstance(value, bool) or value in ("true", "false"):
            return binder.integer(int(value in (True, "true")))
        return binder.integer(max(LONG_MIN, min(LONG_MAX, int(value))))

    def nanos(self, value: Any) -> int:
        """A date of a cursor in the unit of the key's column."""
        field = self.value.field if self.value is not None else None
        nanosecond_values = self._nanosecond_values()
        if isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdigit()):
            nanos = int(value) if nanosecond_values else int(value) * NANOS_PER_MS
        else:
            form = self.key.format or (field.params.get("format") if field else None)
            nanos = resolve(value, form, None, 0)
        nanos = max(LONG_MIN, min(LONG_MAX, nanos))
        return nanos // NANOS_PER_MS if self.by_milliseconds else nanos

    def _nanosecond_values(self) -> bool:
        field = self.value.field if self.value is not None else None
        kind = self.key.numeric_type or (field.type if field is not None else "date")
        return str(kind) == "date_nanos"

    def show(self, raw: Any) -> Any:
        """The value in a hit's `sort`."""
        if self.key.field == "_score":
            return raw
        if raw is None:
            return self._show_missing()
        if self.kind == "date":
            nanos = raw * NANOS_PER_MS if self.by_milliseconds else raw
            if self.key.format:
                return write(nanos, self.key.format)
            return nanos if self._nanosecond_values() else nanos // NANOS_PER_MS
        return raw

    def _show_missing(self) -> Any:
        if self.kind in ("string", "ip"):
            return None
        high = self.key.descending == self.nulls_first
        if self.kind == "double":
            return "Infinity" if high else "-Infinity"
        return LONG_MAX if high else LONG_MIN

    def is_missing(self, value: Any) -> bool:
        """Whether a cursor's value stands for a missing field."""
        return value is None or value in (LONG_MAX, LONG_MIN, "Infinity", "-Infinity")


_UNMAPPED_KINDS: dict[str, ValueKind] = {
    "keyword": "string",
    "wildcard": "string",
    "ip": "ip",
    "text": "string",
    "boolean": "boolean",
    "date": "date",
    "date_nanos": "date",
    "double": "double",
    "float": "double",
}


def plan_sort(keys: Sequence[SortKey], indices: Sequence[Index]) -> list[SortPlan]:
    """Types of the keys over the indices. Raises ApiError for a field no index has, unless `unmapped_type` is given."""
    plans = []
    for number, key in enumerate(keys):
        value = None if key.special else value_type(indices, key.field)
        if value is None and not key.special and key.unmapped_type is None and indices:
            raise ApiError(
                400, "query_shard_exception", f"No mapping found for [{key.field}] in order to sort on"
            )
        plan = SortPlan(key, f"_k{number}", value)
        field = value.field if value is not None else None
        if plan.kind == "date" and len(keys) > 1 and field is not None and not plan._nanosecond_values():
            plan.by_milliseconds = True
        plans.append(plan)
    return plans


def after(plans: Sequence[SortPlan], cursor: list[Any], index: Index, binder: Binder) -> str:
    """SQL: the row comes after the cursor in the order of the keys."""
    if len(cursor) != len(plans):
        raise ApiError(
            400,
            "illegal_argument_exception",
            f"search_after has {len(cursor)} value(s) but sort has {len(plans)}.",
        )
    alternatives = []
    equal: list[str] = []
    for plan, value in zip(plans, cursor, strict=True):
        column = plan.column(index, binder)
        missing = plan.is_missing(value)
        later = _later(plan, column, value, missing, binder)
        if later:
            alternatives.append(" AND ".join([*equal, later]))
        equal.append(f"isNull({column})" if missing else f"{column} = {plan.bound(value, binder)}")
    return "(" + " OR ".join(alternatives) + ")" if alternatives else "0"


def _later(plan: SortPlan, column: str, value: Any, missing: bool, binder: Binder) -> str:
    if missing:
        return f"isNotNull({column})" if plan.nulls_first else ""
    field = plan.value.field if plan.value is not None else None
    bound = plan.bound(value, binder)
    if (
        plan.kind == "date"
        and field is not None
        and not plan.by_milliseconds
        and not plan._nanosecond_values()
    ):
        # The cursor names a millisecond; what lies within it was shown already.
        start = plan.nanos(value)
        if not plan.key.descending:
            bound = binder.integer(min(LONG_MAX, start + NANOS_PER_MS - 1))
        if plan.value is not None and plan.value.path == TIMESTAMP:
            moment = f"fromUnixTimestamp64Nano({bound}, 'UTC')"
            return f"{quoted(TIMESTAMP)} {'<' if plan.key.descending else '>'} {moment}"
    sign = "<" if plan.key.descending else ">"
    later = f"{column} {sign} {bound}"
    return later if plan.nulls_first else f"({later} OR isNull({column}))"
