"""The `order` of buckets: by count, key or a metric below them."""

from dataclasses import dataclass
from typing import Any

from kelp.store.aggs.node import Aggregation, Metric
from kelp.store.aggs.scope import Scope
from kelp.store.errors import ApiError


@dataclass(frozen=True, slots=True)
class BucketOrder:
    """Criteria as (name, descending), the first weighs most; at most one of them is a metric."""

    agg: Aggregation
    criteria: tuple[tuple[str, bool], ...]

    def sql(self, aliases: list[str]) -> str:
        """ORDER BY over count `n`, the key's `aliases` and the metric `om`."""
        parts = []
        for name, descending in self.criteria:
            direction = "DESC" if descending else "ASC"
            if name == "_count":
                parts.append(f"n {direction}")
            elif name == "_key":
                parts += [f"{alias} {direction}" for alias in aliases]
            else:
                # Elasticsearch puts buckets without a value last either way.
                parts.append(f"om {direction} NULLS LAST")
        return ", ".join(parts)

    def metric_sql(self, scope: Scope) -> str:
        """The SQL of the metric that orders; `0` where none does."""
        for name, _ in self.criteria:
            if name not in ("_count", "_key"):
                return self._metric(name)[0].order_column(scope, self._metric(name)[1])
        return "0"

    def _metric(self, path: str) -> tuple[Metric, str]:
        name, _, part = path.partition(".")
        if "[" in name:
            name, _, rest = path.partition("[")
            part = rest.rstrip("]")
        for sub in self.agg.subs:
            if sub.name == name and isinstance(sub, Metric):
                return sub, part
        raise ApiError(
            400,
            "aggregation_execution_exception",
            f"Invalid aggregation order path [{path}]. The provided aggregation [{name}] either does not exist, or is "
            "a pipeline aggregation and cannot be used to sort the buckets.",
        )


def parse_order(agg: Aggregation, given: Any, default: tuple[tuple[str, bool], ...]) -> BucketOrder:
    """The order of a request: `{"_count": "desc"}` or a list of such; ties go by key."""
    if given is None:
        return BucketOrder(agg, default)
    criteria: list[tuple[str, bool]] = []
    for item in given if isinstance(given, list) else [given]:
        if not isinstance(item, dict):
            raise ApiError(400, "parsing_exception", f"Order definition must be an object, got [{item}]")
        for name, direction in item.items():
            if str(direction).lower() not in ("asc", "desc"):
                raise ApiError(400, "parsing_exception", f"Unknown order direction [{direction}]")
            name = "_key" if name in ("_term", "_time") else name
            criteria.append((name, str(direction).lower() == "desc"))
    if not any(name == "_key" for name, _ in criteria):
        criteria.append(("_key", False))
    return BucketOrder(agg, tuple(criteria))
