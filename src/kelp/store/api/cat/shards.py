"""`_cat/shards`, `_cat/recovery`."""

from kelp.store.admin import figures
from kelp.store.api.cat.table import Bytes, Column, Millis, Row, Table
from kelp.store.api.route import Call
from kelp.store.api.targets import indices_of, replicas, shards
from kelp.store.node import Node
from kelp.store.store import Store

_SHARDS = (
    Column("index", "i,idx", "index name"),
    Column("shard", "s,sh", "shard name"),
    Column("prirep", "p,pr,primaryOrReplica", "primary or replica"),
    Column("state", "st", "shard state"),
    Column("docs", "d,dc", "number of docs in shard", right=True),
    Column("store", "sto", "store size of shard (how much disk it uses)", right=True),
    Column("ip", "", "ip of node where it lives"),
    Column("id", "", "unique id of node where it lives", shown=False),
    Column("node", "n", "name of node where it lives"),
    Column("unassigned.reason", "ur", "reason shard became unassigned", shown=False),
    Column("segments.count", "sc,segmentsCount", "number of segments", shown=False, right=True),
)
_RECOVERY = (
    Column("index", "i,idx", "index name"),
    Column("shard", "s,sh", "shard name"),
    Column("time", "t,ti", "recovery time", right=True),
    Column("type", "ty", "recovery type"),
    Column("stage", "st", "recovery stage"),
    Column("source_host", "shost", "source host"),
    Column("source_node", "snode", "source node name"),
    Column("target_host", "thost", "target host"),
    Column("target_node", "tnode", "target node name"),
    Column("repository", "rep", "repository"),
    Column("snapshot", "snap", "snapshot"),
    Column("files", "f", "number of files to recover", right=True),
    Column("files_percent", "fp", "percent of files recovered", right=True),
    Column("bytes", "b", "number of bytes to recover", right=True),
    Column("bytes_percent", "bp", "percent of bytes recovered", right=True),
)


def tables(store: Store, node: Node) -> list[Table]:
    def shard_rows(call: Call) -> list[Row]:
        found = indices_of(store, call, "all")
        known = figures.by_index(store, found)
        rows: list[Row] = []
        for index in found:
            for number in range(shards(index)):
                # All documents are in one table: it stands for the first shard.
                mine = known[index.name] if number == 0 else figures.Figures()
                primary: Row = {
                    "index": index.name,
                    "shard": number,
                    "prirep": "p",
                    "state": "STARTED",
                    "docs": mine.docs,
                    "store": Bytes(mine.store_bytes),
                    "ip": node.host,
                    "id": node.id,
                    "node": node.name,
                    "segments.count": mine.parts,
                }
                missing: Row = {
                    "index": index.name,
                    "shard": number,
                    "prirep": "r",
                    "state": "UNASSIGNED",
                    "unassigned.reason": "INDEX_CREATED",
                }
                rows += [primary, *([missing] * replicas(index))]
        return rows

    def recovery(call: Call) -> list[Row]:
        return [
            {
                "index": index.name,
                "shard": number,
                "time": Millis(0),
                "type": "existing_store",
                "stage": "done",
                "source_host": "n/a",
                "source_node": "n/a",
                "target_host": node.host,
                "target_node": node.name,
                "repository": "n/a",
                "snapshot": "n/a",
                "files": 0,
                "files_percent": "100.0%",
                "bytes": 0,
                "bytes_percent": "100.0%",
            }
            for index in indices_of(store, call)
            for number in range(shards(index))
        ]

    return [
        Table(("/_cat/shards", "/_cat/shards/{index}"), _SHARDS, shard_rows),
        Table(("/_cat/recovery", "/_cat/recovery/{index}"), _RECOVERY, recovery),
    ]
