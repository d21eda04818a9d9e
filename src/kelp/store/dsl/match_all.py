"""`match_all`: every document."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import All, Node


@dataclass(frozen=True, slots=True)
class MatchAllQuery:
    """Every document."""

    def lower(self) -> Node:
        return All()


@register("match_all")
def parse(body: Any) -> MatchAllQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-match-all-query.html"""
    options("match_all", body, set())
    return MatchAllQuery()
