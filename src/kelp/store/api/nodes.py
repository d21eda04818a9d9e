"""`_nodes`, `_nodes/stats`: this node, with figures from the operating system.

Where Elasticsearch tells of its Java heap, the process's resident memory out of the machine's stands.
"""

import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from kelp.store.admin import figures, process
from kelp.store.api.cat.table import size_text
from kelp.store.api.info import VERSION
from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.sections import index_sections
from kelp.store.node import ELASTICSEARCH_VERSION, Node
from kelp.store.store import Store

ROLES = ["data", "data_cold", "data_content", "data_frozen", "data_hot", "data_warm", "ingest", "master",
         "remote_cluster_client"]  # fmt: skip


def node_routes(store: Store, node: Node) -> list[Route]:
    def info(call: Call) -> Any:
        wanted = _metrics(call, "metric", set(_INFO), call.arg("node"))
        return _nodes(call, node, lambda: _info(node, wanted))

    def stats(call: Call) -> Any:
        wanted = _metrics(call, "metric", set(_STATS))
        return _nodes(call, node, lambda: _stats(store, node, wanted))

    def usage(call: Call) -> Any:
        return _nodes(
            call, node, lambda: {"timestamp": _now(), "since": int(node.started * 1000), "rest_actions": {}}
        )

    def hot_threads(call: Call) -> Reply:
        return Reply(_stacks(node), content_type="text/plain; charset=UTF-8")

    return [
        Route("GET", "/_nodes/hot_threads", hot_threads),
        Route("GET", "/_nodes/{node}/hot_threads", hot_threads),
        Route("GET", "/_nodes", info),
        Route("GET", "/_nodes/{node}", info),
        Route("GET", "/_nodes/{node}/{metric}", info),
        Route("GET", "/_nodes/stats", stats),
        Route("GET", "/_nodes/stats/{metric}", stats),
        Route("GET", "/_nodes/stats/{metric}/{part}", stats),
        Route("GET", "/_nodes/{node}/stats", stats),
        Route("GET", "/_nodes/{node}/stats/{metric}", stats),
        Route("GET", "/_nodes/{node}/stats/{metric}/{part}", stats),
        Route("GET", "/_nodes/usage", usage),
    ]


def _stacks(node: Node) -> str:
    """What every thread of the process does right now."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    text = f"::: {{{node.name}}}{{{node.id}}}\n"
    for ident, frame in sys._current_frames().items():
        text += f"\n   {names.get(ident, ident)}\n" + "".join(
            "     " + line
            for entry in traceback.format_stack(frame)
            for line in entry.splitlines(keepends=True)
        )
    return text


def _nodes(call: Call, node: Node, describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer's frame; a node expression that does not mean this node leaves it empty."""
    names = call.arg("node", "_all").split(",")
    known = {
        "_all",
        "_local",
        "_master",
        "*",
        node.id,
        node.name,
        node.host,
        "master:true",
        "data:true",
        *_INFO,
    }
    mine = any(name in known for name in names)
    return {
        "_nodes": {"total": int(mine), "successful": int(mine), "failed": 0},
        "cluster_name": node.cluster_name,
        "nodes": {node.id: describe()} if mine else {},
    }


def _metrics(call: Call, name: str, known: set[str], also: str = "") -> set[str]:
    """`_nodes/http` names a metric where `_nodes/_local` names a node."""
    names = set(call.arg(name).split(",")) | set(also.split(","))
    return (names & known) or known


def identity(node: Node) -> dict[str, Any]:
    """What every description of the node begins with."""
    return {"name": node.name, "transport_address": node.http_address, "host": node.host, "ip": node.host}


def _now() -> int:
    return int(time.time() * 1000)


def _info(node: Node, wanted: set[str]) -> dict[str, Any]:
    shown = {
        **identity(node),
        "version": ELASTICSEARCH_VERSION,
        "build_flavor": VERSION["build_flavor"],
        "build_type": VERSION["build_type"],
        "build_hash": VERSION["build_hash"],
        "roles": ROLES,
        "attributes": {},
    }
    return shown | {name: make(node) for name, make in _INFO.items() if name in wanted}


_INFO: dict[str, Callable[[Node], Any]] = {
    "settings": lambda node: {
        "cluster": {"name": node.cluster_name},
        "node": {"name": node.name},
        "path": {"data": str(node.data)},
        "http": {"port": str(node.port)},
        "network": {"host": node.host},
    },
    "os": lambda node: {
        "refresh_interval_in_millis": 1000,
        "name": platform.system(),
        "pretty_name": platform.platform(),
        "arch": platform.machine(),
        "version": platform.release(),
        "available_processors": os.cpu_count() or 1,
        "allocated_processors": os.cpu_count() or 1,
    },
    "process": lambda node: {"refresh_interval_in_millis": 1000, "id": os.getpid(), "mlockall": False},
    "jvm": lambda node: {
        "pid": os.getpid(),
        "version": "none",
        "vm_name": platform.python_implementation(),
        "vm_version": platform.python_version(),
        "start_time_in_millis": int(node.started * 1000),
        "mem": {"heap_max_in_bytes": process.machine(node.data).memory_total_bytes},
    },
    "thread_pool": lambda node: {
        name: {"type": "fixed", "size": counts.size, "queue_size": counts.queue_size}
        for name, counts in node.pools.items()
    },
    "http": lambda node: {
        "bound_address": [node.http_address],
        "publish_address": node.http_address,
        "max_content_length_in_bytes": 104857600,
    },
    "plugins": lambda node: [],
    "modules": lambda node: [],
    "ingest": lambda node: {"processors": []},
}


