"""`auto_date_histogram`: buckets of time, at most as many as wanted."""

from kelp.store.aggs.date_histogram import DateHistogram
from kelp.store.aggs.node import BucketRow, Json, SubResults, register
from kelp.store.aggs.rounding import Rounding
from kelp.store.aggs.scope import Scope, bounds_of
from kelp.store.query.date_math import NANOS_PER_SECOND

_STEPS: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("s", 1, (1, 5, 10, 30)),
    ("m", 60, (1, 5, 10, 30)),
    ("h", 3600, (1, 3, 12)),
    ("d", 86_400, (1, 7)),
    ("M", 2_629_800, (1, 3)),
    ("y", 31_557_600, (1, 5, 10, 20, 50, 100)),
)


@register("auto_date_histogram")
class AutoDateHistogram(DateHistogram):
    """The finest interval that makes at most `buckets` buckets; months and longer come as single units."""

    options = frozenset({"field", "buckets", "format", "time_zone", "minimum_interval", "missing"})
    interval = "1s"

    def _rounding(self) -> Rounding:
        return Rounding(self.where_zone, size=NANOS_PER_SECOND)

    def prepare(self, scope: Scope) -> None:
        self.value = scope.value_type(self.field())
        if self.value is None:
            return
        bounds = bounds_of(scope.context, self.value)
        if bounds is None:
            return
        low, high = bounds
        wanted = max(1, int(self.body.get("buckets", 10)))
        for unit, seconds, multiples in _STEPS:
            for multiple in multiples if unit not in "My" else (1,):
                self.interval = f"{multiple}{unit}"
                self.rounding = self._of(unit, seconds, multiple, low)
                length = seconds * multiple * NANOS_PER_SECOND
                if (high - low) // length < wanted + 1 and self._count(low, high) <= wanted:
                    super().prepare(scope)
                    return
        super().prepare(scope)

    def _of(self, unit: str, seconds: int, multiple: int, low: int) -> Rounding:
        single = Rounding(self.where_zone, unit=unit)
        if multiple == 1:
            return single
        # Several units at once count from the first one that holds a document.
        size = seconds * multiple * NANOS_PER_SECOND
        aligned = Rounding(self.where_zone, size=size)
        first = single.down(low)
        return Rounding(self.where_zone, size=size, offset=first - aligned.down(first))

    def _count(self, low: int, high: int) -> int:
        at, last, count = self.rounding.down(low), self.rounding.down(high), 1
        while at < last:
            at = self.rounding.next(at)
            count += 1
        return count

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        return {**super().result(rows, subs), "interval": self.interval}
