"""Which index settings there are, and what values they take.

Settings that only steer Lucene or several nodes are kept and shown but change nothing here; unknown ones are refused,
so that a misspelled setting does not pass unnoticed.
"""

import difflib
from collections.abc import Callable
from typing import Any

from kelp.store.api.parameters import Parameters, duration_ms
from kelp.store.errors import illegal_argument

_NAMES = frozenset(
    [
        "number_of_shards",
        "number_of_replicas",
        "refresh_interval",
        "codec",
        "hidden",
        "priority",
        "auto_expand_replicas",
        "uuid",
        "creation_date",
        "provided_name",
        "max_result_window",
        "max_inner_result_window",
        "max_rescore_window",
        "max_docvalue_fields_search",
        "max_script_fields",
        "max_ngram_diff",
        "max_shingle_diff",
        "max_refresh_listeners",
        "max_terms_count",
        "max_regex_length",
        "max_slices_per_scroll",
        "max_adjacency_matrix_filters",
        "max_slices_per_pit",
        "number_of_routing_shards",
        "routing_partition_size",
        "gc_deletes",
        "default_pipeline",
        "final_pipeline",
        "check_on_startup",
        "load_fixed_bitset_filters_eagerly",
        "shard.check_on_startup",
        "analyze.max_token_count",
        "highlight.max_analyzed_offset",
        "mapping.coerce",
        "mapping.total_fields.limit",
        "mapping.depth.limit",
        "mapping.nested_fields.limit",
        "mapping.nested_objects.limit",
        "mapping.field_name_length.limit",
        "mapping.dimension_fields.limit",
        "mapping.ignore_malformed",
        "mapping.single_type",
        "blocks.read_only",
        "blocks.read_only_allow_delete",
        "blocks.read",
        "blocks.write",
        "blocks.metadata",
        "soft_deletes.enabled",
        "soft_deletes.retention.operations",
        "soft_deletes.retention_lease.period",
        "translog.durability",
        "translog.sync_interval",
        "translog.flush_threshold_size",
        "translog.generation_threshold_size",
        "translog.retention.size",
        "translog.retention.age",
        "query.default_field",
        "query.parse.allow_unmapped_fields",
        "query_string.lenient",
        "queries.cache.enabled",
        "requests.cache.enabled",
        "search.idle.after",
        "search.throttled",
        "fielddata.cache",
        "unassigned.node_left.delayed_timeout",
        "write.wait_for_active_shards",
        "format",
        "mode",
        "time_series.start_time",
        "time_series.end_time",
        "flush_after_merge",
        "data_path",
        "warmer.enabled",
        "compound_format",
        "ttl.disable_purge",
    ]
)
_GROUPS = (
    "analysis.", "lifecycle.", "routing.", "merge.", "indexing.", "search.slowlog.", "similarity.", "sort.", "store.",
    "version.", "plugins.", "opendistro.", "knn.", "allocation.", "recovery.", "resize.", "shard.limit",
)  # fmt: skip


def check(settings: dict[str, Any]) -> None:
    """Raise ApiError for settings (flat, without `index.`) that are unknown or have an impossible value."""
    for name, value in settings.items():
        if name not in _NAMES and not name.startswith(_GROUPS):
            raise illegal_argument(f"unknown setting [index.{name}]{_suggestion(name)}")
        reader = _VALUES.get(name)
        if reader is not None and value is not None:
            reader(f"index.{name}", str(value))


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name, _NAMES, 1, 0.6)
    if near:
        return f" did you mean [index.{near[0]}]?"
    return " please check that it is spelled as Elasticsearch spells it"


def _count(lowest: int) -> Callable[[str, str], None]:
    def read(name: str, text: str) -> None:
        try:
            number = int(text)
        except ValueError:
            raise illegal_argument(f"Failed to parse value [{text}] for setting [{name}]") from None
        if number < lowest:
            raise illegal_argument(f"Failed to parse value [{text}] for setting [{name}] must be >= {lowest}")

    return read


def _duration(name: str, text: str) -> None:
    duration_ms(text, name)


def _flag(name: str, text: str) -> None:
    Parameters(f"{name}={text}").flag(name)


_VALUES: dict[str, Callable[[str, str], None]] = {
    "number_of_shards": _count(1),
    "number_of_replicas": _count(0),
    "max_result_window": _count(1),
    "mapping.total_fields.limit": _count(0),
    "refresh_interval": _duration,
    "hidden": _flag,
    "blocks.read_only": _flag,
    "blocks.read_only_allow_delete": _flag,
    "blocks.read": _flag,
    "blocks.write": _flag,
    "blocks.metadata": _flag,
}
