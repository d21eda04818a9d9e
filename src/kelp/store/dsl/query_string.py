"""`query_string`: a text in Lucene's syntax."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import flag, integer, optional_text, options, text
from kelp.store.dsl.lucene import LuceneOptions, parse_lucene
from kelp.store.dsl.multi_match import without_boost
from kelp.store.dsl.registry import parsing_error, register
from kelp.store.query.nodes import Node

_OPTIONS = {
    "query",
    "default_field",
    "fields",
    "default_operator",
    "analyzer",
    "quote_analyzer",
    "quote_field_suffix",
    "allow_leading_wildcard",
    "enable_position_increments",
    "fuzzy_max_expansions",
    "fuzziness",
    "fuzzy_prefix_length",
    "fuzzy_transpositions",
    "fuzzy_rewrite",
    "phrase_slop",
    "max_determinized_states",
    "analyze_wildcard",
    "auto_generate_synonyms_phrase_query",
    "escape",
    "lenient",
    "time_zone",
    "minimum_should_match",
    "rewrite",
    "tie_breaker",
    "type",
    "use_dis_max",
    "split_on_whitespace",
    "all_fields",
    "lowercase_expanded_terms",
}


@dataclass(frozen=True, slots=True)
class QueryStringQuery:
    """A Lucene query and how to read it."""

    query: str
    options: LuceneOptions

    def lower(self) -> Node:
        return parse_lucene(self.query, self.options)


@register("query_string")
def parse(body: Any) -> QueryStringQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-query-string-query.html"""
    given = options("query_string", body, _OPTIONS)
    if given.get("query") is None:
        raise parsing_error("[query_string] must be provided with a [query]")
    query = text(given["query"])
    if flag(given.get("escape", False)):
        query = "".join("\\" + char if char in '\\+-!():^[]"{}~*?|&/' else char for char in query)
    fields = given.get("fields") or given.get("default_field") or ["*"]
    patterns = tuple(without_boost(field) for field in ([fields] if isinstance(fields, str) else fields))
    kind = given.get("type", "best_fields")
    return QueryStringQuery(
        query,
        LuceneOptions(
            fields=patterns,
            default_operator=str(given.get("default_operator", "or")).lower(),
            phrase_slop=integer("query_string", "phrase_slop", given.get("phrase_slop", 0)),
            lenient=flag(given.get("lenient", patterns == ("*",))),
            time_zone=optional_text(given.get("time_zone")),
            minimum_should_match=optional_text(given.get("minimum_should_match")),
            fuzziness=str(given.get("fuzziness", "AUTO")),
            prefix_length=integer("query_string", "fuzzy_prefix_length", given.get("fuzzy_prefix_length", 0)),
            phrase=kind in ("phrase", "phrase_prefix"),
        ),
    )
