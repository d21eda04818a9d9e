"""`simple_query_string`: a search box's text, which never fails to parse.

Syntax: `+` and, `|` or, `-` not, `"…"` phrase, `*` at a word's end, `( )`, `~N` edits or slop, `\\` escapes. What
makes no sense is read as far as it does.
"""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import flag, optional_text, options, text
from kelp.store.dsl.lucene.scanner import unescape
from kelp.store.dsl.multi_match import without_boost
from kelp.store.dsl.registry import parsing_error, register
from kelp.store.query.nodes import (
    All,
    And,
    AnyField,
    Fuzzy,
    Leaf,
    Match,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
)
from kelp.store.query.words import minimum_matches

_OPTIONS = {
    "query",
    "fields",
    "default_operator",
    "flags",
    "analyzer",
    "analyze_wildcard",
    "auto_generate_synonyms_phrase_query",
    "fuzzy_max_expansions",
    "fuzzy_prefix_length",
    "fuzzy_transpositions",
    "lenient",
    "minimum_should_match",
    "quote_field_suffix",
}
_BLANKS = " \t\n\r"


@dataclass(frozen=True, slots=True)
class SimpleQueryStringQuery:
    """A search box's text over several fields."""

    query: str
    fields: tuple[str, ...]
    operator: str
    lenient: bool
    minimum_should_match: str | None

    def lower(self) -> Node:
        return _Parser(self).parse()


class _Parser:
    def __init__(self, query: SimpleQueryStringQuery) -> None:
        self.query = query
        self.text = query.query
        self.at = 0

    def parse(self) -> Node:
        if self.text.strip() == "*":
            return All()
        return self.group(0)

    def group(self, depth: int) -> Node:
        """Clauses up to the closing parenthesis; `+` and `|` bind what is left of them to what is right."""
        node: Node | None = None
        optional: list[Node] = []
        operator = ""
        negated = False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in _BLANKS:
                self.at += 1
                continue
            if char == ")" and depth:
                self.at += 1
                break
            if char in "+|":
                operator = "and" if char == "+" else "or"
                self.at += 1
                continue
            if char == "-":
                negated = not negated
                self.at += 1
                continue
            clause = self.clause(char, depth)
            if clause is not None:
                clause = Not(clause) if negated else clause
                node = self.join(node, operator or self.query.operator, clause, optional)
            operator, negated = "", False
        return self.finish(node, optional, depth)

    def join(self, node: Node | None, operator: str, clause: Node, optional: list[Node]) -> Node:
        optional.append(clause)
        if node is None:
            return clause
        return And((node, clause)) if operator == "and" else Or((node, clause))

    def finish(self, node: Node | None, optional: list[Node], depth: int) -> Node:
        if node is None:
            return Nothing()
        spec = self.query.minimum_should_match
        if spec is not None and depth == 0 and self.query.operator == "or":
            return Or(tuple(optional), minimum_matches(spec, len(optional)))
        return node

    def clause(self, char: str, depth: int) -> Node | None:
        if char == "(":
            self.at += 1
            return self.group(depth + 1)
        if char == '"':
            return self.phrase()
        return self.word()

    def phrase(self) -> Node | None:
        end = self.text.find('"', self.at + 1)
        while end > 0 and self.text[end - 1] == "\\":
            end = self.text.find('"', end + 1)
        if end < 0:  # a quote that is never closed is no quote
            self.at += 1
            return None
        value = unescape(self.text[self.at + 1 : end])
        self.at = end + 1
        return self.leaf(Phrase("", value, slop=int(self.tilde() or 0), lenient=self.query.lenient))

    def word(self) -> Node | None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _BLANKS + '+|()"~':
            self.at += 2 if self.text[self.at] == "\\" else 1
        raw = self.text[start : self.at]
        edits = self.tilde()
        if not raw:
            self.at += 1 if self.at == start else 0
            return None
        if raw == "*":
            return All()
        if edits is not None:
            return self.leaf(Fuzzy("", unescape(raw), edits or "AUTO", lenient=self.query.lenient))
        if raw.endswith("*") and not raw.endswith("\\*"):
            return self.leaf(Prefix("", unescape(raw[:-1]), lenient=self.query.lenient))
        return self.leaf(Match("", unescape(raw), operator=self.query.operator, lenient=self.query.lenient))

    def tilde(self) -> str | None:
        """The digits after `~`; None where no tilde follows."""
        if self.text[self.at : self.at + 1] != "~":
            return None
        self.at += 1
        start = self.at
        while self.at < len(self.text) and self.text[self.at].isdigit():
            self.at += 1
        return self.text[start : self.at]

    def leaf(self, leaf: Leaf) -> Node:
        return AnyField(self.query.fields, leaf)


@register("simple_query_string")
def parse(body: Any) -> SimpleQueryStringQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-simple-query-string-query.html"""
    given = options("simple_query_string", body, _OPTIONS)
    if given.get("query") is None:
        raise parsing_error("[simple_query_string] query text missing")
    fields = given.get("fields") or ["*"]
    patterns = tuple(without_boost(field) for field in ([fields] if isinstance(fields, str) else fields))
    return SimpleQueryStringQuery(
        text(given["query"]),
        patterns,
        str(given.get("default_operator", "or")).lower(),
        flag(given.get("lenient", any("*" in pattern for pattern in patterns))),
        optional_text(given.get("minimum_should_match")),
    )
