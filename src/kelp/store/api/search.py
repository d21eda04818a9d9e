"""`_search`: hits, totals and aggregations.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/search-search.html
"""

from typing import Any

from kelp.store.api.alias_filter import narrowed
from kelp.store.api.members import strings_of
from kelp.store.api.parameters import duration_ms
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError
from kelp.store.search.cursors import Cursors
from kelp.store.search.request import parse_search
from kelp.store.search.scroll import first_page, next_page
from kelp.store.search.search import run_search
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    """Search, scroll, points in time."""
    cursors = Cursors()

    def search(call: Call) -> Any:
        body = call.json_object()
        request = parse_search(body, call.parameters)
        if request.pit_id is not None:
            if call.arg("index"):
                raise ApiError(
                    400,
                    "action_request_validation_exception",
                    "Validation Failed: 1: [indices] cannot be used with point in time. Do not specify any index with "
                    "point in time.;",
                )
            names = cursors.get(request.pit_id).names
            indices = [index for name in names if (index := store.catalog.get(name)) is not None]
            return run_search(store.engine, indices, request)
        indices = indices_of(store, call)
        request.query = narrowed(call.arg("index"), indices, request.query)
        keep_alive = call.parameters.get("scroll")
        if keep_alive:
            return first_page(store.engine, cursors, indices, request, duration_ms(keep_alive, "scroll"))
        return run_search(store.engine, indices, request)

    def scroll(call: Call) -> Any:
        body = call.json_object()
        scroll_id = call.arg("scroll_id") or call.parameters.get("scroll_id") or body.get("scroll_id")
        if not scroll_id:
            raise ApiError(
                400, "action_request_validation_exception", "Validation Failed: 1: scrollId is missing;"
            )
        keep_alive = call.parameters.get("scroll") or body.get("scroll")
        keep_ms = duration_ms(str(keep_alive), "scroll") if keep_alive else None
        as_integer = call.parameters.flag("rest_total_hits_as_int")
        return next_page(store.engine, cursors, store.catalog.get, str(scroll_id), keep_ms, as_integer)

    def clear_scroll(call: Call) -> Any:
        given = call.arg("scroll_id") or call.json_object().get("scroll_id", [])
        ids = given.split(",") if isinstance(given, str) else strings_of({"scroll_id": given}, "scroll_id")
        freed = cursors.close_all() if ids == ["_all"] else sum(cursors.close(item) for item in ids)
        return {"succeeded": True, "num_freed": freed}

    def open_pit(call: Call) -> Any:
        keep_alive = call.parameters.get("keep_alive")
        if not keep_alive:
            raise ApiError(
                400, "action_request_validation_exception", "Validation Failed: 1: [keep_alive] is required;"
            )
        names = tuple(index.name for index in indices_of(store, call))
        return {"id": cursors.open(names, duration_ms(keep_alive, "keep_alive"))}

    def close_pit(call: Call) -> Any:
        closed = cursors.close(str(call.json_object().get("id", "")))
        return {"succeeded": bool(closed), "num_freed": closed}

    return [
        Route("GET POST", "/_search", search, "search"),
        Route("GET POST", "/{index}/_search", search, "search"),
        Route("GET POST", "/_search/scroll", scroll, "search"),
        Route("GET POST", "/_search/scroll/{scroll_id}", scroll, "search"),
        Route("DELETE", "/_search/scroll", clear_scroll, "search"),
        Route("DELETE", "/_search/scroll/{scroll_id}", clear_scroll, "search"),
        Route("POST", "/{index}/_pit", open_pit, "search"),
        Route("DELETE", "/_pit", close_pit, "search"),
    ]
