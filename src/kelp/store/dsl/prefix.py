"""`prefix`: terms that begin with a text."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, flag, text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Prefix

_OPTIONS = {"value", "rewrite", "case_insensitive"}


@dataclass(frozen=True, slots=True)
class PrefixQuery:
    """In one field, terms that begin with a text."""

    leaf: Prefix

    def lower(self) -> Node:
        return self.leaf


@register("prefix")
def parse(body: Any) -> PrefixQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-prefix-query.html"""
    field, given = field_options("prefix", body, _OPTIONS, "value")
    ignore_case = flag(given.get("case_insensitive", False))
    return PrefixQuery(Prefix(field, text(given["value"]), case_insensitive=ignore_case))
