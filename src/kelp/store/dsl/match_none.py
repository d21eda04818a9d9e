"""`match_none`: no document."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Nothing


@dataclass(frozen=True, slots=True)
class MatchNoneQuery:
    """No document."""

    def lower(self) -> Node:
        return Nothing()


@register("match_none")
def parse(body: Any) -> MatchNoneQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-match-all-query.html"""
    options("match_none", body, set())
    return MatchNoneQuery()
