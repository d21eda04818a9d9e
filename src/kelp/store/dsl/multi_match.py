"""`multi_match`: analysed words in several fields."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import flag, integer, optional_text, options, text
from kelp.store.dsl.match import OPTIONS
from kelp.store.dsl.registry import parsing_error, register
from kelp.store.errors import ApiError
from kelp.store.query.nodes import AnyField, Leaf, Match, Node, Or, Phrase
from kelp.store.query.words import minimum_matches, words

_OPTIONS = OPTIONS | {"fields", "type", "tie_breaker", "use_dis_max", "slop"}
TYPES = {"best_fields", "most_fields", "cross_fields", "phrase", "phrase_prefix", "bool_prefix"}


@dataclass(frozen=True, slots=True)
class MultiMatchQuery:
    """A text in any of several fields; with `cross_fields` each word may stand in another field."""

    fields: tuple[str, ...]
    leaf: Leaf
    cross_fields: bool = False

    def lower(self) -> Node:
        if self.cross_fields and isinstance(self.leaf, Match):
            return self._lower_across(self.leaf)
        return AnyField(self.fields, self.leaf)

    def _lower_across(self, leaf: Match) -> Node:
        found = words(text(leaf.text))
        each = tuple(AnyField(self.fields, Match("", word, lenient=leaf.lenient)) for word in found)
        default = len(each) if leaf.operator == "and" else 1
        return Or(each, minimum_matches(leaf.minimum_should_match, len(each), default))


def without_boost(field: str) -> str:
    """The field pattern of `field^2`."""
    return field.partition("^")[0]


@register("multi_match")
def parse(body: Any) -> MultiMatchQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-multi-match-query.html"""
    given = options("multi_match", body, _OPTIONS)
    if given.get("query") is None:
        raise parsing_error("No text specified for multi_match query")
    kind = given.get("type", "best_fields")
    if kind not in TYPES:
        raise ApiError(
            400, "parse_exception", f"failed to parse [multi_match] query type [{kind}]. unknown type."
        )
    fields = given.get("fields", ["*"])
    patterns = tuple(without_boost(field) for field in ([fields] if isinstance(fields, str) else fields)) or (
        "*",
    )
    # Elasticsearch is lenient by itself where the fields are not named.
    lenient = flag(given.get("lenient", patterns == ("*",)))
    if kind in ("phrase", "phrase_prefix"):
        slop = integer("multi_match", "slop", given.get("slop", 0))
        leaf: Leaf = Phrase("", given["query"], slop, prefix=kind == "phrase_prefix", lenient=lenient)
        return MultiMatchQuery(patterns, leaf)
    leaf = Match(
        "",
        given["query"],
        operator=str(given.get("operator", "or")).lower(),
        minimum_should_match=optional_text(given.get("minimum_should_match")),
        prefix=kind == "bool_prefix",
        lenient=lenient,
        zero_terms=str(given.get("zero_terms_query", "none")).lower(),
        fuzziness=optional_text(given.get("fuzziness")),
        prefix_length=integer("multi_match", "prefix_length", given.get("prefix_length", 0)),
    )
    return MultiMatchQuery(patterns, leaf, cross_fields=kind == "cross_fields")
