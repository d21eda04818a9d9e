"""What every family of fields answers: the SQL of each leaf of the neutral tree."""

from dataclasses import dataclass
from typing import Any

from kelp.store.errors import ApiError
from kelp.store.query import nodes
from kelp.store.sql.binder import Binder
from kelp.store.sql.fields import access as fields
from kelp.store.sql.fields.access import Access

NEVER = "0"
"""SQL of a condition that no document fulfils."""


@dataclass(slots=True)
class Family:
    """Compiles leaves on one field of one index. Where a value does not fit, lenient leaves never hold."""

    access: Access
    binder: Binder
    now_nanos: int
    indexed: bool = True
    """Whether the condition stands in WHERE below nothing but AND, OR and NOT: only there the text index answers."""

    null_safe = False
    """Whether the conditions are never NULL, so that NOT may stand before them."""

    def compile(self, leaf: nodes.Leaf) -> str:
        """The SQL of a leaf; `0` where it can never hold."""
        if self.access.empty and not self.checks_values_always:
            return NEVER
        visit = getattr(self, f"visit_{type(leaf).__name__}")
        try:
            sql: str = visit(leaf)
        except ValueFault as fault:
            if getattr(leaf, "lenient", False):
                return NEVER
            raise fault.error from None
        return sql

    checks_values_always = True

    def visit_Exists(self, leaf: nodes.Exists) -> str:
        return fields.exists(self.access)

    def visit_Match(self, leaf: nodes.Match) -> str:
        return self.visit_Terms(nodes.Terms(leaf.field, (leaf.text,), lenient=leaf.lenient))

    def visit_Phrase(self, leaf: nodes.Phrase) -> str:
        return self.visit_Terms(nodes.Terms(leaf.field, (leaf.text,), lenient=leaf.lenient))

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        raise NotImplementedError

    def visit_Range(self, leaf: nodes.Range) -> str:
        raise NotImplementedError

    def visit_Prefix(self, leaf: nodes.Prefix) -> str:
        raise self.only_for_text("prefix")

    def visit_Wildcard(self, leaf: nodes.Wildcard) -> str:
        raise self.only_for_text("wildcard")

    def visit_Regexp(self, leaf: nodes.Regexp) -> str:
        raise self.only_for_text("regexp")

    def visit_Fuzzy(self, leaf: nodes.Fuzzy) -> str:
        raise self.only_for_text("fuzzy")

    def only_for_text(self, kind: str) -> "ValueFault":
        field = self.access.field
        what = "keyword and text" if kind == "fuzzy" else "keyword, text and wildcard"
        start = "failed to create query: " if kind == "fuzzy" else ""
        return ValueFault(
            "query_shard_exception",
            f"{start}Can only use {kind} queries on {what} fields - not on [{field.path}] which is of type [{field.type}]",
        )

    def overflow_equals(self, values: list[str]) -> list[str]:
        """The condition that the field's overflow texts hold one of the values; none where it has no overflow."""
        if self.access.overflow is None:
            return []
        return [f"hasAny({self.access.overflow}, {self.binder.texts(values)})"]


class ValueFault(Exception):
    """A value that does not fit the field; `error` is what the client sees unless the query is lenient."""

    def __init__(self, type: str, reason: str, caused_by: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        extra = {"caused_by": caused_by} if caused_by else {}
        self.error = ApiError(400, type, reason, **extra)
