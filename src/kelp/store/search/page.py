"""Finding the rows of a page, and reading their documents.

The rows are found first with nothing but the sort keys; only the winners are read whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kelp.store.index.index import Index
from kelp.store.ingest.identity import encode_id, sequence_number
from kelp.store.ingest.source import SourceBuilder
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.search.context import Branch, SearchContext
from kelp.store.search.sort import SortPlan, after
from kelp.store.sql.values import DOC_ORDER, array_sql, scalar_sql, value_type

_TIMESTAMP = quoted(TIMESTAMP)


@dataclass(slots=True)
class Row:
    """Where a hit lies, and its sort keys as the engine gave them."""

    branch: int
    segment: int
    row: int
    timestamp: int
    keys: tuple[Any, ...]


@dataclass(slots=True)
class Document:
    """A hit's document."""

    index: Index
    id: str
    version: int
    sequence_number: int
    ignored: list[str]
    source: dict[str, Any]


def find_rows(
    context: SearchContext,
    plans: Sequence[SortPlan],
    *,
    offset: int,
    size: int,
    search_after: list[Any] | None = None,
    collapse: str | None = None,
) -> list[Row]:
    """The rows of a page in order; the newest first where there are no sort keys."""
    if size == 0 or not context.branches:
        return []
    limit = f"LIMIT {offset + size}"
    selects = []
    # Aliases begin with an underscore, which no field's column does: one called like a column would hide it.
    for number, branch in enumerate(context.branches):
        columns = [
            f"{number} AS _b",
            "_seg AS _s",
            "_row AS _r",
            f"toUnixTimestamp64Nano({_TIMESTAMP}) AS _t",
        ]
        columns += [f"{plan.column(branch.index, context.binder)} AS {plan.alias}" for plan in plans]
        where = branch.where
        if search_after is not None:
            where = f"{where} AND {after(plans, search_after, branch.index, context.binder)}"
        if collapse is not None:
            columns.append(f"{collapse_column(context, branch, collapse)} AS _g")
        order = [plan.branch_order(branch.index) for plan in plans] or [f"{_TIMESTAMP} DESC"]
        by_group = "" if collapse is None else " LIMIT 1 BY _g"
        tail = f"ORDER BY {', '.join(order)}, _seg, _row{by_group} {limit}"
        selects.append(f"SELECT {', '.join(columns)} FROM {branch.index.table} WHERE {where} {tail}")
    outer = [plan.order() for plan in plans] or ["_t DESC"]
    by_group = "" if collapse is None else " LIMIT 1 BY _g"
    if len(selects) == 1:
        sql = selects[0] + (f" OFFSET {offset}" if offset else "")
        if offset:
            sql = selects[0].removesuffix(limit) + f"LIMIT {size} OFFSET {offset}"
    else:
        union = " UNION ALL ".join(f"({select})" for select in selects)
        sql = f"SELECT * FROM ({union}) ORDER BY {', '.join(outer)}, _s, _r{by_group} LIMIT {size} OFFSET {offset}"
    end = 4 + len(plans)
    return [Row(row[0], row[1], row[2], row[3], tuple(row[4:end])) for row in context.query(sql)]


def collapse_column(context: SearchContext, branch: Branch, path: str) -> str:
    """The value hits are grouped by; documents without it form one group, as in Elasticsearch."""
    value = value_type(context.indices, path)
    if value is None:
        return "NULL"
    if value.many:
        return f"{array_sql(branch.index, value, context.binder)}[1]"
    return scalar_sql(branch.index, value, context.binder)


def read_documents(context: SearchContext, rows: Sequence[Row]) -> list[Document]:
    """The documents of rows, in their order; rows that were deleted in between are left out."""
    by_branch: dict[int, list[Row]] = {}
    for row in rows:
        by_branch.setdefault(row.branch, []).append(row)
    found: dict[tuple[int, int], Document] = {}
    for number, wanted in by_branch.items():
        found.update(_read(context, context.branches[number].index, wanted))
    return [found[key] for row in rows if (key := (row.segment, row.row)) in found]


def _read(context: SearchContext, index: Index, rows: Sequence[Row]) -> dict[tuple[int, int], Document]:
    builder = SourceBuilder(index)
    places = context.binder.bind(
        sorted(sequence_number(row.segment, row.row) for row in rows), "Array(Int64)"
    )
    times = [row.timestamp for row in rows]
    # The sort key leads to the rows' granules: a span for neighbours, single moments for scattered rows.
    low, high = context.binder.moment(min(times)), context.binder.moment(max(times))
    moments = context.binder.bind(sorted(set(times)), "Array(Int64)")
    sql = (
        f"SELECT _seg, _row, _id, _version, _ignored, {', '.join(builder.columns)} FROM {index.table} "
        f"PREWHERE {_TIMESTAMP} >= {low} AND {_TIMESTAMP} <= {high} AND toUnixTimestamp64Nano({_TIMESTAMP}) IN {moments} "
        f"AND {DOC_ORDER} IN {places}"
    )
    found = {}
    for row in context.query(sql):
        segment, line, given, version, ignored = row[:5]
        found[segment, line] = Document(
            index,
            given or encode_id(segment, line),
            version,
            sequence_number(segment, line),
            list(ignored),
            builder.build(row[5:]),
        )
    return found
