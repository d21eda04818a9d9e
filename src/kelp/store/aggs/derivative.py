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
        before: tuple[float | None, float] | None = None
        for bucket in buckets:
            value = self.number(bucket)
            key = bucket["key"] if isinstance(bucket.get("key"), int | float) else 0
            if before is not None:
                # A gap on either side leaves nothing to compare; Elasticsearch shows that as null.
                change = None if value is None or before[0] is None else value - before[0]
                shown = {"value": change}
                if self.unit_ms is not None:
                    units = (key - before[1]) / self.unit_ms
                    shown["normalized_value"] = None if change is None else change / units
                bucket[self.name] = shown
            before = (value, key)
        return buckets
