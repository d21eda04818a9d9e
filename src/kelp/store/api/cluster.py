"""`_cluster/stats`, `_cluster/state`, `_cluster/allocation/explain`, `_tasks`, `_health_report`."""

import os
import platform
import secrets
import time
from collections import Counter
from typing import Any

from kelp.store.admin import figures, process, templates
from kelp.store.api import describe
from kelp.store.api.cluster_health import summary
from kelp.store.api.nodes import ROLES, identity, os_memory
from kelp.store.api.route import Call, Route
from kelp.store.api.sections import index_sections
from kelp.store.api.targets import indices_of, replicas, shards
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.index import Index
from kelp.store.node import ELASTICSEARCH_VERSION, Node
from kelp.store.store import Store


def node_routes(store: Store, node: Node) -> list[Route]:
    def stats(call: Call) -> Any:
        return _stats(store, node)

    def state(call: Call) -> Any:
        return _state(store, node, call)

    def explain(call: Call) -> Any:
        return _explain(store, node, call)

    def reroute(call: Call) -> Any:
        raise illegal_argument("cannot move shards: the store has one node")

    def tasks(call: Call) -> Any:
        return {"nodes": {node.id: {**identity(node), "roles": ROLES, "attributes": {}, "tasks": {}}}}

    def task(call: Call) -> Any:
        raise ApiError(
            404,
            "resource_not_found_exception",
            f"task [{call.arg('id')}] isn't running and hasn't stored its results",
        )

    def report(call: Call) -> Any:
        return _report(store, node)

    return [
        Route("GET", "/_cluster/stats", stats),
        Route("GET", "/_cluster/stats/nodes/{node}", stats),
        Route("GET", "/_cluster/state", state),
        Route("GET", "/_cluster/state/{metric}", state),
        Route("GET", "/_cluster/state/{metric}/{index}", state),
        Route("GET POST", "/_cluster/allocation/explain", explain),
        Route("POST", "/_cluster/reroute", reroute),
        Route("GET", "/_tasks", tasks),
        Route("GET", "/_tasks/{id}", task),
        Route("GET", "/_health_report", report),
    ]


def _stats(store: Store, node: Node) -> dict[str, Any]:
    indices = store.catalog.indices()
    sections = index_sections(figures.total(figures.by_index(store, indices).values()))
    primaries = sum(shards(index) for index in indices)
    each = {
        "min": 1,
        "max": max((shards(index) for index in indices), default=1),
        "avg": primaries / max(1, len(indices)),
    }
    none = {"min": 0.0, "max": 0.0, "avg": 0.0}
    by_name = {"shards": each, "primaries": each, "replication": none}
    kept = ("docs", "store", "fielddata", "query_cache", "completion", "segments")
    return {
        "_nodes": {"total": 1, "successful": 1, "failed": 0},
        "cluster_name": node.cluster_name,
        "cluster_uuid": node.cluster_uuid,
        "timestamp": int(time.time() * 1000),
        "status": summary(node, indices)["status"],
        "indices": {
            "count": len(indices),
            "shards": {"total": primaries, "primaries": primaries, "replication": 0.0, "index": by_name}
            if indices
            else {},
            **{name: sections[name] for name in kept},
            "mappings": {"field_types": _field_types(indices), "runtime_field_types": []},
        },
        "nodes": _node_section(node),
    }


def _field_types(indices: list[Index]) -> list[dict[str, Any]]:
    fields: Counter[str] = Counter()
    users: Counter[str] = Counter()
    for index in indices:
        types = Counter(field.type for field in index.mapping.fields.values())
        fields.update(types)
        users.update(types.keys())
    return [
        {"name": name, "count": count, "index_count": users[name], "script_count": 0}
        for name, count in sorted(fields.items())
    ]


def _node_section(node: Node) -> dict[str, Any]:
    own, machine = process.process(), process.machine(node.data)
    return {
        "count": {"total": 1, "coordinating_only": 0, **dict.fromkeys(ROLES, 1)},
        "versions": [ELASTICSEARCH_VERSION],
        "os": {
            "available_processors": os.cpu_count() or 1,
            "allocated_processors": os.cpu_count() or 1,
            "names": [{"name": platform.system(), "count": 1}],
            "pretty_names": [{"pretty_name": platform.platform(), "count": 1}],
            "architectures": [{"arch": platform.machine(), "count": 1}],
            "mem": os_memory(machine),
        },
        "process": {
            "cpu": {"percent": own.cpu_percent},
            "open_file_descriptors": {"min": own.open_files, "max": own.open_files, "avg": own.open_files},
        },
        "jvm": {
            "max_uptime_in_millis": int((time.time() - node.started) * 1000),
            "versions": [],
            "mem": {"heap_used_in_bytes": own.rss_bytes, "heap_max_in_bytes": machine.memory_total_bytes},
            "threads": own.threads,
        },
        "fs": {
            "total_in_bytes": machine.disk_total_bytes,
            "free_in_bytes": machine.disk_free_bytes,
            "available_in_bytes": machine.disk_free_bytes,
        },
        "plugins": [],
        "network_types": {"transport_types": {}, "http_types": {"uvicorn": 1}},
        "discovery_types": {"single-node": 1},
        "packaging_types": [{"flavor": "default", "type": "docker", "count": 1}],
    }


