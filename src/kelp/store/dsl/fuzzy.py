"""`fuzzy`: terms that differ by few edits."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, integer, text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Fuzzy, Node

_OPTIONS = {"value", "fuzziness", "prefix_length", "max_expansions", "transpositions", "rewrite"}


@dataclass(frozen=True, slots=True)
class FuzzyQuery:
    """Terms close to a value; a transposition counts as two edits, expansions are not limited."""

    leaf: Fuzzy

    def lower(self) -> Node:
        return self.leaf


@register("fuzzy")
def parse(body: Any) -> FuzzyQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-fuzzy-query.html"""
    field, given = field_options("fuzzy", body, _OPTIONS, "value")
    prefix_length = integer("fuzzy", "prefix_length", given.get("prefix_length", 0))
    return FuzzyQuery(Fuzzy(field, text(given["value"]), str(given.get("fuzziness", "AUTO")), prefix_length))
