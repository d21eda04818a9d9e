"""The neutral tree as a WHERE condition for one index."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from kelp.store.dsl.body import text as as_text
from kelp.store.index.index import Index
from kelp.store.ingest.identity import decode_id
from kelp.store.mapping.field import Field
from kelp.store.query.nodes import (
    All,
    And,
    AnyField,
    Exists,
    Ids,
    Leaf,
    Match,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Terms,
    Wildcard,
)
from kelp.store.query.rewrites import rewrite
from kelp.store.sql.binder import Binder
from kelp.store.sql.fields.access import access, all_of, any_of
from kelp.store.sql.fields.boolean import BooleanFamily
from kelp.store.sql.fields.date import DateFamily
from kelp.store.sql.fields.family import NEVER, Family
from kelp.store.sql.fields.ip import IpFamily
from kelp.store.sql.fields.keyword import KeywordFamily
from kelp.store.sql.fields.number import NumberFamily
from kelp.store.sql.fields.text import TextFamily
from kelp.store.sql.vocabulary import Vocabulary

TEXT_TYPES = frozenset({"text", "match_only_text", "annotated_text", "search_as_you_type"})
_BY_KIND: dict[str | None, type[Family]] = {
    "string": KeywordFamily,
    "long": NumberFamily,
    "double": NumberFamily,
    "boolean": BooleanFamily,
    "date": DateFamily,
    None: KeywordFamily,
}


def family_of(item: Field) -> type[Family]:
    """The family that knows what conditions mean for a field."""
    if item.type in TEXT_TYPES:
        return TextFamily
    return IpFamily if item.type == "ip" else _BY_KIND[item.kind]


def has_free_text(node: Node) -> bool:
    """Whether some leaf is on fields by pattern, so that a vocabulary spares columns."""
    if isinstance(node, And | Or):
        return any(has_free_text(child) for child in node.children)
    if isinstance(node, Not):
        return has_free_text(node.child)
    return isinstance(node, AnyField) and any("*" in pattern for pattern in node.patterns)


def expand_fields(node: Node, index: Index, vocabulary: Vocabulary | None = None) -> Node:
    """Rewrite: a leaf on several fields becomes one leaf for each field of this index that can fulfil it."""
    if isinstance(node, And):
        return And(tuple(expand_fields(child, index, vocabulary) for child in node.children))
    if isinstance(node, Or):
        return Or(tuple(expand_fields(child, index, vocabulary) for child in node.children), node.least)
    if isinstance(node, Not):
        return Not(expand_fields(node.child, index, vocabulary))
    if not isinstance(node, AnyField):
        return node
    paths: dict[str, None] = {}
    for pattern in node.patterns:
        if "*" not in pattern:
            paths[pattern] = None
            continue
        for item in index.mapping.match(pattern):
            if _implied_by_parent(node.leaf, item, index):
                continue
            if vocabulary is None or not vocabulary.excludes(item, node.leaf):
                paths[item.path] = None
    if isinstance(node.leaf, Exists) and not paths:
        return Nothing()
    return Or(tuple(node.leaf.on(path) for path in paths))


def _implied_by_parent(leaf: Leaf, item: Field, index: Index) -> bool:
    """Whether the leaf on a multi-field adds nothing to the same leaf on its parent: words of a text in order."""
    if item.parent is None or not isinstance(leaf, Match | Phrase | Prefix | Exists | Wildcard):
        return False
    parent = index.mapping.get(item.parent)
    if parent is None or parent.type not in TEXT_TYPES:
        return False
    # A pattern with blanks or punctuation may span words, which only the keyword sees.
    return not isinstance(leaf, Prefix | Wildcard) or leaf.value.strip("*").isalnum()


@dataclass(slots=True)
class Conditions:
    """Compiles trees for one index; parameters go to `binder`. `now_nanos` is what `now` means."""

    index: Index
    binder: Binder
    now_nanos: int
    indexed: bool = True
    """Whether the condition is for WHERE; elsewhere the engine's text index must not be relied on."""
    vocabulary: Vocabulary | None = None
    _negated: bool = False
    _families: dict[tuple[str, bool], Family] = field(default_factory=dict)

    def compile(self, node: Node) -> str:
        """The condition as SQL: `1` for every document, `0` for none. NULL counts as false."""
        return self.visit(rewrite(expand_fields(node, self.index, self.vocabulary)))

    def visit(self, node: Node) -> str:
        visitor: Callable[[Node], str] = getattr(self, f"visit_{type(node).__name__}", self.visit_leaf)
        return visitor(node)

    def visit_All(self, node: All) -> str:
        return "1"

    def visit_Nothing(self, node: Nothing) -> str:
        return NEVER

    def visit_And(self, node: And) -> str:
        parts = [self.visit(child) for child in node.children]
        if NEVER in parts:
            return NEVER
        return all_of([part for part in parts if part != "1"])

    def visit_Or(self, node: Or) -> str:
        indexed, self.indexed = self.indexed, self.indexed and node.least <= 1
        parts = [self.visit(child) for child in node.children]
        self.indexed = indexed
        least = node.least - parts.count("1")
        parts = [part for part in parts if part not in (NEVER, "1")]
        if least <= 0:
            return "1"
        if len(parts) < least:
            return NEVER
        if least == 1:
            return any_of(parts)
        if least == len(parts):
            return all_of(parts)
        return "(" + " + ".join(f"toUInt8(ifNull({part}, 0))" for part in parts) + f" >= {least})"

    def visit_Not(self, node: Not) -> str:
        negated, self._negated = self._negated, True
        inner = self.visit(node.child)
        self._negated = negated
        if inner in ("0", "1"):
            return "1" if inner == NEVER else NEVER
        return f"NOT {inner}" if inner.startswith("(") else f"NOT ({inner})"

    def visit_Ids(self, node: Ids) -> str:
        generated = [found for found in map(decode_id, node.values) if found is not None]
        conditions = [f"_id IN {self.binder.texts(list(node.values))}"]
        if generated:
            pairs = ", ".join(
                f"({self.binder.integer(seg)}, {self.binder.integer(row)})" for seg, row in generated
            )
            conditions.append(f"(_id = '' AND (_seg, _row) IN ({pairs}))")
        return any_of(conditions)

    def visit_leaf(self, node: Node) -> str:
        assert isinstance(node, Leaf)
        if node.field.startswith("_"):
            special = self.metadata(node)
            if special is not None:
                return special
        item = self.index.mapping.get(node.field)
        if item is not None:
            family = self.family(item)
            sql = family.compile(node)
            # Below NOT no leaf may be NULL; a function around a look-up would put the text index out of work.
            wrap = self._negated and not family.null_safe and sql not in ("0", "1")
            return f"ifNull({sql}, 0)" if wrap else sql
        if isinstance(node, Exists):
            children = self.index.mapping.match(node.field + ".*")
            return any_of(
                [sql for child in children if (sql := self.visit_leaf(node.on(child.path))) != NEVER]
            )
        return self.unmapped(node)

    def family(self, item: Field) -> Family:
        key = (item.path, self.indexed)
        found = self._families.get(key)
        if found is None:
            found = family_of(item)(
                access(self.index, item, self.binder), self.binder, self.now_nanos, self.indexed
            )
            self._families[key] = found
        return found

    def unmapped(self, node: Leaf) -> str:
        """A path without a field: past the field limit its values are texts in `_overflow`, else there are none."""
        flattened = self._flattened_above(node.field)
        if node.field not in self.index.mapping.overflow_paths and not flattened:
            return NEVER
        stand_in = Field(node.field, "flattened", (), "", overflowed=True)
        reach = access(self.index, stand_in, self.binder)
        return KeywordFamily(reach, self.binder, self.now_nanos).compile(node)

    def _flattened_above(self, path: str) -> bool:
        parts = path.split(".")
        parents = (self.index.mapping.get(".".join(parts[:end])) for end in range(1, len(parts)))
        return any(parent is not None and parent.kind is None for parent in parents)

    def metadata(self, node: Leaf) -> str | None:
        """Conditions on `_id`, `_index`…; None where the field is an ordinary one."""
        values = (
            node.values if isinstance(node, Terms) else (getattr(node, "text", getattr(node, "value", "")),)
        )
        texts = tuple(as_text(value) for value in values)
        if node.field == "_id":
            if isinstance(node, Exists):
                return "1"
            return self.visit_Ids(Ids(texts)) if isinstance(node, Terms | Match | Phrase) else NEVER
        if node.field in ("_index", "_type"):
            names = (self.index.name, *self.index.aliases) if node.field == "_index" else ("_doc",)
            return "1" if isinstance(node, Exists) or _names_match(node, names, texts) else NEVER
        if node.field == "_ignored":
            return (
                "notEmpty(_ignored)"
                if isinstance(node, Exists)
                else f"hasAny(_ignored, {self.binder.texts(list(texts))})"
            )
        if node.field == "_field_names":
            return any_of([self.visit_leaf(Exists(text)) for text in texts])
        return None


def _names_match(node: Leaf, names: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    if isinstance(node, Prefix):
        return any(name.startswith(texts[0]) for name in names)
    return any(fnmatchcase(name, text) for name in names for text in texts)
