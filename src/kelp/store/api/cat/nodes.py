"""`_cat/nodes`, `_cat/master`, `_cat/nodeattrs`, `_cat/thread_pool`, `_cat/allocation`."""

import os
import time

from kelp.store.admin import figures, process
from kelp.store.api.cat.table import Bytes, Column, Millis, Row, Table
from kelp.store.api.route import Call
from kelp.store.api.targets import replicas, shards
from kelp.store.node import ELASTICSEARCH_VERSION, Node
from kelp.store.store import Store

ROLES = "cdfhimrsw"
_NODES = (
    Column("id", "nodeId", "unique node id", shown=False),
    Column("pid", "p", "process id", shown=False),
    Column("ip", "i", "ip address"),
    Column("port", "po", "bound transport port", shown=False),
    Column("http_address", "http", "bound http address", shown=False),
    Column("version", "v", "es version", shown=False),
    Column("disk.total", "dt,diskTotal", "total disk space", shown=False, right=True),
    Column("disk.used", "du,diskUsed", "used disk space", shown=False, right=True),
    Column("disk.avail", "d,da,disk,diskAvail", "available disk space", shown=False, right=True),
    Column("disk.used_percent", "dup,diskUsedPercent", "used disk space percentage", shown=False, right=True),
    Column(
        "heap.current", "hc,heapCurrent", "used heap: resident memory of the process", shown=False, right=True
    ),
    Column("heap.percent", "hp,heapPercent", "used heap ratio: resident memory of the machine's", right=True),
    Column("heap.max", "hm,heapMax", "max configured heap: the machine's memory", shown=False, right=True),
    Column("ram.current", "rc,ramCurrent", "used machine memory", shown=False, right=True),
    Column("ram.percent", "rp,ramPercent", "used machine memory ratio", right=True),
    Column("ram.max", "rm,ramMax", "total machine memory", shown=False, right=True),
    Column(
        "file_desc.current", "fdc,fileDescriptorCurrent", "used file descriptors", shown=False, right=True
    ),
    Column("file_desc.max", "fdm,fileDescriptorMax", "max file descriptors", shown=False, right=True),
    Column("cpu", "cpu", "recent cpu usage", right=True),
    Column("load_1m", "l", "1m load avg", right=True),
    Column("load_5m", "l", "5m load avg", right=True),
    Column("load_15m", "l", "15m load avg", right=True),
    Column("uptime", "u", "node uptime", shown=False, right=True),
    Column("node.role", "r,role,nodeRole", "m:master eligible node, d:data node, i:ingest node"),
    Column("master", "m", "*:current master"),
    Column("name", "n", "node name"),
)
_MASTER = (
    Column("id", "", "node id"),
    Column("host", "h", "host name"),
    Column("ip", "", "ip address"),
    Column("node", "n", "node name"),
)
_ATTRIBUTES = (
    Column("node", "name", "node name"),
    Column("host", "h", "host name"),
    Column("ip", "i", "ip address"),
    Column("attr", "attr.name", "attribute description"),
    Column("value", "attr.value", "attribute value"),
)
_POOLS = (
    Column("node_name", "nn", "node name"),
    Column("name", "n", "thread pool name"),
    Column("active", "a", "number of active threads", right=True),
    Column("queue", "q", "number of tasks currently in queue", right=True),
    Column("rejected", "r", "number of rejected tasks", right=True),
    Column("largest", "l", "highest number of seen active threads", shown=False, right=True),
    Column("completed", "c", "number of completed tasks", shown=False, right=True),
    Column("size", "sz", "number of threads", shown=False, right=True),
    Column("queue_size", "qs", "maximum number of tasks permitted in queue", shown=False, right=True),
)
_ALLOCATION = (
    Column("shards", "s", "number of shards on node", right=True),
    Column("disk.indices", "di,diskIndices", "disk used by ES indices", right=True),
    Column("disk.used", "du,diskUsed", "disk used (total, not just ES)", right=True),
    Column("disk.avail", "da,diskAvail", "disk available", right=True),
    Column("disk.total", "dt,diskTotal", "total capacity of all volumes", right=True),
    Column("disk.percent", "dp,diskPercent", "percent disk used", right=True),
    Column("host", "h", "host of node"),
    Column("ip", "", "ip of node"),
    Column("node", "n", "name of node"),
)


