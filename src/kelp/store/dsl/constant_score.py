"""`constant_score`: a filter with a fixed score."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import Query, parse_query, parsing_error, register
from kelp.store.query.nodes import Node


@dataclass(frozen=True, slots=True)
class ConstantScoreQuery:
    """The documents of `filter`."""

    filter: Query

    def lower(self) -> Node:
        return self.filter.lower()


@register("constant_score")
def parse(body: Any) -> ConstantScoreQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-constant-score-query.html"""
    given = options("constant_score", body, {"filter"})
    if "filter" not in given:
        raise parsing_error("[constant_score] requires a 'filter' element")
    return ConstantScoreQuery(parse_query(given["filter"]))
