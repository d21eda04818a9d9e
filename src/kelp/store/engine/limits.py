"""How much memory and how many threads the engine may take."""

import os

_MIB = 1024 * 1024

SERVER_OPTIONS: dict[str, str] = {
    # Caches the size of a laptop's, not of a server's: the page cache does the rest.
    "mark_cache_size": str(32 * _MIB),
    "uncompressed_cache_size": "0",
    "index_mark_cache_size": str(16 * _MIB),
    "index_uncompressed_cache_size": "0",
    "primary_index_cache_size": str(32 * _MIB),
    "text_index_tokens_cache_size": str(16 * _MIB),
    "text_index_header_cache_size": str(16 * _MIB),
    "text_index_postings_cache_size": str(16 * _MIB),
    "query_condition_cache_size": str(16 * _MIB),
    "compiled_expression_cache_size": str(16 * _MIB),
    "mmap_cache_size": "0",
    "background_pool_size": "2",
    "background_merges_mutations_concurrency_ratio": "1",
    "background_schedule_pool_size": "4",
    "background_fetches_pool_size": "1",
    "background_common_pool_size": "2",
    "background_buffer_flush_schedule_pool_size": "1",
    "background_message_broker_schedule_pool_size": "1",
    "background_distributed_schedule_pool_size": "1",
    "max_thread_pool_free_size": "8",
    "max_concurrent_queries": "64",
}


def memory_options(memory_bytes: int) -> dict[str, str]:
    """Options that cap what the engine allocates; 0 means 60% of the machine's memory, but at least 1 GiB."""
    if not memory_bytes:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        memory_bytes = max(1024 * _MIB, machine * 6 // 10)
    return {"max_server_memory_usage": str(memory_bytes)}
