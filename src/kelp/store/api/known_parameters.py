"""Query parameters that Elasticsearch's API knows anywhere; a request with any other is refused.

Which endpoint takes which of them is not told apart: that only lets through what has no effect.
See https://github.com/elastic/elasticsearch/tree/7.17/rest-api-spec
"""

from collections.abc import Iterable
from difflib import get_close_matches

from kelp.store.errors import illegal_argument

KNOWN = frozenset(
    ["pretty", "human", "error_trace", "source", "source_content_type", "filter_path", "format", "_source", "_source_exclude", "_source_excludes", "_source_include", "_source_includes", "accept_enterprise", "acknowledge", "actions", "active_only", "alias", "all", "allow_no_indices", "allow_no_match", "allow_partial_search_results", "analyze_wildcard", "analyzer", "attributes", "auto_expand_replicas", "batched_reduce_size", "bytes", "cancel_after_time_interval", "categories", "cause", "ccs_minimize_roundtrips", "char_filter", "cluster_manager_timeout", "completion_fields", "conflicts", "copy_settings", "create", "default_operator", "delay", "detailed", "df", "docvalue_fields", "dry_run", "expand_wildcards", "explain", "feature", "features", "field", "field_statistics", "fielddata", "fielddata_fields", "fields", "filter", "filters", "flat_settings", "flush", "force", "forbid_closed_indices", "force_merge", "from", "full_id", "group_by", "groups", "h", "header", "health", "help", "id", "if_primary_term", "if_seq_no", "ignore_failure", "ignore_idle_threads", "ignore_indices", "ignore_missing_component_templates", "ignore_throttled", "ignore_unavailable", "include_data_stream", "include_defaults", "include_disk_info", "include_global_state", "include_hidden", "include_named_queries_score", "include_remotes", "include_segment_file_sizes", "include_type_name", "include_unloaded_segments", "include_unmapped", "include_yes_decisions", "index", "index_metric", "interval", "keep_alive", "keep_on_completion", "lenient", "level", "list_executed_pipelines", "local", "lowercase_expanded_terms", "master_node", "master_timeout", "max_concurrent_searches", "max_concurrent_shard_requests", "max_docs", "max_num_segments", "metric", "min_compatible_shard_node", "min_score", "mode", "name", "new_index", "node_id", "node_ids", "nodes", "normalizer", "offset", "offsets", "only_ancient_segments", "only_errors", "only_expunge_deletes", "only_managed", "op_type", "order", "parent", "parent_task_id", "payloads", "phase_took", "pipeline", "positions", "pre_filter_shard_size", "prefer_local", "preference", "preserve_existing", "pri", "primary", "q", "query", "query_cache", "realtime", "refresh", "refresh_interval", "request", "request_cache", "requests_per_second", "require_alias", "require_data_stream", "resource", "rest_total_hits_as_int", "retry_failed", "retry_on_conflict", "rewrite", "routing", "run_expensive_tasks", "s", "scroll", "scroll_id", "scroll_size", "search_pipeline", "search_timeout", "search_type", "seq_no_primary_term", "size", "slices", "snapshots", "sort", "stats", "status", "store", "stored_fields", "suggest_field", "suggest_mode", "suggest_size", "suggest_text", "target_index", "task_id", "term_statistics", "terminate_after", "text", "thread_pool_patterns", "threads", "time", "timeout", "tokenizer", "track_scores", "track_total_hits", "ts", "type", "types", "typed_keys", "update_all_types", "v", "validate", "verbose", "verify", "version", "version_type", "wait_for", "wait_for_active_shards", "wait_for_checkpoints", "wait_for_completion", "wait_for_completion_timeout", "wait_for_events", "wait_for_metadata_version", "wait_for_no_initializing_shards", "wait_for_no_relocating_shards", "wait_for_nodes", "wait_for_relocating_shards", "wait_for_status", "wait_for_timeout", "wait_if_ongoing", "write_index_only"]
)


def check_parameters(path: str, names: Iterable[str]) -> None:
    """Refuse names no endpoint takes, in Elasticsearch's words. Raises ApiError 400."""
    unknown = sorted(name for name in names if name not in KNOWN)
    if not unknown:
        return
    shown = []
    for name in unknown:
        near = get_close_matches(name, sorted(KNOWN), n=1, cutoff=0.75)
        shown.append(f"[{name}] -> did you mean [{near[0]}]?" if near else f"[{name}]")
    noun = "parameter" if len(unknown) == 1 else "parameters"
    raise illegal_argument(f"request [{path}] contains unrecognized {noun}: {', '.join(shown)}")
