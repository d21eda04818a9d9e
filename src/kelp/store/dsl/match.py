"""`match`: analysed words in a field."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import field_options, flag, integer, optional_text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Leaf, Match, Node, Phrase

OPTIONS = {
    "query",
    "operator",
    "minimum_should_match",
    "fuzziness",
    "prefix_length",
    "max_expansions",
    "fuzzy_transpositions",
    "fuzzy_rewrite",
    "lenient",
    "zero_terms_query",
    "analyzer",
    "cutoff_frequency",
    "auto_generate_synonyms_phrase_query",
    "type",
    "slop",
}


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """Words of a text in one field."""

    leaf: Leaf

    def lower(self) -> Node:
        return self.leaf


@register("match")
def parse(body: Any) -> MatchQuery:
    """`type: phrase` and `phrase_prefix`, gone from Elasticsearch since 6.0, still come from old Kibana filters.

    See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-match-query.html
    """
    field, given = field_options("match", body, OPTIONS, "query")
    kind = given.get("type", "boolean")
    if kind in ("phrase", "phrase_prefix"):
        slop = integer("match", "slop", given.get("slop", 0))
        return MatchQuery(Phrase(field, given["query"], slop, prefix=kind == "phrase_prefix"))
    return MatchQuery(
        Match(
            field,
            given["query"],
            operator=str(given.get("operator", "or")).lower(),
            minimum_should_match=optional_text(given.get("minimum_should_match")),
            lenient=flag(given.get("lenient", False)),
            zero_terms=str(given.get("zero_terms_query", "none")).lower(),
            fuzziness=optional_text(given.get("fuzziness")),
            prefix_length=integer("match", "prefix_length", given.get("prefix_length", 0)),
        )
    )
