"""`regexp`: terms that match a regular expression."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, flag, text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Regexp

_OPTIONS = {"value", "flags", "flags_value", "max_determinized_states", "rewrite", "case_insensitive"}


@dataclass(frozen=True, slots=True)
class RegexpQuery:
    """In one field, terms that match a regular expression."""

    leaf: Regexp

    def lower(self) -> Node:
        return self.leaf


@register("regexp")
def parse(body: Any) -> RegexpQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-regexp-query.html"""
    field, given = field_options("regexp", body, _OPTIONS, "value")
    ignore_case = flag(given.get("case_insensitive", False))
    return RegexpQuery(Regexp(field, text(given["value"]), case_insensitive=ignore_case))
