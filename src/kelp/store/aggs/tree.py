"""From the JSON of `aggs` to a tree of aggregations."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from kelp.store.aggs.node import AGGREGATIONS, Aggregation, Bucketing, Metric
from kelp.store.dsl.registry import parsing_error
from kelp.store.errors import ApiError

MODULES = (
    "terms", "multi_terms", "date_histogram", "histogram", "range", "date_range", "filter", "filters", "missing",
    "global_", "nested", "composite", "auto_date_histogram", "rare_terms", "min", "max", "avg", "sum", "stats",
    "extended_stats", "value_count", "cardinality", "percentiles", "percentile_ranks", "median_absolute_deviation",
    "weighted_avg", "top_hits", "top_metrics", "derivative", "cumulative_sum", "serial_diff", "bucket_sort", "sibling",
)  # fmt: skip

UNSUPPORTED: dict[str, str] = {
    "significant_terms": "use terms",
    "significant_text": "use terms",
    "scripted_metric": "scripts are not supported",
    "bucket_script": "scripts are not supported",
    "bucket_selector": "scripts are not supported",
    "moving_fn": "scripts are not supported",
    "moving_avg": "moving averages are not supported",
    "geo_distance": "geographic fields are not supported",
    "geohash_grid": "geographic fields are not supported",
    "geotile_grid": "geographic fields are not supported",
    "geo_bounds": "geographic fields are not supported",
    "geo_centroid": "geographic fields are not supported",
    "adjacency_matrix": "use filters",
    "ip_range": "use filters with CIDR terms",
    "sampler": "all documents are counted, leave the sampler out",
    "diversified_sampler": "all documents are counted, leave the sampler out",
    "children": "joins are not supported",
    "parent": "joins are not supported",
    "matrix_stats": "use extended_stats for each field",
    "boxplot": "use percentiles",
    "string_stats": "use cardinality and value_count",
    "rate": "use date_histogram with derivative",
    "normalize": "compute shares from the buckets",
    "inference": "models are not supported",
    "t_test": "statistical tests are not supported",
    "variable_width_histogram": "use histogram",
    "percentiles_bucket": "use stats_bucket",
    "extended_stats_bucket": "use stats_bucket",
    "moving_percentiles": "moving percentiles are not supported",
}
"""Aggregations of Elasticsearch that Kelp refuses by name, and what to do instead."""

for _module in MODULES:
    import_module(f"kelp.store.aggs.{_module}")


def parse_aggregations(body: Any, parent: Aggregation | None = None) -> list[Aggregation]:
    """The aggregations of an `aggs` object. Raises ApiError with Elasticsearch's texts."""
    if not isinstance(body, dict):
        raise parsing_error("Expected [START_OBJECT] under [aggs]")
    return [_one(name, inner, parent) for name, inner in body.items()]


def _one(name: str, inner: Any, parent: Aggregation | None) -> Aggregation:
    if any(char in name for char in "[]>"):
        raise parsing_error(
            f"Invalid aggregation name [{name}]. Aggregation names can contain any character except '[', ']', and '>'"
        )
    if not isinstance(inner, dict):
        raise parsing_error(f"Aggregation definition for [{name}] must be an object")
    kinds = [key for key in inner if key not in ("aggs", "aggregations", "meta")]
    if len(kinds) > 1:
        raise parsing_error(
            f"Found two aggregation type definitions in [{name}]: [{kinds[0]}] and [{kinds[1]}]"
        )
    if not kinds:
        raise parsing_error(f"Missing definition for aggregation [{name}]")
    kind = kinds[0]
    cls = AGGREGATIONS.get(kind)
    if cls is None:
        if kind in UNSUPPORTED:
            raise ApiError(
                400,
                "illegal_argument_exception",
                f"cannot run aggregation [{name}] of type [{kind}]: {UNSUPPORTED[kind]}",
            )
        raise parsing_error(
            f"Unknown aggregation type [{kind}]",
            caused_by={"type": "named_object_not_found_exception", "reason": f"unknown field [{kind}]"},
        )
    if not isinstance(inner[kind], dict | None):
        raise parsing_error(f"Aggregation [{name}] of type [{kind}] must be an object, got [{inner[kind]}]")
    _check_members(name, inner[kind] or {})
    node = cls(name, kind, dict(inner[kind] or {}), inner.get("meta"))
    if node.options is not None:
        for key in node.body:
            if key not in node.options:
                raise ApiError(400, "x_content_parse_exception", f"[{kind}] unknown field [{key}]")
    below = inner.get("aggs", inner.get("aggregations"))
    if below:
        if isinstance(node, Metric) or not isinstance(node, Bucketing):
            raise ApiError(
                500,
                "aggregation_initialization_exception",
                f"Aggregator [{name}] of type [{kind}] cannot accept sub-aggregations",
            )
        node.subs = parse_aggregations(below, node)
    return node


def _whole(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.lstrip("-").isdigit())


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


_MEMBERS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(
        ("size", "shard_size", "min_doc_count", "shard_min_doc_count", "precision_threshold", "buckets"),
        ("a whole number", _whole),
    ),
    "missing": ("a value", lambda value: isinstance(value, str | int | float)),
    "ranges": ("a list of objects", _objects),
    "sources": (
        "a list of objects",
        lambda value: (
            _objects(value)
            and all(
                isinstance(source, dict) and all(isinstance(inner, dict) for inner in source.values())
                for item in value
                for source in item.values()
            )
        ),
    ),
    "filters": ("an object or a list", lambda value: isinstance(value, dict | list)),
    "extended_bounds": ("an object", lambda value: isinstance(value, dict)),
    "hard_bounds": ("an object", lambda value: isinstance(value, dict)),
}
"""Members that must have a certain type in every aggregation that knows them."""


def _check_members(name: str, body: dict[str, Any]) -> None:
    for key, value in body.items():
        wanted, fits = _MEMBERS.get(key, ("", lambda value: True))
        if value is not None and not fits(value):
            raise parsing_error(f"aggregation [{name}]: expected {wanted} as [{key}], got [{value}]")
