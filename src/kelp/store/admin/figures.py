"""How many documents, bytes and parts the indices have."""

from collections.abc import Iterable
from dataclasses import dataclass

from kelp.store.engine.engine import DATABASE
from kelp.store.index.index import Index
from kelp.store.store import Store


@dataclass(slots=True)
class Figures:
    """One index, or the sum of several; sizes are bytes on disk, `raw_bytes` before compression."""

    docs: int = 0
    store_bytes: int = 0
    raw_bytes: int = 0
    parts: int = 0

    def add(self, other: "Figures") -> None:
        self.docs += other.docs
        self.store_bytes += other.store_bytes
        self.raw_bytes += other.raw_bytes
        self.parts += other.parts


_PARTS = """
SELECT table, sum(rows), sum(bytes_on_disk), sum(data_uncompressed_bytes), count()
FROM system.parts WHERE active AND database = {database:String} GROUP BY table
"""


def by_index(store: Store, indices: Iterable[Index]) -> dict[str, Figures]:
    """The figures of each index by its name; an index without parts has zeroes."""
    rows = store.engine.query(_PARTS, {"database": DATABASE})
    by_table = {
        table: Figures(int(docs), int(size), int(raw), int(parts)) for table, docs, size, raw, parts in rows
    }
    return {index.name: by_table.get(index.uuid, Figures()) for index in indices}


def total(figures: Iterable[Figures]) -> Figures:
    """The sum."""
    result = Figures()
    for each in figures:
        result.add(each)
    return result
