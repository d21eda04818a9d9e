"""`_refresh`, `_flush`, `_forcemerge`, `_cache/clear`: make writes searchable, merge parts."""

from typing import Any

from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of, shards_section
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def refresh(call: Call) -> Any:
        indices = indices_of(store, call)
        store.refresh(indices)
        return {"_shards": shards_section(indices)}

    def force_merge(call: Call) -> Any:
        indices = indices_of(store, call)
        store.refresh(indices)
        for index in indices:
            store.engine.command(f"OPTIMIZE TABLE {index.table} FINAL")
        return {"_shards": shards_section(indices)}

    def nothing(call: Call) -> Any:
        # Writes are durable before they are acknowledged, and there are no caches of Elasticsearch's kinds.
        return {"_shards": shards_section(indices_of(store, call))}

    endpoints = (
        ("GET POST", "_refresh", refresh),
        ("GET POST", "_flush", nothing),
        ("GET POST", "_flush/synced", nothing),
        ("POST", "_forcemerge", force_merge),
        ("POST", "_cache/clear", nothing),
    )
    return [
        Route(methods, path, handler)
        for methods, name, handler in endpoints
        for path in (f"/{name}", f"/{{index}}/{name}")
    ]
