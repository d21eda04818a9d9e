"""`match_bool_prefix`: words in any order, the last one may go on."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, optional_text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Match, Node

_OPTIONS = {
    "query",
    "operator",
    "minimum_should_match",
    "analyzer",
    "fuzziness",
    "prefix_length",
    "max_expansions",
    "fuzzy_transpositions",
    "fuzzy_rewrite",
}


@dataclass(frozen=True, slots=True)
class MatchBoolPrefixQuery:
    """Words in one field, the last of them a prefix."""

    leaf: Match

    def lower(self) -> Node:
        return self.leaf


@register("match_bool_prefix")
def parse(body: Any) -> MatchBoolPrefixQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-match-bool-prefix-query.html"""
    field, given = field_options("match_bool_prefix", body, _OPTIONS, "query")
    return MatchBoolPrefixQuery(
        Match(
            field,
            given["query"],
            operator=str(given.get("operator", "or")).lower(),
            minimum_should_match=optional_text(given.get("minimum_should_match")),
            prefix=True,
            fuzziness=optional_text(given.get("fuzziness")),
        )
    )
