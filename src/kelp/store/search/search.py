"""Running a search: rows, total and aggregations beside each other, one answer."""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from kelp.store.aggs.run import run_aggregations
from kelp.store.aggs.tree import parse_aggregations
from kelp.store.engine.engine import Engine
from kelp.store.errors import ApiError, reading
from kelp.store.index.index import Index
from kelp.store.query.nodes import And, Node
from kelp.store.search.context import POOL, SearchContext, all_failed
from kelp.store.search.hits import page_of_hits, score_value
from kelp.store.search.request import MAX_RESULT_WINDOW, SearchRequest, check_window
from kelp.store.search.request_cache import RequestCache, cache_key
from kelp.store.search.sort import SortKey, SortPlan, plan_sort

_CACHE = RequestCache()


def run_search(engine: Engine, indices: Sequence[Index], request: SearchRequest) -> dict[str, Any]:
    """The answer of `_search`. Raises ApiError `search_phase_execution_exception` when every index fails."""
    key = cache_key(indices, request)
    known = None if key is None else _CACHE.get(key)
    if known is not None:
        return {**known, "took": 0}
    answer = _search(engine, indices, request)
    if key is not None:
        _CACHE.put(key, answer)
    return answer


def _search(engine: Engine, indices: Sequence[Index], request: SearchRequest) -> dict[str, Any]:
    started = time.perf_counter()
    with reading("the aggregations"):
        aggs = parse_aggregations(request.aggs)
    context = SearchContext(engine, indices, settings=_limits(request))
    try:
        if request.query_fault is not None:
            raise request.query_fault
        for index in indices:
            check_window(request, int(index.settings.get("max_result_window", MAX_RESULT_WINDOW)))
        _check_sort_fields(context, request)
        context.narrow(request.query)
        plans = plan_sort(_keys(request), [branch.index for branch in context.branches] or indices)
        page_context = _page_context(context, request)
        total = _start_count(page_context, request)
        found_aggs = POOL.submit(run_aggregations, context, aggs, request) if aggs and indices else None
        hits = page_of_hits(page_context, request, plans) if request.size and _passes_score(request) else []
        answer = _answer(context, request, plans, hits, total)
        if found_aggs is not None:
            answer["aggregations"] = found_aggs.result()
    except ApiError as error:
        if error.type == "search_phase_execution_exception" or error.status >= 429 or not indices:
            raise
        raise all_failed([(index, error) for index in indices]) from error
    took_ms = (time.perf_counter() - started) * 1000
    answer["took"] = round(took_ms)
    answer["timed_out"] = 0 < request.timeout_ms <= took_ms
    return answer


def _limits(request: SearchRequest) -> dict[str, Any]:
    """With a `timeout` the engine stops reading then, and what it found so far is the answer."""
    if request.timeout_ms <= 0:
        return {}
    seconds = max(1, round(request.timeout_ms / 1000))  # the engine counts whole seconds
    return {"max_execution_time": seconds, "timeout_overflow_mode": "break"}


def _keys(request: SearchRequest) -> tuple[SortKey, ...]:
    """The sort keys; a point in time adds the place in the index, so that `search_after` never skips equals."""
    if request.pit_id is not None and not any(key.field in ("_shard_doc", "_doc") for key in request.sort):
        return (*(request.sort or (SortKey("_score", descending=True),)), SortKey("_shard_doc"))
    if request.sort and all(key.field == "_score" for key in request.sort):
        return (*request.sort,)
    return request.sort


def _check_sort_fields(context: SearchContext, request: SearchRequest) -> None:
    """An index without a sort field fails, the others answer."""
    for index in context.indices:
        for key in request.sort:
            known = key.special or key.field.startswith("_") or index.mapping.get(key.field) is not None
            if not known and key.unmapped_type is None:
                reason = f"No mapping found for [{key.field}] in order to sort on"
                context.failures.append((index, ApiError(400, "query_shard_exception", reason)))
                break


def _page_context(context: SearchContext, request: SearchRequest) -> SearchContext:
    """The context of hits and total: `post_filter` narrows them, but not the aggregations."""
    if request.post_filter is None:
        return context
    narrowed: Node = And((request.query, request.post_filter))
    page = replace(context, branches=[], failures=list(context.failures))
    page.narrow(narrowed)
    return page


def _passes_score(request: SearchRequest) -> bool:
    return request.min_score is None or score_value(request) >= request.min_score


def _start_count(context: SearchContext, request: SearchRequest) -> "Future[int] | None":
    if request.track_total_hits is False:
        return None
    if not context.branches or not _passes_score(request):
        done: Future[int] = Future()
        done.set_result(0)
        return done
    return POOL.submit(count, context)


def count(context: SearchContext) -> int:
    """How many documents match in all indices."""
    if not context.branches:
        return 0
    selects = [
        f"SELECT count() AS _n FROM {branch.index.table} WHERE {branch.where}" for branch in context.branches
    ]
    sql = selects[0] if len(selects) == 1 else f"SELECT sum(_n) FROM ({' UNION ALL '.join(selects)})"
    rows = context.query(sql)
    return int(rows[0][0]) if rows else 0  # a timeout may leave no row at all


def _answer(
    context: SearchContext,
    request: SearchRequest,
    plans: Sequence[SortPlan],
    hits: list[dict[str, Any]],
    total: "Future[int] | None",
) -> dict[str, Any]:
    scored = not plans or request.track_scores or any(plan.key.field == "_score" for plan in plans)
    shown: dict[str, Any] = {}
    if total is not None:
        shown["total"] = _total(total.result(), request)
    shown["max_score"] = score_value(request) if hits and scored else (None if context.indices else 0.0)
    shown["hits"] = hits
    answer: dict[str, Any] = {"took": 0, "timed_out": False, "_shards": context.shards(), "hits": shown}
    if request.pit_id is not None:
        answer = {"pit_id": request.pit_id, **answer}
    if request.profile:
        answer["profile"] = {"shards": []}
    return answer


def _total(number: int, request: SearchRequest) -> Any:
    limit = request.track_total_hits
    if request.rest_total_hits_as_int:
        return number
    if limit is not True and number > limit:
        return {"value": int(limit), "relation": "gte"}
    return {"value": number, "relation": "eq"}
