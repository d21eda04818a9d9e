"""Hits as JSON."""

from collections.abc import Sequence
from typing import Any

from kelp.store.search.context import SearchContext
from kelp.store.search.field_values import fetch_fields
from kelp.store.search.highlight import Highlighter
from kelp.store.search.page import Document, Row, find_rows, read_documents
from kelp.store.search.request import SearchRequest
from kelp.store.search.sort import SortPlan


def page_of_hits(
    context: SearchContext, request: SearchRequest, plans: Sequence[SortPlan]
) -> list[dict[str, Any]]:
    """The hits of the request's page."""
    rows = find_rows(
        context,
        plans,
        offset=request.offset,
        size=request.size,
        search_after=request.search_after,
        collapse=request.collapse,
    )
    return hits_of_rows(context, request, plans, rows)


def hits_of_rows(
    context: SearchContext, request: SearchRequest, plans: Sequence[SortPlan], rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """Rows with their documents as hits, in order."""
    by_place = {(row.segment, row.row): row for row in rows}
    highlighters: dict[str, Highlighter] = {}
    hits = []
    for document in read_documents(context, rows):
        from_place = divmod(document.sequence_number, 1 << 20)
        row = by_place[from_place]
        hit = hit_of(document, request, score_of(request, plans))
        if request.highlight is not None:
            marker = highlighters.get(document.index.name)
            if marker is None:
                marker = highlighters[document.index.name] = Highlighter(
                    request.highlight, request.query, document.index
                )
            marks = marker.mark(document.source)
            if marks:
                hit["highlight"] = marks
        if request.sort or request.pit_id is not None:
            hit["sort"] = [
                plan.show(key) if plan.key.field != "_score" else score_value(request)
                for plan, key in zip(plans, row.keys, strict=True)
            ]
        hits.append(hit)
    return hits


def score_value(request: SearchRequest) -> float:
    """Every hit's score: 1, or 0 where the query only filters."""
    return 0.0 if request.filter_only else 1.0


def score_of(request: SearchRequest, plans: Sequence[SortPlan]) -> float | None:
    """The `_score` of a hit: none where hits are sorted by something else."""
    if not plans or request.track_scores or any(plan.key.field == "_score" for plan in plans):
        return score_value(request)
    return None


def hit_of(document: Document, request: SearchRequest, score: float | None) -> dict[str, Any]:
    """One hit without highlight and sort values."""
    hit: dict[str, Any] = {"_index": document.index.name, "_type": "_doc", "_id": document.id}
    if request.version:
        hit["_version"] = document.version
    if request.seq_no_primary_term:
        hit["_seq_no"] = document.sequence_number
        hit["_primary_term"] = 1
    hit["_score"] = score
    if document.ignored:
        hit["_ignored"] = document.ignored
    if request.source.wanted:
        hit["_source"] = request.source.apply(document.source) if request.source.changes else document.source
    if request.fields or request.docvalue_fields:
        fields = fetch_fields(document.index, document.source, request.fields)
        fields |= fetch_fields(document.index, document.source, request.docvalue_fields, doc_values=True)
        if fields:
            hit["fields"] = fields
    return hit
