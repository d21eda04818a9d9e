"""`bucket_sort`: orders and cuts the buckets of the aggregation it stands in."""

from functools import cmp_to_key

from kelp.store.aggs.buckets_path import number_at
from kelp.store.aggs.node import Json, Pipeline, register
from kelp.store.search.sort import parse_sort


@register("bucket_sort")
class BucketSort(Pipeline):
    """Sorts buckets by keys, counts or metrics, then keeps `size` of them after the first `from`."""

    options = frozenset({"sort", "from", "size", "gap_policy"})

    def configure(self) -> None:
        self.sort = parse_sort(self.body.get("sort"))
        self.start = int(self.body.get("from", 0))
        self.size = self.body.get("size")

    def apply(self, buckets: list[Json]) -> list[Json]:
        if self.sort:
            kept = [
                b
                for b in buckets
                if any(number_at(b, key.field) is not None for key in self.sort if key.field != "_key")
                or self._by_key
            ]
            buckets = sorted(kept, key=cmp_to_key(self._compare))
        end = None if self.size is None else self.start + int(self.size)
        return buckets[self.start : end]

    @property
    def _by_key(self) -> bool:
        return any(key.field == "_key" for key in self.sort)

    def _compare(self, left: Json, right: Json) -> int:
        for key in self.sort:
            if key.field == "_key":
                a, b = left["key"], right["key"]
            else:
                a, b = number_at(left, key.field), number_at(right, key.field)
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return (1 if a > b else -1) * (-1 if key.descending else 1)
        return 0