def _stats(store: Store, node: Node, wanted: set[str]) -> dict[str, Any]:
    shown = {"timestamp": _now(), **identity(node), "roles": ROLES, "attributes": {}}
    return shown | {
        _SECTION.get(name, name): make(store, node) for name, make in _STATS.items() if name in wanted
    }


# The metric is asked for by another name than it is shown by.
_SECTION = {"breaker": "breakers"}


def _indices(store: Store, node: Node) -> dict[str, Any]:
    total = figures.total(figures.by_index(store, store.catalog.indices()).values())
    sections = index_sections(total, node)
    sections["shard_stats"] = {"total_count": len(store.catalog.indices())}
    return sections


def os_memory(machine: process.MachineFigures) -> dict[str, int]:
    """The machine's memory."""
    used = machine.memory_total_bytes - machine.memory_free_bytes
    return {
        "total_in_bytes": machine.memory_total_bytes,
        "free_in_bytes": machine.memory_free_bytes,
        "used_in_bytes": used,
        "free_percent": 100 - machine.memory_used_percent,
        "used_percent": machine.memory_used_percent,
    }


def _os(store: Store, node: Node) -> dict[str, Any]:
    machine = process.machine(node.data)
    one, five, fifteen = machine.load
    return {
        "timestamp": _now(),
        "cpu": {
            "percent": min(100, round(100 * one / (os.cpu_count() or 1))),
            "load_average": {"1m": round(one, 2), "5m": round(five, 2), "15m": round(fifteen, 2)},
        },
        "mem": os_memory(machine),
        "swap": {
            "total_in_bytes": machine.swap_total_bytes,
            "free_in_bytes": machine.swap_free_bytes,
            "used_in_bytes": machine.swap_total_bytes - machine.swap_free_bytes,
        },
    }


def _process(store: Store, node: Node) -> dict[str, Any]:
    own = process.process()
    return {
        "timestamp": _now(),
        "open_file_descriptors": own.open_files,
        "max_file_descriptors": own.max_files,
        "cpu": {"percent": own.cpu_percent, "total_in_millis": own.cpu_ms},
        "mem": {"total_virtual_in_bytes": own.virtual_bytes, "resident_in_bytes": own.rss_bytes},
    }


def _jvm(store: Store, node: Node) -> dict[str, Any]:
    own, machine = process.process(), process.machine(node.data)
    total = machine.memory_total_bytes or 1
    return {
        "timestamp": _now(),
        "uptime_in_millis": int((time.time() - node.started) * 1000),
        "mem": {
            "heap_used_in_bytes": own.rss_bytes,
            "heap_used_percent": round(100 * own.rss_bytes / total),
            "heap_committed_in_bytes": own.rss_bytes,
            "heap_max_in_bytes": total,
            "non_heap_used_in_bytes": 0,
            "non_heap_committed_in_bytes": 0,
            "pools": {},
        },
        "threads": {"count": own.threads, "peak_count": own.threads},
        "gc": {"collectors": {}},
        "buffer_pools": {},
        "classes": {"current_loaded_count": 0, "total_loaded_count": 0, "total_unloaded_count": 0},
    }


def _fs(store: Store, node: Node) -> dict[str, Any]:
    machine = process.machine(node.data)
    sizes = {
        "total_in_bytes": machine.disk_total_bytes,
        "free_in_bytes": machine.disk_free_bytes,
        "available_in_bytes": machine.disk_free_bytes,
    }
    return {
        "timestamp": _now(),
        "total": sizes,
        "data": [{"path": str(node.data), "mount": "", "type": "", **sizes}],
    }


def _http(store: Store, node: Node) -> dict[str, Any]:
    return {
        "current_open": node.http.running,
        "total_opened": node.http.requests,
        "requests": {
            "total": node.http.requests,
            "failed": node.http.failures,
            "received_in_bytes": node.http.received_bytes,
            "sent_in_bytes": node.http.sent_bytes,
        },
    }


def _pools(store: Store, node: Node) -> dict[str, Any]:
    return {
        name: {
            "threads": counts.size,
            "queue": counts.queued,
            "active": counts.active,
            "rejected": counts.rejected,
            "largest": counts.largest,
            "completed": counts.completed,
        }
        for name, counts in node.pools.items()
    }


def _breakers(store: Store, node: Node) -> dict[str, Any]:
    own, machine = process.process(), process.machine(node.data)
    return {
        "parent": {
            "limit_size_in_bytes": machine.memory_total_bytes,
            "limit_size": size_text(machine.memory_total_bytes),
            "estimated_size_in_bytes": own.rss_bytes,
            "estimated_size": size_text(own.rss_bytes),
            "overhead": 1.0,
            "tripped": 0,
        }
    }


def _transport(store: Store, node: Node) -> dict[str, Any]:
    return dict.fromkeys(
        (
            "server_open",
            "total_outbound_connections",
            "rx_count",
            "rx_size_in_bytes",
            "tx_count",
            "tx_size_in_bytes",
        ),
        0,
    )


_STATS: dict[str, Callable[[Store, Node], Any]] = {
    "indices": _indices,
    "os": _os,
    "process": _process,
    "jvm": _jvm,
    "thread_pool": _pools,
    "fs": _fs,
    "transport": _transport,
    "http": _http,
    "breaker": _breakers,
    "script": lambda store, node: {"compilations": 0, "cache_evictions": 0, "compilation_limit_triggered": 0},
    "ingest": lambda store, node: {
        "total": {"count": 0, "time_in_millis": 0, "current": 0, "failed": 0},
        "pipelines": {},
    },
}
