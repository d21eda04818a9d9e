"""`_cat/segments`: the parts of the engine's tables."""

from kelp.store.api.cat.table import Bytes, Column, Row, Table
from kelp.store.api.route import Call
from kelp.store.api.targets import indices_of
from kelp.store.engine.engine import DATABASE
from kelp.store.node import LUCENE_VERSION, Node
from kelp.store.store import Store

_SEGMENTS = (
    Column("index", "i,idx", "index name"),
    Column("shard", "s,sh", "shard name"),
    Column("prirep", "p,pr,primaryOrReplica", "primary or replica"),
    Column("ip", "", "ip of node where it lives"),
    Column("id", "", "unique id of node where it lives", shown=False),
    Column("segment", "seg", "segment name"),
    Column("generation", "g,gen", "segment generation", right=True),
    Column("docs.count", "dc,docsCount", "number of docs in segment", right=True),
    Column("docs.deleted", "dd,docsDeleted", "number of deleted docs in segment", right=True),
    Column("size", "si", "segment size in bytes", right=True),
    Column("size.memory", "sm,sizeMemory", "segment memory in bytes", right=True),
    Column("committed", "ic,isCommitted", "is segment committed"),
    Column("searchable", "is,isSearchable", "is segment searched"),
    Column("version", "v,ver", "version"),
    Column("compound", "ico,isCompound", "is segment compound"),
)
PARTS = """
SELECT table, name, rows, bytes_on_disk, primary_key_bytes_in_memory, level, part_type = 'Compact'
FROM system.parts WHERE active AND database = {database:String} ORDER BY table, min_block_number
"""


def tables(store: Store, node: Node) -> list[Table]:
    def segments(call: Call) -> list[Row]:
        indices = {index.uuid: index for index in indices_of(store, call)}
        rows: list[Row] = []
        for table, name, docs, size, memory, level, compound in store.engine.query(
            PARTS, {"database": DATABASE}
        ):
            if table in indices:
                rows.append(
                    {
                        "index": indices[table].name,
                        "shard": 0,
                        "prirep": "p",
                        "ip": node.host,
                        "id": node.id,
                        "segment": name,
                        "generation": level,
                        "docs.count": docs,
                        "docs.deleted": 0,
                        "size": Bytes(size),
                        "size.memory": memory,
                        "committed": True,
                        "searchable": True,
                        "version": LUCENE_VERSION,
                        "compound": bool(compound),
                    }
                )
        return sorted(rows, key=lambda row: str(row["index"]))

    return [Table(("/_cat/segments", "/_cat/segments/{index}"), _SEGMENTS, segments)]
