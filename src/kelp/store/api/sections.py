"""The sections of `_stats`, `_nodes/stats` and `_cluster/stats` that tell about indices.

What the store does not have (query cache, field data, merges by throttle…) is zero, as in an Elasticsearch that
does not use it: tools that read the figures expect the names.
"""

from typing import Any

from kelp.store.admin.figures import Figures
from kelp.store.node import Node, PoolCounts


def index_sections(known: Figures, node: Node | None = None) -> dict[str, Any]:
    """All sections for these figures; with a node, its counts of searches and writes are told too."""
    search = node.pools.get("search", PoolCounts(0, 0)) if node else PoolCounts(0, 0)
    write = node.pools.get("write", PoolCounts(0, 0)) if node else PoolCounts(0, 0)
    return {
        "docs": {"count": known.docs, "deleted": 0},
        "shard_stats": {"total_count": 1},
        "store": {
            "size_in_bytes": known.store_bytes,
            "total_data_set_size_in_bytes": known.store_bytes,
            "reserved_in_bytes": 0,
        },
        "indexing": {
            "index_total": known.docs,
            "index_time_in_millis": int(write.busy_seconds * 1000),
            "index_current": write.active,
            "index_failed": 0,
            "delete_total": 0,
            "delete_time_in_millis": 0,
            "delete_current": 0,
            "noop_update_total": 0,
            "is_throttled": False,
            "throttle_time_in_millis": 0,
        },
        "get": _zeroes(
            "total time_in_millis exists_total exists_time_in_millis missing_total missing_time_in_millis current"
        ),
        "search": {
            "open_contexts": 0,
            "query_total": search.completed,
            "query_time_in_millis": int(search.busy_seconds * 1000),
            "query_current": search.active,
            **_zeroes(
                "fetch_total fetch_time_in_millis fetch_current scroll_total scroll_time_in_millis scroll_current"
            ),
            **_zeroes("suggest_total suggest_time_in_millis suggest_current"),
        },
        "merges": _zeroes(
            "current current_docs current_size_in_bytes total total_time_in_millis total_docs total_size_in_bytes "
            "total_stopped_time_in_millis total_throttled_time_in_millis total_auto_throttle_in_bytes"
        ),
        "refresh": _zeroes(
            "total total_time_in_millis external_total external_total_time_in_millis listeners"
        ),
        "flush": _zeroes("total periodic total_time_in_millis"),
        "warmer": _zeroes("current total total_time_in_millis"),
        "query_cache": _zeroes(
            "memory_size_in_bytes total_count hit_count miss_count cache_size cache_count evictions"
        ),
        "fielddata": _zeroes("memory_size_in_bytes evictions"),
        "completion": _zeroes("size_in_bytes"),
        "segments": {
            "count": known.parts,
            **_zeroes(_SEGMENTS),
            "max_unsafe_auto_id_timestamp": -1,
            "file_sizes": {},
        },
        "translog": _zeroes(
            "operations size_in_bytes uncommitted_operations uncommitted_size_in_bytes earliest_last_modified_age"
        ),
        "request_cache": _zeroes("memory_size_in_bytes evictions hit_count miss_count"),
        "recovery": _zeroes("current_as_source current_as_target throttle_time_in_millis"),
    }


_SEGMENTS = (
    "memory_in_bytes terms_memory_in_bytes stored_fields_memory_in_bytes term_vectors_memory_in_bytes "
    "norms_memory_in_bytes points_memory_in_bytes doc_values_memory_in_bytes index_writer_memory_in_bytes "
    "version_map_memory_in_bytes fixed_bit_set_memory_in_bytes"
)


def _zeroes(names: str) -> dict[str, int]:
    return dict.fromkeys(names.split(), 0)
