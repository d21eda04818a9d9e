"""`function_score`: the documents of a query; functions only change the score."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.match_all import MatchAllQuery
from kelp.store.dsl.registry import Query, parse_query, register
from kelp.store.query.nodes import Node

_OPTIONS = {
    "query",
    "functions",
    "score_mode",
    "boost_mode",
    "max_boost",
    "min_score",
    "weight",
    "random_score",
    "field_value_factor",
    "gauss",
    "linear",
    "exp",
}


@dataclass(frozen=True, slots=True)
class FunctionScoreQuery:
    """The documents of `query`; Kelp's scores do not weigh the functions."""

    query: Query

    def lower(self) -> Node:
        return self.query.lower()


@register("function_score")
def parse(body: Any) -> FunctionScoreQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-function-score-query.html"""
    given = options("function_score", body, _OPTIONS)
    return FunctionScoreQuery(parse_query(given["query"]) if "query" in given else MatchAllQuery())
