"""`serial_diff`: how much a number differs from that of a bucket some places before."""

from kelp.store.aggs.buckets_path import PathPipeline
from kelp.store.aggs.node import Json, register


@register("serial_diff")
class SerialDiff(PathPipeline):
    """Differences to the bucket `lag` places before."""

    def configure(self) -> None:
        super().configure()
        self.lag = int(self.body.get("lag", 1))
        if self.lag <= 0:
            raise self.fault(f"[lag] must be a positive number, found [{self.lag}]")

    def typed_name(self, scope: object) -> str:
        return "simple_value"

    def apply(self, buckets: list[Json]) -> list[Json]:
        numbers = [self.number(bucket) for bucket in buckets]
        for at in range(self.lag, len(buckets)):
            now, before = numbers[at], numbers[at - self.lag]
            if now is not None and before is not None:
                buckets[at][self.name] = {"value": now - before}
        return buckets
