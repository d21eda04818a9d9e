"""`histogram`: buckets of equal width over numbers."""

import math

from kelp.store.aggs.bucket_order import parse_order
from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.errors import ApiError

_MAX_GAPS = 65_535


@register("histogram")
class Histogram(Bucketing):
    """Buckets of `interval`; empty ones between others are shown unless `min_doc_count` is above 0."""

    options = frozenset(
        {"field", "interval", "offset", "min_doc_count", "extended_bounds", "hard_bounds", "order", "keyed", "missing",
         "script", "format"}
    )  # fmt: skip

    def configure(self) -> None:
        self.field()
        self.interval = float(self.body.get("interval", 0))
        if self.interval <= 0:
            raise ApiError(
                400,
                "illegal_argument_exception",
                "[interval] must be >0 for histogram aggregation [" + self.name + "]",
            )
        self.offset = float(self.body.get("offset", 0))
        self.min_doc_count = int(self.body.get("min_doc_count", 0))

    def keys(self, scope: Scope) -> list[Key] | None:
        value = scope.value_type(self.field())
        if value is None:
            return None
        if value.kind in ("string", "ip"):
            raise self.fault(f"field [{self.field()}] is not a number")
        interval, offset = scope.bind(self.interval, "Float64"), scope.bind(self.offset, "Float64")
        if value.many:
            rounded = f"floor((x - {offset}) / {interval})"
            return [
                Key(f"arrayDistinct(arrayMap(x -> {rounded}, {scope.values(value)}))", "Float64", joined=True)
            ]
        sql = scope.scalar(value)
        if self.body.get("missing") is not None:
            sql = f"ifNull({sql}, {scope.bind(float(self.body['missing']), 'Float64')})"
        return [Key(f"floor((toFloat64({sql}) - {offset}) / {interval})", "Float64")]

    def where(self, scope: Scope, aliases: list[str]) -> str:
        bounds = self.body.get("hard_bounds") or {}
        tests = []
        key = f"{aliases[0]} * {scope.bind(self.interval, 'Float64')}"
        if bounds.get("min") is not None:
            tests.append(f"{key} >= {scope.bind(float(bounds['min']), 'Float64')}")
        if bounds.get("max") is not None:
            tests.append(f"{key} < {scope.bind(float(bounds['max']), 'Float64')}")
        return " AND ".join(tests)

    def _number(self, value: float) -> int:
        """Which bucket a value lies in, counted from the offset."""
        return math.floor((float(value) - self.offset) / self.interval)

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        counts = {int(row.key[0]): row for row in rows}
        numbers = sorted(counts)
        if self.min_doc_count == 0:
            numbers = self._with_gaps(numbers)
        buckets = []
        for number in numbers:
            row = counts.get(number)
            count = row.count if row is not None else 0
            if count < self.min_doc_count:
                continue
            key = number * self.interval + self.offset
            buckets.append({"key": key, "doc_count": count, **subs(row.key if row is not None else ())})
        buckets = sort_buckets(self, buckets)
        if self.body.get("keyed"):
            return {"buckets": {str(bucket["key"]): bucket for bucket in buckets}}
        return {"buckets": buckets}

    def _with_gaps(self, numbers: list[int]) -> list[int]:
        bounds = self.body.get("extended_bounds") or {}
        ends = list(numbers)
        ends += [self._number(bounds[name]) for name in ("min", "max") if bounds.get(name) is not None]
        if not ends:
            return []
        if max(ends) - min(ends) > _MAX_GAPS:
            raise self.fault(f"more than {_MAX_GAPS} buckets, use a larger interval or min_doc_count 1")
        return list(range(min(ends), max(ends) + 1))


def sort_buckets(agg: Bucketing, buckets: list[Json]) -> list[Json]:
    """The buckets of a histogram, which come by key, in the order the request wants."""
    given = agg.body.get("order")
    if given is None:
        return buckets
    for name, descending in reversed(parse_order(agg, given, ()).criteria):
        if name in ("_key", "_count"):
            part = "key" if name == "_key" else "doc_count"
            buckets.sort(key=lambda bucket: bucket[part], reverse=descending)
        else:
            buckets.sort(key=lambda bucket: _metric_value(bucket, name), reverse=descending)
    return buckets


def _metric_value(bucket: Json, path: str) -> float:
    name, _, part = path.partition(".")
    value = bucket.get(name, {}).get(part or "value")
    return float("-inf") if value is None else float(value)
