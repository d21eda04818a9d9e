"""`derivative`: how much a number differs from that of the bucket before."""

from kelp.store.aggs.buckets_path import PathPipeline
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.rounding import CALENDAR_UNITS, fixed_nanos
from kelp.store.query.date_math import NANOS_PER_MS

_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "M": 2_592_000_000}


@register("derivative")
class Derivative(PathPipeline):
    """First differences; with `unit` also the difference per unit of time."""

    def configure(self) -> None:
        super().configure()
        unit = self.body.get("unit")
        self.unit_ms: float | None = None
        if unit is not None:
            short = CALENDAR_UNITS.get(str(unit))
            self.unit_ms = _UNIT_MS[short] if short in _UNIT_MS else fixed_nanos(str(unit)) / NANOS_PER_MS

    def apply(self, buckets: list[Json]) -> list[Json]:
        before: tuple[float, float] | None = None
        for bucket in buckets:
            value = self.number(bucket)
            if value is None:
                continue
            if before is not None:
                change = value - before[0]
                shown = {"value": change}
                if self.unit_ms is not None:
                    shown["normalized_value"] = change / ((bucket["key"] - before[1]) / self.unit_ms)
                bucket[self.name] = shown
            before = (value, bucket["key"] if isinstance(bucket.get("key"), int | float) else 0)
        return buckets
