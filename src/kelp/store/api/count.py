"""`_count`: how many documents match.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/search-count.html
"""

from typing import Any

from kelp.store.api.alias_filter import narrowed
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.dsl import parse_query
from kelp.store.errors import ApiError, reading
from kelp.store.query.nodes import All, Node
from kelp.store.search.context import SearchContext
from kelp.store.search.request import url_query
from kelp.store.search.search import count
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    """Count."""

    def count_documents(call: Call) -> Any:
        indices = indices_of(store, call)
        context = SearchContext(store.engine, indices)
        context.narrow(narrowed(call.arg("index"), indices, query_of(call)))
        return {"count": count(context), "_shards": context.shards()}

    return [
        Route("GET POST", "/_count", count_documents, "search"),
        Route("GET POST", "/{index}/_count", count_documents, "search"),
    ]


def query_of(call: Call) -> Node:
    """The query of a body that may hold nothing else, or of `?q=`; every document where there is neither."""
    body = call.json_object()
    for key in body:
        if key != "query":
            raise ApiError(400, "parsing_exception", f"request does not support [{key}]")
    if call.parameters.get("q") is not None:
        return url_query(call.parameters).lower()
    with reading("the query"):
        return parse_query(body["query"]).lower() if "query" in body else All()
