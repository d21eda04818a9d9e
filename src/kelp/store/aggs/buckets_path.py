"""`buckets_path`: which number of other aggregations a pipeline reads."""

from typing import Any

from kelp.store.aggs.node import Json, Pipeline


def number_at(bucket: Json, path: str) -> float | None:
    """The number at `_count`, `metric`, `stats.avg` or `filter>metric` within a bucket; None where it is missing."""
    current: Any = bucket
    steps = path.split(">")
    for step in steps[:-1]:
        current = current.get(step) if isinstance(current, dict) else None
        if current is None:
            return None
    last = steps[-1]
    if last == "_count":
        return float(current["doc_count"])
    if last == "_key":
        return float(current["key"])
    name, _, part = last.partition(".")
    if "[" in name:
        name, _, rest = last.partition("[")
        part = rest.rstrip("]")
    found = current.get(last) or current.get(name)
    if not isinstance(found, dict):
        return None
    if "values" in found and part:
        value = found["values"].get(part)
    elif part == "_count":
        value = found.get("doc_count")
    else:
        value = found.get(part or "value")
    return float(value) if isinstance(value, int | float) else None


class PathPipeline(Pipeline):
    """A pipeline with one `buckets_path`."""

    options = frozenset({"buckets_path", "gap_policy", "format", "unit", "lag"})

    def configure(self) -> None:
        path = self.body.get("buckets_path")
        if isinstance(path, list) and len(path) == 1:
            path = path[0]
        if not isinstance(path, str) or not path:
            raise self.fault("[buckets_path] must name one aggregation")
        self.path = path
        policy = self.body.get("gap_policy", "skip")
        if policy not in ("skip", "insert_zeros", "keep_values"):
            raise self.fault(f"unknown gap_policy [{policy}]")
        self.zeros = policy == "insert_zeros"

    def number(self, bucket: Json) -> float | None:
        """The bucket's number; of an empty bucket none, or 0 under `insert_zeros`."""
        value = number_at(bucket, self.path)
        empty = bucket.get("doc_count") == 0 and self.path != "_count"
        if value is None or empty:
            return 0.0 if self.zeros else None
        return value