def _state(store: Store, node: Node, call: Call) -> dict[str, Any]:
    wanted = set(call.arg("metric", "_all").split(","))
    everything = "_all" in wanted
    indices = indices_of(store, call, "all")
    sections: dict[str, Any] = {
        "version": int(time.time()),
        "master_node": node.id,
        "blocks": {},
        "nodes": {
            node.id: {
                "name": node.name,
                "ephemeral_id": node.ephemeral_id,
                "transport_address": node.http_address,
                "attributes": {},
                "roles": ROLES,
            }
        },
        "metadata": {
            "cluster_uuid": node.cluster_uuid,
            "cluster_uuid_committed": True,
            "templates": store.catalog.documents(templates.LEGACY),
            "indices": {index.name: _index_state(index) for index in indices},
        },
        "routing_table": {"indices": {index.name: {"shards": _routing(index, node)} for index in indices}},
    }
    shown = {name: body for name, body in sections.items() if everything or name in wanted}
    return {
        "cluster_name": node.cluster_name,
        "cluster_uuid": node.cluster_uuid,
        **({"state_uuid": secrets.token_urlsafe(16)} if "version" in shown else {}),
        **shown,
    }


def _index_state(index: Index) -> dict[str, Any]:
    mappings = index.mapping.to_json()
    return {
        "version": index.mapping.generation + 1,
        "mapping_version": index.mapping.generation + 1,
        "settings_version": 1,
        "aliases_version": 1,
        "state": "close" if index.closed else "open",
        "settings": describe.settings(index),
        "mappings": {"_doc": mappings} if mappings else {},
        "aliases": sorted(index.aliases),
    }


def _routing(index: Index, node: Node) -> dict[str, list[dict[str, Any]]]:
    table = {}
    for number in range(shards(index)):
        copy = {
            "primary": True,
            "state": "STARTED",
            "node": node.id,
            "relocating_node": None,
            "shard": number,
        }
        missing = {
            "primary": False,
            "state": "UNASSIGNED",
            "node": None,
            "relocating_node": None,
            "shard": number,
        }
        copies = [copy, *([missing] * replicas(index))]
        table[str(number)] = [{**each, "index": index.name} for each in copies]
    return table


def _explain(store: Store, node: Node, call: Call) -> dict[str, Any]:
    body = call.json_object()
    lacking = [index for index in store.catalog.indices() if replicas(index)]
    if "index" in body:
        lacking = [index for index in lacking if index.name == body["index"]]
    if not lacking:
        raise illegal_argument(
            "unable to find any unassigned shards to explain: no index asks for replicas, which one node cannot hold"
        )
    return {
        "index": lacking[0].name,
        "shard": 0,
        "primary": False,
        "current_state": "unassigned",
        "unassigned_info": {"reason": "INDEX_CREATED", "last_allocation_status": "no_attempt"},
        "can_allocate": "no",
        "allocate_explanation": "the store has one node; set index.number_of_replicas to 0",
        "node_allocation_decisions": [
            {
                "node_id": node.id,
                "node_name": node.name,
                "transport_address": node.http_address,
                "node_decision": "no",
                "deciders": [
                    {
                        "decider": "same_shard",
                        "decision": "NO",
                        "explanation": "a copy of this shard is already allocated to this node",
                    }
                ],
            }
        ],
    }


def _report(store: Store, node: Node) -> dict[str, Any]:
    health = summary(node, store.catalog.indices())
    machine = process.machine(node.data)
    free = machine.disk_free_bytes / machine.disk_total_bytes
    disk = "green" if free > 0.1 else ("yellow" if free > 0.05 else "red")
    worst = max((health["status"], disk), key=("green", "yellow", "red").index)
    return {
        "status": worst,
        "cluster_name": node.cluster_name,
        "indicators": {
            "shards_availability": {
                "status": health["status"],
                "symptom": f"{health['unassigned_shards']} replicas are asked for that one node cannot hold.",
            },
            "disk": {"status": disk, "symptom": f"{free:.0%} of the disk is free."},
        },
    }
