"""`match_phrase`: words one after the other."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, integer
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Phrase

_OPTIONS = {"query", "slop", "analyzer", "zero_terms_query"}


@dataclass(frozen=True, slots=True)
class MatchPhraseQuery:
    """A phrase in one field."""

    leaf: Phrase

    def lower(self) -> Node:
        return self.leaf


@register("match_phrase")
def parse(body: Any) -> MatchPhraseQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-match-query-phrase.html"""
    field, given = field_options("match_phrase", body, _OPTIONS, "query")
    slop = integer("match_phrase", "slop", given.get("slop", 0))
    zero_terms = str(given.get("zero_terms_query", "none")).lower()
    return MatchPhraseQuery(Phrase(field, given["query"], slop, zero_terms=zero_terms))
