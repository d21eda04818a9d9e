"""`nested`: a query on nested objects.

Kelp keeps the fields of nested objects flat, so conditions on several fields of one object may be met by different
objects of the same array; a query that matches in Elasticsearch matches here too.
"""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import Query, parse_query, parsing_error, register
from kelp.store.query.nodes import Node

_OPTIONS = {"path", "query", "score_mode", "ignore_unmapped", "inner_hits"}


@dataclass(frozen=True, slots=True)
class NestedQuery:
    """The query on the flattened fields."""

    query: Query

    def lower(self) -> Node:
        return self.query.lower()


@register("nested")
def parse(body: Any) -> NestedQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-nested-query.html"""
    given = options("nested", body, _OPTIONS)
    for name in ("path", "query"):
        if name not in given:
            raise parsing_error(f"[nested] requires '{name}' field")
    return NestedQuery(parse_query(given["query"]))
