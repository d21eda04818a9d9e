"""Nodes of the neutral tree: combinations, and conditions on one field.

A node says what a document must fulfil. Fields are named by path; which column that is, and what a text or a
number means for it, is decided per index when the tree is compiled.
"""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """Something a document fulfils or not."""


@dataclass(frozen=True, slots=True)
class All(Node):
    """Every document."""


@dataclass(frozen=True, slots=True)
class Nothing(Node):
    """No document."""


@dataclass(frozen=True, slots=True)
class And(Node):
    """All children hold; every document when there are none."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """At least `least` children hold; no document when there are none."""

    children: tuple[Node, ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The child does not hold; a missing field counts as not holding."""

    child: Node


@dataclass(frozen=True, slots=True)
class Ids(Node):
    """The document's `_id` is one of these."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyField(Node):
    """The leaf holds for at least one field whose path matches one of the patterns (`*` spans dots)."""

    patterns: tuple[str, ...]
    leaf: "Leaf"


@dataclass(frozen=True, slots=True)
class Leaf(Node):
    """A condition on the field `field`. Lenient ones hold for no document where the value does not fit the field."""

    field: str

    def on(self, path: str) -> "Leaf":
        """The same condition on another field."""
        return replace(self, field=path)

    def leniently(self) -> "Leaf":
        """The same condition, which fits no value instead of failing."""
        known: dict[str, Any] = {"lenient": True} if hasattr(self, "lenient") else {}
        return replace(self, **known)


@dataclass(frozen=True, slots=True)
class Match(Leaf):
    """Analysed words of `text`: all of them (`operator` and) or at least `minimum_should_match` of them.

    With `prefix` the last word may go on; with `fuzziness` each word may differ by as many edits.
    """

    text: Any
    operator: str = "or"
    minimum_should_match: str | None = None
    prefix: bool = False
    lenient: bool = False
    zero_terms: str = "none"
    fuzziness: str | None = None
    prefix_length: int = 0


@dataclass(frozen=True, slots=True)
class Phrase(Leaf):
    """The words of `text` one after the other with at most `slop` others between; with `prefix` the last may go on."""

    text: Any
    slop: int = 0
    prefix: bool = False
    lenient: bool = False
    zero_terms: str = "none"


@dataclass(frozen=True, slots=True)
class Terms(Leaf):
    """One of the values, not analysed."""

    values: tuple[Any, ...]
    case_insensitive: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Range(Leaf):
    """Between bounds; None is an open end. Dates may be date math, read with `format` and `time_zone`."""

    gt: Any = None
    gte: Any = None
    lt: Any = None
    lte: Any = None
    format: str | None = None
    time_zone: str | None = None
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Exists(Leaf):
    """The field has a value; an object has one when any field below it has."""


@dataclass(frozen=True, slots=True)
class Prefix(Leaf):
    """A term begins with `value`."""

    value: str
    case_insensitive: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Wildcard(Leaf):
    """A term matches the pattern: `*` any characters, `?` one, a backslash escapes."""

    value: str
    case_insensitive: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Regexp(Leaf):
    """A whole term matches the regular expression in Lucene's syntax."""

    value: str
    case_insensitive: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Fuzzy(Leaf):
    """A term differs from `value` by at most `fuzziness` edits (AUTO or a number), after `prefix_length` equal ones."""

    value: str
    fuzziness: str = "AUTO"
    prefix_length: int = 0
    lenient: bool = False
