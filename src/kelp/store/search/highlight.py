"""Highlighting: the words of a query marked in the texts of a hit."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from kelp.store.dsl import parse_query
from kelp.store.dsl.body import flag
from kelp.store.dsl.body import text as as_text
from kelp.store.index.index import Index
from kelp.store.query.nodes import (
    And,
    AnyField,
    Fuzzy,
    Leaf,
    Match,
    Node,
    Or,
    Phrase,
    Prefix,
    Regexp,
    Terms,
    Wildcard,
)
from kelp.store.query.patterns import lucene_to_re2, wildcard_to_re2
from kelp.store.query.words import auto_fuzziness, is_ideograph, words
from kelp.store.sql.conditions import TEXT_TYPES

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?]\s+|\n+")


@dataclass(frozen=True, slots=True)
class HighlightField:
    """How the fields of one pattern are marked."""

    pattern: str
    pre_tag: str = "<em>"
    post_tag: str = "</em>"
    number_of_fragments: int = 5
    fragment_size: int = 100
    no_match_size: int = 0
    require_field_match: bool = True
    query: Node | None = None


@dataclass(frozen=True, slots=True)
class Highlight:
    """The `highlight` part of a request."""

    fields: tuple[HighlightField, ...] = ()


def parse_highlight(body: dict[str, Any]) -> Highlight:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/highlighting.html"""
    given = body.get("fields") or {}
    pairs: list[tuple[str, Any]] = []
    for part in given if isinstance(given, list) else [given]:
        pairs += part.items()
    return Highlight(tuple(_field(name, {**body, **(options or {})}) for name, options in pairs))


def _field(pattern: str, options: dict[str, Any]) -> HighlightField:
    query = options.get("highlight_query")
    return HighlightField(
        pattern,
        pre_tag=(options.get("pre_tags") or ["<em>"])[0],
        post_tag=(options.get("post_tags") or ["</em>"])[0],
        number_of_fragments=int(options.get("number_of_fragments", 5)),
        fragment_size=int(options.get("fragment_size", 100)),
        no_match_size=int(options.get("no_match_size", 0)),
        require_field_match=flag(options.get("require_field_match", True)),
        query=parse_query(query).lower() if query else None,
    )


@dataclass(slots=True)
class Highlighter:
    """Marks the hits of one index."""

    highlight: Highlight
    query: Node
    index: Index
    _leaves: dict[int, list[tuple[str, Leaf]]] = field(default_factory=dict)

    def mark(self, source: dict[str, Any]) -> dict[str, list[str]]:
        """The marked fragments by field; fields without any are left out."""
        found: dict[str, list[str]] = {}
        flat = dict(_flat(source, ""))
        for number, wanted in enumerate(self.highlight.fields):
            leaves = self._leaves.get(number)
            if leaves is None:
                leaves = self._leaves[number] = list(_leaves(wanted.query or self.query))
            for path, item in self._fields(wanted.pattern):
                value = flat.get(item)
                if value is None or path in found:
                    continue
                fragments = self._fragments(path, value, wanted, leaves)
                if fragments:
                    found[path] = fragments
        return found

    def _fields(self, pattern: str) -> Iterator[tuple[str, str]]:
        for item in self.index.mapping.match(pattern):
            if item.kind == "string":
                yield item.path, item.parent or item.path

    def _fragments(
        self, path: str, value: list[str], wanted: HighlightField, leaves: list[tuple[str, Leaf]]
    ) -> list[str]:
        item = self.index.mapping.get(path)
        is_text = item is not None and item.type in TEXT_TYPES
        parent = item.parent if item is not None else None
        patterns = [
            regex
            for pattern, leaf in leaves
            if not wanted.require_field_match or _covers(pattern, path, parent)
            for regex in _regexes(leaf, is_text)
        ]
        fragments: list[str] = []
        for text in value:
            spans = _spans(text, patterns)
            if spans:
                fragments += _cut(text, spans, wanted) if is_text else [_marked(text, spans, wanted)]
        if not fragments and wanted.no_match_size and value:
            fragments = [value[0][: wanted.no_match_size]]
        return fragments[: wanted.number_of_fragments] if wanted.number_of_fragments else fragments


def _covers(pattern: str, path: str, parent: str | None) -> bool:
    return fnmatchcase(path, pattern) or (parent is not None and pattern != path and "*" in pattern)