def tables(store: Store, node: Node) -> list[Table]:
    def nodes(call: Call) -> list[Row]:
        return [_node_row(node)]

    def master(call: Call) -> list[Row]:
        return [{"id": node.id, "host": node.host, "ip": node.host, "node": node.name}]

    def attributes(call: Call) -> list[Row]:
        return []

    def pools(call: Call) -> list[Row]:
        wanted = call.arg("name")
        return [
            {
                "node_name": node.name,
                "name": name,
                "active": counts.active,
                "queue": counts.queued,
                "rejected": counts.rejected,
                "largest": counts.largest,
                "completed": counts.completed,
                "size": counts.size,
                "queue_size": counts.queue_size,
            }
            for name, counts in sorted(node.pools.items())
            if not wanted or name in wanted.split(",")
        ]

    def allocation(call: Call) -> list[Row]:
        return _allocation_rows(store, node)

    return [
        Table(("/_cat/nodes",), _NODES, nodes),
        Table(("/_cat/master",), _MASTER, master),
        Table(("/_cat/nodeattrs",), _ATTRIBUTES, attributes),
        Table(("/_cat/thread_pool", "/_cat/thread_pool/{name}"), _POOLS, pools),
        Table(("/_cat/allocation", "/_cat/allocation/{node}"), _ALLOCATION, allocation),
    ]


def _node_row(node: Node) -> Row:
    own, machine = process.process(), process.machine(node.data)
    total = machine.memory_total_bytes or 1
    disk_used = machine.disk_total_bytes - machine.disk_free_bytes
    return {
        "id": node.id[:4],
        "pid": os.getpid(),
        "ip": node.host,
        "port": node.port,
        "http_address": node.http_address,
        "version": ELASTICSEARCH_VERSION,
        "disk.total": Bytes(machine.disk_total_bytes),
        "disk.used": Bytes(disk_used),
        "disk.avail": Bytes(machine.disk_free_bytes),
        "disk.used_percent": f"{100 * disk_used / machine.disk_total_bytes:.2f}",
        "heap.current": Bytes(own.rss_bytes),
        "heap.percent": round(100 * own.rss_bytes / total),
        "heap.max": Bytes(total),
        "ram.current": Bytes(total - machine.memory_free_bytes),
        "ram.percent": machine.memory_used_percent,
        "ram.max": Bytes(total),
        "file_desc.current": own.open_files,
        "file_desc.max": own.max_files,
        "cpu": own.cpu_percent,
        "load_1m": f"{machine.load[0]:.2f}",
        "load_5m": f"{machine.load[1]:.2f}",
        "load_15m": f"{machine.load[2]:.2f}",
        "uptime": Millis((time.time() - node.started) * 1000),
        "node.role": ROLES,
        "master": "*",
        "name": node.name,
    }


def _allocation_rows(store: Store, node: Node) -> list[Row]:
    indices = store.catalog.indices()
    machine = process.machine(node.data)
    used = machine.disk_total_bytes - machine.disk_free_bytes
    rows: list[Row] = [
        {
            "shards": sum(shards(index) for index in indices),
            "disk.indices": Bytes(figures.total(figures.by_index(store, indices).values()).store_bytes),
            "disk.used": Bytes(used),
            "disk.avail": Bytes(machine.disk_free_bytes),
            "disk.total": Bytes(machine.disk_total_bytes),
            "disk.percent": 100 * used // machine.disk_total_bytes,
            "host": node.host,
            "ip": node.host,
            "node": node.name,
        }
    ]
    missing = sum(shards(index) * replicas(index) for index in indices)
    if missing:
        rows.append({"shards": missing, "node": "UNASSIGNED"})
    return rows
