"""`_validate/query`: whether a query can be run.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/search-validate.html
"""

from typing import Any

from kelp.store.api.count import query_of
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.query.nodes import Node
from kelp.store.search.context import SearchContext
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    """Validate a query."""

    def validate(call: Call) -> Any:
        explain = call.parameters.flag("explain") or call.parameters.flag("rewrite")
        indices = indices_of(store, call)
        try:
            node = query_of(call)
        except ApiError as error:
            return {"valid": False, **({"error": error.reason} if explain else {})}
        results = [(index, _fault(store, index, node)) for index in indices]
        answer: dict[str, Any] = {
            "_shards": {"total": 1, "successful": 1, "failed": 0},
            "valid": all(fault is None for _, fault in results),
        }
        if explain:
            answer["explanations"] = [_explanation(index, fault) for index, fault in results]
        return answer

    return [
        Route("GET POST", "/_validate/query", validate, "search"),
        Route("GET POST", "/{index}/_validate/query", validate, "search"),
    ]


def _fault(store: Store, index: Index, node: Node) -> str | None:
    try:
        SearchContext(store.engine, [index]).conditions(index).compile(node)
    except ApiError as error:
        return error.reason
    return None


def _explanation(index: Index, fault: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"index": index.name, "valid": fault is None}
    return shown if fault is None else {**shown, "error": fault}
