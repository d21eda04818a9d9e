"""`date_histogram`: buckets of time."""

from kelp.store.aggs.bucket_order import BucketOrder, parse_order
from kelp.store.aggs.histogram import sort_buckets
from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.rounding import CALENDAR_UNITS, Rounding, fixed_nanos, offset_nanos
from kelp.store.aggs.scope import Scope, bounds_of
from kelp.store.aggs.show import date_format
from kelp.store.errors import ApiError
from kelp.store.query.date_format import write
from kelp.store.query.date_math import NANOS_PER_MS, resolve, zone
from kelp.store.sql.values import ValueType

_MAX_GAPS = 65_535


@register("date_histogram")
class DateHistogram(Bucketing):
    """Buckets of a fixed or calendar interval in a time zone; gaps are filled unless `min_doc_count` is above 0."""

    options = frozenset(
        {
            "field", "interval", "fixed_interval", "calendar_interval", "time_zone", "offset", "min_doc_count",
            "extended_bounds", "hard_bounds", "format", "keyed", "order", "missing", "script",
        }
    )  # fmt: skip
    value: ValueType | None = None
    now_nanos = 0

    def configure(self) -> None:
        self.field()
        self.min_doc_count = int(self.body.get("min_doc_count", 0))
        self.where_zone = zone(self.body.get("time_zone"))
        self.rounding = self._rounding()
        self._span: tuple[int, int] | None = None

    def _rounding(self) -> Rounding:
        calendar, fixed, old = (
            self.body.get(name) for name in ("calendar_interval", "fixed_interval", "interval")
        )
        offset = offset_nanos(self.body.get("offset"))
        given = calendar or fixed or old
        if given is None:
            raise ApiError(
                400,
                "illegal_argument_exception",
                "Invalid interval specified, must be non-null and non-empty",
            )
        if calendar is not None or (fixed is None and str(old) in CALENDAR_UNITS):
            unit = CALENDAR_UNITS.get(str(given))
            if unit is None:
                raise ApiError(
                    400,
                    "illegal_argument_exception",
                    f"The supplied interval [{given}] could not be parsed as a calendar interval.",
                )
            return Rounding(self.where_zone, unit=unit, offset=offset)
        size = fixed_nanos(f"{given}ms" if isinstance(given, int) else str(given))
        return Rounding(self.where_zone, size=size, offset=offset)

    def prepare(self, scope: Scope) -> None:
        self.now_nanos = scope.context.now_nanos
        self.value = scope.value_type(self.field())
        if self.value is None or self.rounding.shift() is not None:
            return
        bounds = bounds_of(scope.context, self.value)
        if bounds is not None:
            self.rounding.prepare(*bounds)

    def keys(self, scope: Scope) -> list[Key] | None:
        value = self.value
        if value is None:
            return None
        if value.kind not in ("date", "long"):
            kind = value.field.type if value.field is not None else value.kind
            raise ApiError(
                400,
                "illegal_argument_exception",
                f"Field [{self.field()}] of type [{kind}] is not supported for aggregation [{self.type_name}]",
            )
        starts = ""
        if self.rounding.shift() is None:
            if not self.rounding.starts:
                return None
            starts = scope.bind(self.rounding.starts, "Array(Int64)")
        if value.many:
            rounded = f"arrayDistinct(arrayMap(x -> {self.rounding.sql('x', starts)}, {scope.values(value)}))"
            return [Key(rounded, "Int64", joined=True)]
        if self.body.get("missing") is None:
            sql = scope.present(value)
        else:
            missing = resolve(self.body["missing"], self.body.get("format"), None, self.now_nanos)
            sql = f"ifNull({scope.scalar(value)}, {scope.bind(missing, 'Int64')})"
        return [Key(self.rounding.sql(sql, starts), "Int64")]

    def where(self, scope: Scope, aliases: list[str]) -> str:
        low, high = self._bounds("hard_bounds")
        tests = []
        if low is not None:
            tests.append(f"{aliases[0]} >= {scope.bind(low, 'Int64')}")
        if high is not None:
            tests.append(f"{aliases[0]} < {scope.bind(high, 'Int64')}")
        return " AND ".join(tests)

    def _bounds(self, name: str) -> tuple[int | None, int | None]:
        bounds = self.body.get(name) or {}
        form = date_format(self.value, self.body)
        zone_name = self.body.get("time_zone")

        def read(end: str) -> int | None:
            given = bounds.get(end)
            if isinstance(given, int):
                return given * NANOS_PER_MS
            return None if given is None else resolve(given, form, zone_name, self.now_nanos)

        return read("min"), read("max")

    def order_metric_sql(self, scope: Scope) -> str:
        return "0"

    @property
    def ordering(self) -> BucketOrder:
        return parse_order(self, self.body.get("order"), (("_key", False),))

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        counts = {int(row.key[0]): row for row in rows}
        starts = sorted(counts)
        if self.min_doc_count == 0:
            starts = self._with_gaps(starts)
        form = date_format(self.value, self.body)
        buckets = []
        for start in starts:
            row = counts.get(start)
            count = row.count if row is not None else 0
            if count >= self.min_doc_count:
                text = write(start, form, self.where_zone)
                shown = {"key_as_string": text, "key": start // NANOS_PER_MS, "doc_count": count}
                buckets.append({**shown, **subs(row.key if row is not None else ())})
        buckets = sort_buckets(self, buckets)
        if self.body.get("keyed"):
            return {"buckets": {bucket["key_as_string"]: bucket for bucket in buckets}}
        return {"buckets": buckets}

    def _with_gaps(self, starts: list[int]) -> list[int]:
        low, high = self._bounds("extended_bounds")
        ends = list(starts)
        if self.value is not None:
            ends += [self.rounding.down(end) for end in (low, high) if end is not None]
        if not ends:
            return []
        filled = []
        at, last = min(ends), max(ends)
        while at <= last:
            filled.append(at)
            at = self.rounding.next(at)
            if len(filled) > _MAX_GAPS:
                raise ApiError(
                    400,
                    "too_many_buckets_exception",
                    f"Trying to create too many buckets. Must be less than or equal to: [{_MAX_GAPS}] but was "
                    f"[{len(filled)}]. This limit can be set by changing the [search.max_buckets] cluster level setting.",
                    max_buckets=_MAX_GAPS,
                )
        return sorted({*filled, *starts})
