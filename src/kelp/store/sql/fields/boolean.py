"""Boolean fields."""

from typing import Any

from kelp.store.dsl.body import text as as_text
from kelp.store.query import nodes
from kelp.store.sql.fields.access import any_of, on_values
from kelp.store.sql.fields.family import NEVER, Family, ValueFault

_VALUES: dict[str, bool] = {"true": True, "false": False, "": False, "T": True, "F": False}


class BooleanFamily(Family):
    """true and false, as JSON values or as texts."""

    def boolean(self, value: Any) -> bool:
        text = as_text(value)
        if text not in _VALUES:
            cause = f"Can't parse boolean value [{text}], expected [true] or [false]"
            raise ValueFault(
                "query_shard_exception",
                f"failed to create query: {cause}",
                {"type": "illegal_argument_exception", "reason": cause},
            )
        return _VALUES[text]

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        wanted: set[bool] = set()
        texts = []
        for value in leaf.values:
            texts.append(as_text(value))
            try:
                wanted.add(self.boolean(value))
            except ValueFault:
                if self.access.overflow is None:
                    raise
        listed = ", ".join(str(value).lower() for value in sorted(wanted))
        found = [on_values(self.access, lambda x: f"{x} IN ({listed})")] if wanted else []
        return any_of([sql for sql in (*found, *self.overflow_equals(texts)) if sql != NEVER])

    def visit_Range(self, leaf: nodes.Range) -> str:
        low = self.boolean(leaf.gte) if leaf.gte is not None else False
        if leaf.gt is not None:
            if self.boolean(leaf.gt):
                return NEVER
            low = True
        high = self.boolean(leaf.lte) if leaf.lte is not None else True
        if leaf.lt is not None:
            if not self.boolean(leaf.lt):
                return NEVER
            high = False
        values = tuple(value for value in (False, True) if low <= value <= high)
        return self.visit_Terms(nodes.Terms(leaf.field, values)) if values else NEVER
