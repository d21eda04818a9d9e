"""`dis_max`: any of several queries."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import Query, parse_query, parsing_error, register
from kelp.store.query.nodes import Node, Or


@dataclass(frozen=True, slots=True)
class DisMaxQuery:
    """The documents of any of the queries."""

    queries: tuple[Query, ...]

    def lower(self) -> Node:
        return Or(tuple(query.lower() for query in self.queries))


@register("dis_max")
def parse(body: Any) -> DisMaxQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-dis-max-query.html"""
    given = options("dis_max", body, {"queries", "tie_breaker"})
    queries = given.get("queries")
    if not queries:
        raise parsing_error("[dis_max] requires 'queries' field with at least one clause")
    items = queries if isinstance(queries, list) else [queries]
    return DisMaxQuery(tuple(parse_query(query) for query in items))
