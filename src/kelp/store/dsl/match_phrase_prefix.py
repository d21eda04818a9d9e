"""`match_phrase_prefix`: words one after the other, the last one may go on."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, integer
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Node, Phrase

_OPTIONS = {"query", "slop", "analyzer", "zero_terms_query", "max_expansions"}


@dataclass(frozen=True, slots=True)
class MatchPhrasePrefixQuery:
    """A phrase whose last word is a prefix; expansions are not limited."""

    leaf: Phrase

    def lower(self) -> Node:
        return self.leaf


@register("match_phrase_prefix")
def parse(body: Any) -> MatchPhrasePrefixQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-match-query-phrase-prefix.html"""
    field, given = field_options("match_phrase_prefix", body, _OPTIONS, "query")
    slop = integer("match_phrase_prefix", "slop", given.get("slop", 0))
    zero_terms = str(given.get("zero_terms_query", "none")).lower()
    return MatchPhrasePrefixQuery(Phrase(field, given["query"], slop, prefix=True, zero_terms=zero_terms))
