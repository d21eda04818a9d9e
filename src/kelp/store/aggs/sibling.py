"""`max_bucket`, `min_bucket`, `avg_bucket`, `sum_bucket`, `stats_bucket`: one number over the buckets of a sibling."""

from typing import Any

from kelp.store.aggs.buckets_path import PathPipeline, number_at
from kelp.store.aggs.node import Json, register


class Sibling(PathPipeline):
    """Reads `buckets_path` = `sibling>metric`."""

    parent = False

    def typed_name(self, scope: object) -> str:
        return (
            "simple_value"
            if self.type_name in ("avg_bucket", "sum_bucket")
            else ("stats_bucket" if self.type_name == "stats_bucket" else "bucket_metric_value")
        )

    def numbers(self, siblings: Json) -> list[tuple[str, float]]:
        """The buckets' names and numbers; buckets without a number are left out."""
        name, _, rest = self.path.partition(">")
        if not rest and name.endswith("._count"):
            name = name.removesuffix("._count")
        sibling = siblings.get(name)
        if sibling is None or "buckets" not in sibling:
            raise self.fault(f"No aggregation found for path [{self.path}]")
        found: Any = sibling["buckets"]
        pairs = (
            found.items() if isinstance(found, dict) else ((_key_text(bucket), bucket) for bucket in found)
        )
        numbers = []
        for key, bucket in pairs:
            value = number_at(bucket, rest or "_count")
            if value is not None and (bucket["doc_count"] or rest in ("", "_count")):
                numbers.append((str(key), value))
        return numbers


def _key_text(bucket: Json) -> str:
    return str(bucket.get("key_as_string", bucket.get("key")))


@register("max_bucket", "min_bucket")
class ExtremeBucket(Sibling):
    """The greatest or least number and the keys of the buckets that have it."""

    def result(self, siblings: Json) -> Json:
        numbers = self.numbers(siblings)
        if not numbers:
            return {"value": None, "keys": []}
        choose = max if self.type_name == "max_bucket" else min
        value = choose(number for _, number in numbers)
        return {"value": value, "keys": [key for key, number in numbers if number == value]}


@register("avg_bucket", "sum_bucket")
class SingleBucketNumber(Sibling):
    """The mean or the sum of the numbers."""

    def result(self, siblings: Json) -> Json:
        numbers = [number for _, number in self.numbers(siblings)]
        if self.type_name == "sum_bucket":
            return {"value": sum(numbers, 0.0)}
        return {"value": sum(numbers) / len(numbers) if numbers else None}


@register("stats_bucket")
class StatsBucket(Sibling):
    """Count, least, greatest, mean and sum of the numbers."""

    def result(self, siblings: Json) -> Json:
        numbers = [number for _, number in self.numbers(siblings)]
        if not numbers:
            return {"count": 0, "min": None, "max": None, "avg": None, "sum": 0.0}
        total = sum(numbers)
        return {
            "count": len(numbers), "min": min(numbers), "max": max(numbers), "avg": total / len(numbers), "sum": total
        }  # fmt: skip
