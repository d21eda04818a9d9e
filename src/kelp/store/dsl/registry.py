"""The queries by name, and the way from a JSON body to a typed query."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from kelp.store.errors import ApiError
from kelp.store.query.nodes import Node


class Query(Protocol):
    """A typed query of the DSL."""

    def lower(self) -> Node:
        """What the query demands of a document, as a neutral tree."""


Parser = Callable[[Any], Query]
QUERIES: dict[str, Parser] = {}
"""Parsers by the query's name; a parser gets what stands behind the name."""

P = TypeVar("P", bound=Parser)

UNSUPPORTED: dict[str, str] = {
    "geo_bounding_box": "geographic queries are not supported",
    "geo_distance": "geographic queries are not supported",
    "geo_polygon": "geographic queries are not supported",
    "geo_shape": "geographic queries are not supported",
    "has_child": "joins are not supported",
    "has_parent": "joins are not supported",
    "parent_id": "joins are not supported",
    "more_like_this": "similarity search is not supported",
    "percolate": "stored queries are not supported",
    "pinned": "pinned results are not supported",
    "rank_feature": "rank features are not supported",
    "script": "scripts are not supported",
    "script_score": "scripts are not supported",
    "distance_feature": "distance scoring is not supported",
    "intervals": "use match_phrase with slop",
    "span_containing": "use match_phrase with slop",
    "span_first": "use match_phrase with slop",
    "span_multi": "use match_phrase with slop",
    "span_near": "use match_phrase with slop",
    "span_not": "use match_phrase with slop",
    "span_or": "use match_phrase with slop",
    "span_term": "use term or match_phrase",
    "span_within": "use match_phrase with slop",
    "terms_set": "use bool with minimum_should_match",
}
"""Queries of Elasticsearch that Kelp refuses by name, and what to do instead."""


def register(name: str) -> Callable[[P], P]:
    """Make the decorated parser the one for queries called `name`."""

    def add(parser: P) -> P:
        QUERIES[name] = parser
        return parser

    return add


def parse_query(body: Any) -> Query:
    """The query in `{"name": {...}}`. Raises ApiError with Elasticsearch's texts for anything else."""
    if not isinstance(body, dict):
        raise parsing_error("[_na] query malformed, must start with start_object")
    if not body:
        raise ApiError(400, "illegal_argument_exception", "query malformed, empty clause found")
    if len(body) > 1:
        first, second = list(body)[:2]
        raise parsing_error(
            f"[{first}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]: "
            f"put [{first}] and [{second}] into the clauses of a bool query"
        )
    ((name, inner),) = body.items()
    parser = QUERIES.get(name)
    if parser is None:
        if name in UNSUPPORTED:
            raise parsing_error(f"cannot run query [{name}]: {UNSUPPORTED[name]}")
        raise parsing_error(
            f"unknown query [{name}]",
            caused_by={"type": "named_object_not_found_exception", "reason": f"unknown field [{name}]"},
        )
    return parser(inner)


def parsing_error(reason: str, **extra: Any) -> ApiError:
    """Elasticsearch's `parsing_exception`, status 400."""
    return ApiError(400, "parsing_exception", reason, **extra)
