"""`cumulative_sum`: the sum of a number over all buckets so far."""

from kelp.store.aggs.buckets_path import PathPipeline
from kelp.store.aggs.node import Json, register


@register("cumulative_sum")
class CumulativeSum(PathPipeline):
    """Running totals; missing numbers count as 0."""

    def typed_name(self, scope: object) -> str:
        return "simple_value"

    def apply(self, buckets: list[Json]) -> list[Json]:
        total = 0.0
        for bucket in buckets:
            total += self.number(bucket) or 0.0
            bucket[self.name] = {"value": total}
        return buckets
