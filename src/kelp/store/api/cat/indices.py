"""`_cat/indices`, `_cat/count`."""

import time
from typing import Any

from kelp.store.admin import figures
from kelp.store.admin.figures import Figures
from kelp.store.api.cat.table import Bytes, Column, Row, Table
from kelp.store.api.cluster_health import status_of
from kelp.store.api.route import Call
from kelp.store.api.targets import indices_of, replicas, shards
from kelp.store.errors import illegal_argument
from kelp.store.index.index import Index
from kelp.store.node import Node
from kelp.store.store import Store

_INDICES = (
    Column("health", "h", "current health status"),
    Column("status", "s", "open/close status"),
    Column("index", "i,idx", "index name"),
    Column("uuid", "id", "index uuid"),
    Column("pri", "p,shards.primary,shardsPrimary", "number of primary shards", right=True),
    Column("rep", "r,shards.replica,shardsReplica", "number of replica shards", right=True),
    Column("docs.count", "dc,docsCount", "available docs", right=True),
    Column("docs.deleted", "dd,docsDeleted", "deleted docs", right=True),
    Column("creation.date", "cd", "index creation date (millisecond value)", shown=False, right=True),
    Column("creation.date.string", "cds", "index creation date (as string)", shown=False),
    Column("store.size", "ss,storeSize", "store size of primaries & replicas", right=True),
    Column("pri.store.size", "", "store size of primaries", right=True),
    Column("segments.count", "sc,segmentsCount", "number of segments", shown=False, right=True),
    Column("pri.segments.count", "", "number of segments", shown=False, right=True),
    Column("memory.total", "tm,memoryTotal", "total used memory", shown=False, right=True),
)
_COUNT = (
    Column("epoch", "t,time", "seconds since 1970-01-01 00:00:00"),
    Column("timestamp", "ts,hms,hhmmss", "time in HH:MM:SS"),
    Column("count", "dc,docs.count,docsCount", "the document count"),
)


def tables(store: Store, node: Node) -> list[Table]:
    def indices(call: Call) -> list[Row]:
        default = "all" if "expand_wildcards" not in call.parameters and not call.args else "open,closed"
        found = indices_of(store, call, default)
        if not call.args:
            found = [index for index in found if not index.hidden or "expand_wildcards" in call.parameters]
        health = call.parameters.text("health")
        if health not in ("", "green", "yellow", "red"):
            raise illegal_argument(f"unknown cluster health status [{health}]")
        known = figures.by_index(store, found)
        rows = [_row(index, known[index.name]) for index in found]
        return [row for row in rows if not health or row["health"] == health]

    def count(call: Call) -> list[Row]:
        found = indices_of(store, call)
        total = figures.total(figures.by_index(store, found).values())
        return [{**clock(), "count": total.docs}]

    return [
        Table(("/_cat/indices", "/_cat/indices/{index}"), _INDICES, indices),
        Table(("/_cat/count", "/_cat/count/{index}"), _COUNT, count),
    ]


def clock() -> dict[str, Any]:
    """`epoch` and `timestamp` of now."""
    now = time.time()
    return {"epoch": int(now), "timestamp": time.strftime("%H:%M:%S", time.gmtime(now))}


def _row(index: Index, known: Figures) -> Row:
    row: Row = {
        "health": status_of(index),
        "status": "close" if index.closed else "open",
        "index": index.name,
        "uuid": index.uuid,
        "pri": shards(index),
        "rep": replicas(index),
        "creation.date": index.created_ms,
        "creation.date.string": _iso(index.created_ms),
    }
    if index.closed:
        return row
    return row | {
        "docs.count": known.docs,
        "docs.deleted": 0,
        "store.size": Bytes(known.store_bytes),
        "pri.store.size": Bytes(known.store_bytes),
        "segments.count": known.parts,
        "pri.segments.count": known.parts,
        "memory.total": Bytes(0),
    }


def _iso(millis: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(millis // 1000)) + f".{millis % 1000:03d}Z"
