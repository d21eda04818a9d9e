"""`composite`: pages through all combinations of keys."""

from dataclasses import dataclass
from typing import Any

from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.rounding import CALENDAR_UNITS, Rounding, fixed_nanos, offset_nanos
from kelp.store.aggs.scope import Scope, bounds_of
from kelp.store.query.date_format import write
from kelp.store.query.date_math import NANOS_PER_MS, resolve, zone
from kelp.store.sql.values import ValueType

_KINDS = ("terms", "histogram", "date_histogram")


@dataclass(slots=True)
class Source:
    """One part of the key."""

    name: str
    kind: str
    body: Json
    value: ValueType | None = None
    rounding: Rounding | None = None

    @property
    def descending(self) -> bool:
        return str(self.body.get("order", "asc")).lower() == "desc"


@register("composite")
class Composite(Bucketing):
    """Buckets by several sources in the order of their keys; `after` continues behind a key."""

    options = frozenset({"sources", "size", "after"})

    def configure(self) -> None:
        self.size = int(self.body.get("size", 10))
        self.sources = [self._source(item) for item in self.body.get("sources") or []]
        if not self.sources:
            raise self.fault("[sources] cannot be empty")
        after = self.body.get("after")
        if after is not None and set(after) != {source.name for source in self.sources}:
            raise self.fault(f"[after] has {len(after)} value(s) but [sources] has {len(self.sources)}")

    def _source(self, item: Json) -> Source:
        ((name, definition),) = item.items()
        kind = next(iter(definition), "")
        if kind not in _KINDS:
            raise self.fault(f"source [{name}] has type [{kind}], use one of {', '.join(_KINDS)}")
        source = Source(name, kind, definition[kind])
        if kind == "date_histogram":
            source.rounding = self._rounding(source.body)
        return source

    def _rounding(self, body: Json) -> Rounding:
        where = zone(body.get("time_zone"))
        given = str(body.get("calendar_interval") or body.get("fixed_interval") or body.get("interval") or "")
        offset = offset_nanos(body.get("offset"))
        if "fixed_interval" not in body and given in CALENDAR_UNITS:
            return Rounding(where, unit=CALENDAR_UNITS[given], offset=offset)
        return Rounding(where, size=fixed_nanos(given), offset=offset)

    def prepare(self, scope: Scope) -> None:
        for source in self.sources:
            source.value = scope.value_type(str(source.body.get("field")))
            if source.rounding is not None and source.rounding.shift() is None and source.value is not None:
                bounds = bounds_of(scope.context, source.value)
                if bounds is not None:
                    source.rounding.prepare(*bounds)

    def keys(self, scope: Scope) -> list[Key] | None:
        keys = []
        for source in self.sources:
            wanted = bool(source.body.get("missing_bucket"))
            if source.value is None:
                if not wanted:
                    return None
                keys.append(Key("CAST(NULL, 'Nullable(String)')", "String", null_wanted=True))
                continue
            keys.append(self._key(scope, source, source.value, wanted))
        return keys

    def _key(self, scope: Scope, source: Source, value: ValueType, wanted: bool) -> Key:
        joined = value.many and source.kind == "terms"
        if joined:
            sql = f"arrayDistinct({scope.values(value)})"
            if wanted:
                sql = f"if(empty({sql}), [NULL], arrayMap(x -> toNullable(x), {sql}))"
            return Key(sql, value.sql_type, joined=True, null_wanted=wanted)
        sql = scope.scalar(value)
        if source.rounding is not None:
            starts = (
                scope.bind(source.rounding.starts, "Array(Int64)") if source.rounding.shift() is None else ""
            )
            return Key(source.rounding.sql(sql, starts), "Int64", null_wanted=wanted)
        if source.kind == "histogram":
            interval = scope.bind(float(source.body["interval"]), "Float64")
            return Key(f"floor(toFloat64({sql}) / {interval}) * {interval}", "Float64", null_wanted=wanted)
        return Key(sql, value.sql_type, null_wanted=wanted)

    def where(self, scope: Scope, aliases: list[str]) -> str:
        after = self.body.get("after")
        if after is None:
            return ""
        alternatives = []
        equal: list[str] = []
        for source, alias in zip(self.sources, aliases, strict=True):
            given = after[source.name]
            if given is None:
                if not source.descending:
                    alternatives.append(" AND ".join([*equal, f"{alias} IS NOT NULL"]))
                equal.append(f"{alias} IS NULL")
                continue
            place = self._place(scope, source, given)
            later = f"{alias} {'<' if source.descending else '>'} {place}"
            if source.descending and source.body.get("missing_bucket"):
                later = f"({later} OR {alias} IS NULL)"
            alternatives.append(" AND ".join([*equal, later]))
            equal.append(f"{alias} = {place}")
        return "(" + " OR ".join(f"ifNull({test}, 0)" for test in alternatives) + ")" if alternatives else "0"

    def _place(self, scope: Scope, source: Source, given: Any) -> str:
        if source.value is None:
            return scope.bind(str(given), "String")
        if source.value.kind == "date":
            if isinstance(given, int):
                return scope.bind(given * NANOS_PER_MS, "Int64")
            return scope.bind(
                resolve(given, source.body.get("format"), source.body.get("time_zone"), 0), "Int64"
            )
        if source.kind == "histogram" or source.value.kind == "double":
            return scope.bind(float(given), "Float64")
        if source.value.kind in ("string", "ip"):
            return scope.bind(str(given), "String")
        return scope.bind(int(given), "Int64")

    def order(self, scope: Scope, aliases: list[str]) -> str:
        parts = []
        for source, alias in zip(self.sources, aliases, strict=True):
            parts.append(f"{alias} DESC NULLS LAST" if source.descending else f"{alias} ASC NULLS FIRST")
        return ", ".join(parts)

    def limit(self) -> int | None:
        return self.size

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        buckets: list[Json] = []
        for row in rows:
            key = {
                source.name: self._shown(source, raw)
                for source, raw in zip(self.sources, row.key, strict=True)
            }
            buckets.append({"key": key, "doc_count": row.count, **subs(row.key)})
        if not buckets:
            return {"buckets": []}
        return {"after_key": buckets[-1]["key"], "buckets": buckets}

    def _shown(self, source: Source, raw: Any) -> Any:
        if raw is None or source.value is None:
            return None
        if source.value.kind == "date":
            form = source.body.get("format")
            if form:
                return write(int(raw), form, zone(source.body.get("time_zone")))
            return int(raw) // NANOS_PER_MS
        return bool(raw) if source.value.kind == "boolean" else raw