def _flat(value: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Texts of a document by path."""
    gathered: dict[str, list[str]] = {}

    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict):
            for key, item in node.items():
                walk(item, f"{path}.{key}" if path else key)
        elif isinstance(node, list):
            for item in node:
                walk(item, path)
        elif node is not None:
            gathered.setdefault(path, []).append(as_text(node))

    walk(value, prefix)
    yield from gathered.items()


def _leaves(node: Node) -> Iterator[tuple[str, Leaf]]:
    """The leaves that may be marked, with the field pattern each is about; what must not match is not marked."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _leaves(child)
    elif isinstance(node, AnyField):
        for pattern in node.patterns:
            yield pattern, node.leaf
    elif isinstance(node, Leaf):
        yield node.field, node


def _regexes(leaf: Leaf, is_text: bool) -> "list[re.Pattern[str]]":
    try:
        return _compiled(leaf, is_text)
    except (
        re.error,
        TypeError,
    ):  # a pattern only the engine's dialect knows, or a value that cannot be cached
        return []


@lru_cache(maxsize=512)
def _compiled(leaf: Leaf, is_text: bool) -> "list[re.Pattern[str]]":
    return [re.compile(source, re.IGNORECASE if is_text else 0) for source in _sources(leaf, is_text)]


def _sources(leaf: Leaf, is_text: bool) -> Iterator[str]:
    if not is_text:
        yield from _keyword_sources(leaf)
    elif isinstance(leaf, Match):
        found = words(as_text(leaf.text))
        for at, word in enumerate(found):
            open_end = leaf.prefix and at == len(found) - 1
            if leaf.fuzziness is not None and auto_fuzziness(leaf.fuzziness, len(word)):
                continue
            yield _edge(word) + re.escape(word) + (r"\w*" if open_end else _edge(word))
    elif isinstance(leaf, Phrase):
        found = words(as_text(leaf.text))
        if found:
            gap = r"[\W_]+" if leaf.slop <= 0 else rf"(?:[\W_]+[^\W_]+){{0,{leaf.slop}}}[\W_]+"
            joined = gap.join(re.escape(word) for word in found)
            yield _edge(found[0]) + joined + (r"\w*" if leaf.prefix else _edge(found[-1]))
    elif isinstance(leaf, Terms):
        for value in leaf.values:
            if words(as_text(value)) == [as_text(value)]:
                yield _edge(as_text(value)) + re.escape(as_text(value)) + _edge(as_text(value))
    elif isinstance(leaf, Prefix):
        yield r"(?<![^\W_])" + re.escape(leaf.value) + r"\w*"
    elif isinstance(leaf, Wildcard):
        yield r"(?<![^\W_])" + wildcard_to_re2(leaf.value, r"[\w.:'’]") + r"(?![^\W_])"
    elif isinstance(leaf, Regexp):
        yield r"(?<![^\W_])(?:" + lucene_to_re2(leaf.value, r"[\w.:'’]") + r")(?![^\W_])"
    elif isinstance(leaf, Fuzzy):
        yield r"(?<![^\W_])" + re.escape(leaf.value[:1]) + r"\w*"


def _keyword_sources(leaf: Leaf) -> Iterator[str]:
    if isinstance(leaf, Match | Phrase):
        text = re.escape(as_text(leaf.text))
        yield rf"^{text}" if leaf.prefix else rf"^{text}$"
    elif isinstance(leaf, Terms):
        for value in leaf.values:
            yield rf"^{re.escape(as_text(value))}$"
    elif isinstance(leaf, Prefix):
        yield rf"(?s)^{re.escape(leaf.value)}.*$"
    elif isinstance(leaf, Wildcard):
        yield f"^{wildcard_to_re2(leaf.value)}$"
    elif isinstance(leaf, Regexp):
        yield f"^(?:{lucene_to_re2(leaf.value)})$"


def _edge(word: str) -> str:
    """What must stand beside a word; ideographs stand side by side."""
    return "" if is_ideograph(word) else r"\b"


def _spans(text: str, patterns: "Iterable[re.Pattern[str]]") -> list[tuple[int, int]]:
    """Where to mark: each word of each match by itself, in order, without overlaps."""
    found: set[tuple[int, int]] = set()
    for pattern in patterns:
        for match in pattern.finditer(text):
            if match.end() == match.start():
                continue
            whole = pattern.pattern.startswith(("^", "(?s)^"))
            if whole or not _WORD.search(match[0]):
                found.add(match.span())
                continue
            found.update(_word_spans(text, match.start(), match.end()))
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _word_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The analysed words within a match: `foo.bar` is one, `foo bar` are two."""
    at = start
    lowered = text[start:end].lower()
    for word in words(text[start:end]):
        place = lowered.find(word, at - start)
        if place < 0:
            continue
        yield start + place, start + place + len(word)
        at = start + place + len(word)


def _marked(text: str, spans: list[tuple[int, int]], wanted: HighlightField) -> str:
    out = []
    at = 0
    for start, end in spans:
        out += [text[at:start], wanted.pre_tag, text[start:end], wanted.post_tag]
        at = end
    return "".join([*out, text[at:]])


def _cut(text: str, spans: list[tuple[int, int]], wanted: HighlightField) -> list[str]:
    """Fragments around the marks: sentences, shortened to about `fragment_size` characters."""
    if wanted.number_of_fragments == 0:
        return [_marked(text, spans, wanted)]
    fragments: list[str] = []
    at = 0
    for low, high in _pieces(text, wanted.fragment_size, spans):
        inside = []
        while at < len(spans) and spans[at][0] < high:
            if spans[at][0] >= low:
                inside.append((spans[at][0] - low, min(spans[at][1], high) - low))
            at += 1
        if inside:
            fragments.append(_marked(text[low:high].rstrip(), inside, wanted))
    return fragments


def _pieces(text: str, size: int, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches of the text that end with a sentence, or with a word once they are `size` long."""
    start = 0
    while start < len(text):
        match = _SENTENCE_END.search(text, min(start + size, len(text)))
        limit = start + 2 * size
        end = len(text) if match is None else match.end()
        if end > limit:
            blank = text.find(" ", start + size)
            end = blank + 1 if 0 < blank < limit else min(limit, len(text))
        for low, high in spans:
            if low < end < high:
                end = high
        yield start, end
        start = end
