"""Scrolling: page after page of a search by its sort keys and the place in the store."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kelp.store.engine.engine import Engine
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.search.cursors import Cursor, Cursors
from kelp.store.search.request import SearchRequest
from kelp.store.search.search import run_search
from kelp.store.search.sort import SortKey

_PLACE = SortKey("_shard_doc")


def first_page(
    engine: Engine, cursors: Cursors, indices: Sequence[Index], request: SearchRequest, keep_alive_ms: float
) -> dict[str, Any]:
    """The first page of a scroll, with its `_scroll_id`."""
    if request.offset:
        raise ApiError(
            400,
            "action_request_validation_exception",
            "Validation Failed: 1: using [from] is not allowed in a scroll context;",
        )
    if request.size == 0:
        raise ApiError(
            400,
            "action_request_validation_exception",
            "Validation Failed: 1: [size] cannot be [0] in a scroll context;",
        )
    if request.track_total_hits is False:
        raise ApiError(
            400,
            "action_request_validation_exception",
            "Validation Failed: 1: disabling [track_total_hits] is not allowed in a scroll context;",
        )
    scroll_id = cursors.open(tuple(index.name for index in indices), keep_alive_ms, request)
    cursor = cursors.get(scroll_id)
    answer = _page(engine, cursor, indices, replace(request, track_total_hits=True))
    cursor.total = answer["hits"]["total"]
    # Aggregations are told once, with the first page.
    cursor.request = replace(request, aggs={}, track_total_hits=False)
    return {"_scroll_id": scroll_id, **answer}


def next_page(
    engine: Engine,
    cursors: Cursors,
    index_of: Callable[[str], Index | None],
    scroll_id: str,
    keep_alive_ms: float | None,
    as_integer: bool = False,
) -> dict[str, Any]:
    """The following page; without hits once the scroll is through."""
    cursor = cursors.get(scroll_id, keep_alive_ms)
    if cursor.request is None:
        raise ApiError(400, "illegal_argument_exception", "Cannot parse scroll id")
    indices = [index for name in cursor.names if (index := index_of(name)) is not None]
    if cursor.after is None:
        answer = run_search(engine, [], replace(cursor.request, size=0))
    else:
        answer = _page(engine, cursor, indices, cursor.request)
    total = cursor.total["value"] if as_integer and isinstance(cursor.total, dict) else cursor.total
    answer["hits"] = {"total": total, **answer["hits"]}
    return {"_scroll_id": scroll_id, **answer}


def _page(engine: Engine, cursor: Cursor, indices: Sequence[Index], request: SearchRequest) -> dict[str, Any]:
    """A page after the cursor's place, which moves behind it. Hits show the sort values that were asked for."""
    shown = len(request.sort)
    by_place = any(key.field in ("_doc", "_shard_doc") for key in request.sort)
    keys = request.sort if by_place else (*request.sort, _PLACE)
    ordered = replace(
        request, sort=keys, search_after=cursor.after, track_scores=request.track_scores or not shown
    )
    answer = run_search(engine, indices, ordered)
    hits = answer["hits"]["hits"]
    cursor.after = hits[-1]["sort"] if hits else None
    for hit in hits:
        values = hit.pop("sort")[:shown]
        if shown:
            hit["sort"] = values
    return answer
