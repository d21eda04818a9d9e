"""`wildcard`: terms that match a pattern of `*` and `?`."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, flag, text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Wildcard

_OPTIONS = {"value", "rewrite", "case_insensitive"}


@dataclass(frozen=True, slots=True)
class WildcardQuery:
    """In one field, terms that match a pattern of `*` and `?`."""

    leaf: Wildcard

    def lower(self) -> Node:
        return self.leaf


@register("wildcard")
def parse(body: Any) -> WildcardQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-wildcard-query.html"""
    if isinstance(body, dict):  # `wildcard` is the older name of the option `value`
        body = {
            key: {("value" if name == "wildcard" else name): value for name, value in inner.items()}
            if isinstance(inner, dict)
            else inner
            for key, inner in body.items()
        }
    field, given = field_options("wildcard", body, _OPTIONS, "value")
    ignore_case = flag(given.get("case_insensitive", False))
    return WildcardQuery(Wildcard(field, text(given["value"]), case_insensitive=ignore_case))
