"""`_data_stream`: create, show, delete; `_rollover` of data streams and aliases."""

import re
import time
from fnmatch import fnmatchcase
from typing import Any

from kelp.store.admin import data_streams, figures, templates
from kelp.store.api.cluster_health import status_of
from kelp.store.api.indices import alias_body
from kelp.store.api.members import integer_of, object_of
from kelp.store.api.parameters import duration_ms, size_bytes
from kelp.store.api.route import Call, Route
from kelp.store.errors import ApiError, IndexNotFound, illegal_argument
from kelp.store.index.index import Index
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def create(call: Call) -> Any:
        data_streams.create(store.catalog, call.arg("name"))
        return {"acknowledged": True}

    def get(call: Call) -> Any:
        names = _matching(store, call.arg("name", "*"))
        return {"data_streams": [_shown(store, name) for name in names]}

    def delete(call: Call) -> Any:
        for name in _matching(store, call.arg("name")):
            data_streams.delete(store.catalog, name)
        return {"acknowledged": True}

    def stats(call: Call) -> Any:
        names = _matching(store, call.arg("name", "*"))
        shown = [_stats(store, name) for name in names]
        return {
            "_shards": {"total": len(shown), "successful": len(shown), "failed": 0},
            "data_stream_count": len(shown),
            "backing_indices": sum(entry["backing_indices"] for entry in shown),
            "total_store_size_bytes": sum(entry["store_size_bytes"] for entry in shown),
            "data_streams": shown,
        }

    def rollover(call: Call) -> Any:
        return _rollover(store, call)

    return [
        Route("PUT", "/_data_stream/{name}", create),
        Route("GET", "/_data_stream", get),
        Route("GET", "/_data_stream/{name}", get),
        Route("DELETE", "/_data_stream/{name}", delete),
        Route("GET", "/_data_stream/_stats", stats),
        Route("GET", "/_data_stream/{name}/_stats", stats),
        Route("POST", "/{index}/_rollover", rollover),
        Route("POST", "/{index}/_rollover/{new}", rollover),
    ]


def _matching(store: Store, expression: str) -> list[str]:
    known = sorted(store.catalog.documents(data_streams.KIND))
    found: list[str] = []
    for pattern in expression.split(","):
        names = [name for name in known if pattern == "_all" or fnmatchcase(name, pattern)]
        if not names and "*" not in pattern and pattern != "_all":
            raise IndexNotFound(pattern)
        found += [name for name in names if name not in found]
    return found


def _shown(store: Store, name: str) -> dict[str, Any]:
    stream = store.catalog.documents(data_streams.KIND)[name]
    indices = [index for index in map(store.catalog.get, stream["indices"]) if index is not None]
    return {
        "name": name,
        "timestamp_field": {"name": stream["timestamp_field"]},
        "indices": [{"index_name": index.name, "index_uuid": index.uuid} for index in indices],
        "generation": stream["generation"],
        "status": "YELLOW" if any(status_of(index) == "yellow" for index in indices) else "GREEN",
        "template": stream["template"],
        "hidden": stream["hidden"],
        "system": False,
        "allow_custom_routing": False,
        "replicated": False,
    }


def _stats(store: Store, name: str) -> dict[str, Any]:
    stream = store.catalog.documents(data_streams.KIND)[name]
    indices = [index for index in map(store.catalog.get, stream["indices"]) if index is not None]
    total = figures.total(figures.by_index(store, indices).values())
    return {"data_stream": name, "backing_indices": len(indices), "store_size_bytes": total.store_bytes}


def _rollover(store: Store, call: Call) -> dict[str, Any]:
    target = call.arg("index")
    body = call.json_object()
    stream = store.catalog.documents(data_streams.KIND).get(target)
    old = _write_index(store, target, stream)
    conditions = _conditions(store, old, object_of(body, "conditions"))
    if stream is not None:
        new_name = data_streams.backing_name(target, stream["generation"] + 1)
    else:
        new_name = call.arg("new") or _next_name(old.name)
    dry = call.parameters.flag("dry_run")
    due = not conditions or any(conditions.values())
    if due and not dry:
        if stream is not None:
            data_streams.roll(store.catalog, target, stream)
        else:
            _roll_alias(store, target, old, new_name, body)
    return {
        "acknowledged": due and not dry,
        "shards_acknowledged": due and not dry,
        "old_index": old.name,
        "new_index": new_name,
        "rolled_over": due and not dry,
        "dry_run": dry,
        "conditions": conditions,
    }


def _write_index(store: Store, target: str, stream: dict[str, Any] | None) -> Index:
    if stream is not None:
        backing = store.catalog.get(stream["indices"][-1])
        if backing is not None:
            return backing
    if store.catalog.get(target) is not None:
        raise illegal_argument(
            "rollover target is a [concrete index] but one of [alias,data_stream] was expected"
        )
    indices = store.catalog.aliases().get(target)
    if not indices:
        raise illegal_argument(f"rollover target [{target}] does not exist")
    if len(indices) == 1:
        return indices[0]
    writers = [index for index in indices if index.aliases[target].get("is_write_index")]
    if not writers:
        raise illegal_argument(f"rollover target [{target}] does not point to a write index")
    return writers[0]


def _next_name(name: str) -> str:
    match = re.fullmatch(r"(.*)-(\d+)", name)
    if match is None:
        raise illegal_argument(f"index name [{name}] does not match pattern '^.*-\\d+$'")
    return f"{match[1]}-{int(match[2]) + 1:06d}"


def _roll_alias(store: Store, alias: str, old: Index, new_name: str, body: dict[str, Any]) -> None:
    composed = templates.for_index(store.catalog, new_name)
    composed.add({key: body[key] for key in ("settings", "mappings", "aliases") if key in body})
    explicit = "is_write_index" in old.aliases[alias]
    definition = {**old.aliases[alias], **({"is_write_index": True} if explicit else {})}
    aliases = {name: alias_body(each) for name, each in composed.aliases.items()}
    store.catalog.create(new_name, composed.settings, composed.mappings, {**aliases, alias: definition})
    if explicit:
        old.aliases = {**old.aliases, alias: {**old.aliases[alias], "is_write_index": False}}
    else:
        old.aliases = {name: each for name, each in old.aliases.items() if name != alias}
    store.catalog.save(old)


def _conditions(store: Store, index: Index, wanted: dict[str, Any]) -> dict[str, bool]:
    """Each condition as Elasticsearch prints it, and whether it is met."""
    if not wanted:
        return {}
    known = figures.by_index(store, [index])[index.name]
    results = {}
    for name, limit in wanted.items():
        if name == "max_age":
            met = time.time() * 1000 - index.created_ms >= duration_ms(str(limit), name)
        elif name in ("max_docs", "max_primary_shard_docs"):
            met = known.docs >= integer_of(wanted, name, 0)
        elif name in ("max_size", "max_primary_shard_size"):
            met = known.store_bytes >= size_bytes(str(limit), name)
        else:
            raise ApiError(400, "x_content_parse_exception", f"[conditions] unknown field [{name}]")
        results[f"[{name}: {limit}]"] = met
    return results
