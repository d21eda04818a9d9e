"""`_stats`, `_segments`, `_recovery`, `_shard_stores`: figures by index."""

from typing import Any

from kelp.store.admin import figures
from kelp.store.api.cat.storage import PARTS
from kelp.store.api.route import Call, Route
from kelp.store.api.sections import index_sections
from kelp.store.api.targets import indices_of, shards, shards_section
from kelp.store.engine.engine import DATABASE
from kelp.store.errors import illegal_argument
from kelp.store.node import LUCENE_VERSION, Node
from kelp.store.store import Store

_METRICS = {"merge": "merges", "suggest": "search"}


def node_routes(store: Store, node: Node) -> list[Route]:
    def stats(call: Call) -> Any:
        indices = indices_of(store, call, "open")
        known = figures.by_index(store, indices)
        total = index_sections(figures.total(known.values()))
        keep = _wanted(call, total)
        body = {name: index_sections(known[name]) for name in known}
        uuids = {index.name: index.uuid for index in indices}
        shown = {
            "_shards": shards_section(indices),
            "_all": {"primaries": _kept(total, keep), "total": _kept(total, keep)} if indices else {},
        }
        if call.parameters.text("level", "indices") != "cluster":
            shown["indices"] = {
                name: {"uuid": uuids[name], "primaries": _kept(each, keep), "total": _kept(each, keep)}
                for name, each in body.items()
            }
        return shown

    def segments(call: Call) -> Any:
        return _segments(store, node, call)

    def recovery(call: Call) -> Any:
        return {
            index.name: {"shards": [_recovered(node, number) for number in range(shards(index))]}
            for index in indices_of(store, call)
        }

    def shard_stores(call: Call) -> Any:
        copy = {node.id: {"name": node.name, "transport_address": node.http_address}, "allocation": "primary"}
        return {
            "indices": {
                index.name: {"shards": {str(number): {"stores": [copy]} for number in range(shards(index))}}
                for index in indices_of(store, call)
            }
        }

    return [
        Route("GET", "/_stats", stats),
        Route("GET", "/_stats/{metric}", stats),
        Route("GET", "/{index}/_stats", stats),
        Route("GET", "/{index}/_stats/{metric}", stats),
        Route("GET", "/_segments", segments),
        Route("GET", "/{index}/_segments", segments),
        Route("GET", "/_recovery", recovery),
        Route("GET", "/{index}/_recovery", recovery),
        Route("GET", "/_shard_stores", shard_stores),
        Route("GET", "/{index}/_shard_stores", shard_stores),
    ]


def _wanted(call: Call, sections: dict[str, Any]) -> set[str]:
    names = {_METRICS.get(name, name) for name in call.arg("metric").split(",") if name not in ("", "_all")}
    unknown = names - set(sections)
    if unknown:
        raise illegal_argument(f"request [{call.path}] contains unrecognized metric: [{sorted(unknown)[0]}]")
    return names or set(sections)


def _kept(sections: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: section for name, section in sections.items() if name in names}


def _segments(store: Store, node: Node, call: Call) -> dict[str, Any]:
    indices = indices_of(store, call)
    found: dict[str, dict[str, Any]] = {index.uuid: {} for index in indices}
    for table, name, docs, size, memory, level, compound in store.engine.query(PARTS, {"database": DATABASE}):
        if table in found:
            found[table][name] = {
                "generation": level,
                "num_docs": docs,
                "deleted_docs": 0,
                "size_in_bytes": size,
                "memory_in_bytes": memory,
                "committed": True,
                "search": True,
                "version": LUCENE_VERSION,
                "compound": bool(compound),
                "attributes": {},
            }
    routing = {"state": "STARTED", "primary": True, "node": node.id}
    shown = {}
    for index in indices:
        parts = found[index.uuid]
        shard = {
            "routing": routing,
            "num_committed_segments": len(parts),
            "num_search_segments": len(parts),
            "segments": parts,
        }
        shown[index.name] = {"shards": {"0": [shard]}}
    return {"_shards": shards_section(indices), "indices": shown}


def _recovered(node: Node, number: int) -> dict[str, Any]:
    started = int(node.started * 1000)
    target = {
        "id": node.id,
        "host": node.host,
        "transport_address": node.http_address,
        "ip": node.host,
        "name": node.name,
    }
    return {
        "id": number,
        "type": "EXISTING_STORE",
        "stage": "DONE",
        "primary": True,
        "start_time_in_millis": started,
        "stop_time_in_millis": started,
        "total_time_in_millis": 0,
        "source": {"bootstrap_new_history_uuid": False},
        "target": target,
        "index": {
            "size": {"total_in_bytes": 0, "reused_in_bytes": 0, "recovered_in_bytes": 0, "percent": "100.0%"},
            "files": {"total": 0, "reused": 0, "recovered": 0, "percent": "100.0%"},
            "total_time_in_millis": 0,
            "source_throttle_time_in_millis": 0,
            "target_throttle_time_in_millis": 0,
        },
        "translog": {
            "recovered": 0,
            "total": 0,
            "percent": "100.0%",
            "total_on_start": 0,
            "total_time_in_millis": 0,
        },
        "verify_index": {"check_index_time_in_millis": 0, "total_time_in_millis": 0},
    }
