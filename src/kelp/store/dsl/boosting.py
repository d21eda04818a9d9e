"""`boosting`: the documents of one query; another only lowers the score."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import Query, parse_query, parsing_error, register
from kelp.store.query.nodes import Node


@dataclass(frozen=True, slots=True)
class BoostingQuery:
    """The documents of `positive`; `negative` must be valid but does not change which documents match."""

    positive: Query
    negative: Query

    def lower(self) -> Node:
        return self.positive.lower()


@register("boosting")
def parse(body: Any) -> BoostingQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-boosting-query.html"""
    given = options("boosting", body, {"positive", "negative", "negative_boost"})
    for name in ("positive", "negative"):
        if name not in given:
            raise parsing_error(f"[boosting] query requires '{name}' query to be set'")
    return BoostingQuery(parse_query(given["positive"]), parse_query(given["negative"]))
