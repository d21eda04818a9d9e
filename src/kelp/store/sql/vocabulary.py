"""Which values the dictionary columns of an index hold: a word that is in none of them need not be looked for."""

from dataclasses import dataclass, field

from kelp.store.dsl.body import text as as_text
from kelp.store.mapping.field import Field
from kelp.store.query.nodes import Leaf, Match, Phrase, Prefix, Terms, Wildcard
from kelp.store.query.words import words

VALUES_LIMIT = 5000
"""Columns with more distinct values are always searched."""


@dataclass(slots=True)
class Vocabulary:
    """The values of one index by column; a column that is not in `texts` may hold anything."""

    values: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """All values of a column in one text, letters folded."""

    def add(self, column: str, found: list[str]) -> None:
        """Take in values of a column. Values are never forgotten: what was deleted only costs a search."""
        known = self.values.setdefault(column, set())
        before = len(known)
        known.update(found)
        if len(known) > VALUES_LIMIT:
            self.texts.pop(column, None)
        elif len(known) > before or column not in self.texts:
            self.texts[column] = "\n".join(known).casefold()

    def excludes(self, item: Field, leaf: Leaf) -> bool:
        """Whether no document can fulfil the leaf on this field; False where that is not known."""
        text = self.texts.get(item.column)
        if text is None or item.overflowed or item.array_column is not None or item.type == "ip":
            return False
        wanted = _wanted(leaf)
        return bool(wanted) and not any(word in text for word in wanted)


def _wanted(leaf: Leaf) -> list[str]:
    """Parts of which every value that fulfils the leaf has at least one; empty where there are none such."""
    if (isinstance(leaf, Match) and leaf.fuzziness is None and leaf.zero_terms != "all") or (
        isinstance(leaf, Phrase) and leaf.zero_terms != "all"
    ):
        texts = [as_text(leaf.text)]
    elif isinstance(leaf, Terms):
        texts = [as_text(value) for value in leaf.values]
    elif isinstance(leaf, Prefix):
        texts = [leaf.value]
    elif isinstance(leaf, Wildcard) and leaf.value.strip("*").isalnum():
        texts = [leaf.value.strip("*")]
    else:
        return []
    found = []
    for text in texts:
        # Beyond ASCII the engine and this program may differ in what they take for the same letter.
        parts = words(text) if text.isascii() else []
        if not parts:
            return []
        found += parts
    return found
