"""`_msearch`: several searches in one request, run beside each other.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/search-multi-search.html
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson

from kelp.store.api import errors
from kelp.store.api.alias_filter import narrowed
from kelp.store.api.parameters import Parameters
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import open_ones
from kelp.store.errors import ApiError
from kelp.store.search.request import parse_search
from kelp.store.search.search import run_search
from kelp.store.store import Store

_PARALLEL = 4


def routes(store: Store) -> list[Route]:
    """Multi-search."""
    pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="kelp-msearch")

    def msearch(call: Call) -> Any:
        started = time.perf_counter()
        searches = split(call.body)
        default_index = call.arg("index") or "_all"
        found = list(
            pool.map(lambda one: answer(store, one[0], one[1], default_index, call.parameters), searches)
        )
        return {"took": round((time.perf_counter() - started) * 1000), "responses": found}

    return [
        Route("GET POST", "/_msearch", msearch, "search"),
        Route("GET POST", "/{index}/_msearch", msearch, "search"),
    ]


def split(body: bytes) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The header and body of each search. Raises ApiError for lines that do not pair up or are no JSON."""
    lines = body.split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise ApiError(400, "action_request_validation_exception", "Validation Failed: 1: no requests added;")
    if len(lines) % 2:
        lines.append(b"{}")
    try:
        parsed = [orjson.loads(line) if line.strip() else {} for line in lines]
    except orjson.JSONDecodeError as error:
        raise ApiError(
            400, "parsing_exception", f"cannot read a line of the multi-search as JSON: {error}"
        ) from error
    for line in parsed:
        if not isinstance(line, dict):
            raise ApiError(
                400, "illegal_argument_exception", "key [index] or a search body expected as a JSON object"
            )
    return list(zip(parsed[0::2], parsed[1::2], strict=True))


def answer(
    store: Store, header: dict[str, Any], body: dict[str, Any], default_index: str, parameters: Parameters
) -> dict[str, Any]:
    """The answer of one search, or its error: one that fails never spoils the others."""
    try:
        given = header.get("index") or header.get("indices") or default_index
        expression = ",".join(given) if isinstance(given, list) else str(given)
        ignore_unavailable = _flag(header.get("ignore_unavailable", False))
        found = store.catalog.resolve(
            expression,
            allow_no_indices=_flag(header.get("allow_no_indices", True)),
            ignore_unavailable=ignore_unavailable,
            expand_wildcards=_names(header.get("expand_wildcards", "open")),
        )
        indices = open_ones(found, ignore_unavailable)
        request = parse_search(body, _shared(parameters))
        request.query = narrowed(expression, indices, request.query)
        return {**run_search(store.engine, indices, request), "status": 200}
    except ApiError as error:
        return errors.body(error)


def _flag(value: Any) -> bool:
    return value in (True, "true")


def _names(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _shared(parameters: Parameters) -> Parameters:
    """The URL's parameters that count for every search."""
    shared = [name for name in ("typed_keys", "rest_total_hits_as_int") if name in parameters]
    return Parameters("&".join(f"{name}={parameters.text(name)}" for name in shared))
