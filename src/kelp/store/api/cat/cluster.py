"""`_cat/health`, `_cat/pending_tasks`, `_cat/tasks`, `_cat/plugins`, `_cat/repositories`, `_cat/snapshots`."""

from kelp.store.api.cat.indices import clock
from kelp.store.api.cat.table import Column, Row, Table
from kelp.store.api.cluster_health import summary
from kelp.store.api.route import Call
from kelp.store.node import Node
from kelp.store.store import Store

_HEALTH = (
    Column("epoch", "t,time", "seconds since 1970-01-01 00:00:00"),
    Column("timestamp", "ts,hms,hhmmss", "time in HH:MM:SS"),
    Column("cluster", "cl", "cluster name"),
    Column("status", "st", "health status"),
    Column("node.total", "nt,nodeTotal", "total number of nodes", right=True),
    Column("node.data", "nd,nodeData", "number of nodes that can store data", right=True),
    Column("shards", "t,sh,shards.total,shardsTotal", "total number of shards", right=True),
    Column("pri", "p,shards.primary,shardsPrimary", "number of primary shards", right=True),
    Column("relo", "r,shards.relocating,shardsRelocating", "number of relocating nodes", right=True),
    Column("init", "i,shards.initializing,shardsInitializing", "number of initializing nodes", right=True),
    Column("unassign", "u,shards.unassigned,shardsUnassigned", "number of unassigned shards", right=True),
    Column("pending_tasks", "pt,pendingTasks", "number of pending tasks", right=True),
    Column("max_task_wait_time", "mtwt,maxTaskWaitTime", "wait time of longest task pending", right=True),
    Column(
        "active_shards_percent", "asp,activeShardsPercent", "active number of shards in percent", right=True
    ),
)
_TASKS = (
    Column("action", "ac", "task action"),
    Column("task_id", "ti", "unique task id"),
    Column("parent_task_id", "pti", "parent task id"),
    Column("type", "ty", "task type"),
    Column("start_time", "start", "start time in ms"),
    Column("timestamp", "ts,hms,hhmmss", "start time in HH:MM:SS"),
    Column("running_time", "time", "running time ms"),
    Column("ip", "i", "ip address"),
    Column("node", "n", "node name"),
)
_PENDING = (
    Column("insertOrder", "o", "task insertion order", right=True),
    Column("timeInQueue", "t", "how long task has been in queue", right=True),
    Column("priority", "p", "task priority"),
    Column("source", "s", "task source"),
)
_PLUGINS = (
    Column("name", "n", "node name"),
    Column("component", "c", "component"),
    Column("version", "v", "component version"),
)
_REPOSITORIES = (
    Column("id", "id,repoId", "unique repository id"),
    Column("type", "t,type", "repository type"),
)
_FIELDDATA = (
    Column("id", "", "node id"),
    Column("host", "h", "host name"),
    Column("ip", "", "ip address"),
    Column("node", "n", "node name"),
    Column("field", "f", "field name"),
    Column("size", "", "field data usage"),
)


def tables(store: Store, node: Node) -> list[Table]:
    def health(call: Call) -> list[Row]:
        body = summary(node, [index for index in store.catalog.indices() if not index.closed])
        return [
            {
                **clock(),
                "cluster": node.cluster_name,
                "status": body["status"],
                "node.total": 1,
                "node.data": 1,
                "shards": body["active_shards"],
                "pri": body["active_primary_shards"],
                "relo": 0,
                "init": 0,
                "unassign": body["unassigned_shards"],
                "pending_tasks": 0,
                "max_task_wait_time": "-",
                "active_shards_percent": f"{body['active_shards_percent_as_number']:.1f}%",
            }
        ]

    def none(call: Call) -> list[Row]:
        return []

    return [
        Table(("/_cat/health",), _HEALTH, health),
        Table(("/_cat/tasks",), _TASKS, none),
        Table(("/_cat/pending_tasks",), _PENDING, none),
        Table(("/_cat/plugins",), _PLUGINS, none),
        Table(("/_cat/repositories",), _REPOSITORIES, none),
        Table(("/_cat/fielddata", "/_cat/fielddata/{fields}"), _FIELDDATA, none),
    ]
