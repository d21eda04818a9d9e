"""`term`: one exact value."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, flag
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Terms


@dataclass(frozen=True, slots=True)
class TermQuery:
    """One exact value in one field."""

    leaf: Terms

    def lower(self) -> Node:
        return self.leaf


@register("term")
def parse(body: Any) -> TermQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-term-query.html"""
    field, given = field_options("term", body, {"value", "case_insensitive"}, "value")
    ignore_case = flag(given.get("case_insensitive", False))
    return TermQuery(Terms(field, (given["value"],), case_insensitive=ignore_case))
