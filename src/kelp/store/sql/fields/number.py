"""Number fields: values compared as numbers."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from kelp.store.dsl.body import text as as_text
from kelp.store.mapping.field import INTEGER_RANGES
from kelp.store.query import nodes
from kelp.store.sql.fields.access import all_of, any_of, on_values
from kelp.store.sql.fields.family import NEVER, Family, ValueFault


class NumberFamily(Family):
    """Whole and floating numbers; texts that are numbers count as such."""

    @property
    def whole(self) -> bool:
        return self.access.field.kind == "long"

    def number(self, value: Any) -> Decimal:
        """The value as an exact number; raises ValueFault when it is none."""
        if isinstance(value, str):
            value = value.strip()
        try:
            number = Decimal(as_text(value))
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            cause = f'For input string: "{as_text(value)}"'
            raise ValueFault(
                "query_shard_exception",
                f"failed to create query: {cause}",
                {"type": "number_format_exception", "reason": cause},
            )
        return number

    def place(self, number: Decimal) -> str | None:
        """The bound number in the column's family; None where no value can equal it."""
        if not self.whole:
            value = float(number)
            return None if math.isinf(value) else self.binder.bind(value, "Float64")
        low, high = INTEGER_RANGES[self.access.field.type]
        if number != number.to_integral_value() or not low <= number <= high:
            return None
        return self.binder.bind(int(number), "UInt64" if high > 2**63 else "Int64")

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        conditions = []
        texts = []
        for value in leaf.values:
            try:
                place = self.place(self.number(value))
            except ValueFault:
                if self.access.overflow is None:
                    raise
                texts.append(as_text(value))  # such a value can only stand in the overflow
                continue
            texts.append(as_text(value))
            if place is not None:
                conditions.append(place)
        found = []
        if conditions:
            listed = ", ".join(conditions)
            test = f"= {listed}" if len(conditions) == 1 else f"IN ({listed})"
            found.append(on_values(self.access, lambda x: f"{x} {test}"))
        return any_of([sql for sql in (*found, *self.overflow_equals(texts)) if sql != NEVER])

    def visit_Range(self, leaf: nodes.Range) -> str:
        bounds = [(">", leaf.gt), (">=", leaf.gte), ("<", leaf.lt), ("<=", leaf.lte)]
        tests = [self.bound(sign, self.number(value)) for sign, value in bounds if value is not None]
        if NEVER in tests:
            return NEVER
        given = [test for test in tests if test]
        if not given:
            return self.visit_Exists(nodes.Exists(leaf.field))
        return on_values(self.access, lambda x: all_of([f"{x} {test}" for test in given]))

    def bound(self, sign: str, number: Decimal) -> str:
        """The test that stands behind a value; empty where every value passes, NEVER where none does."""
        if not self.whole:
            return f"{sign} {self.binder.bind(float(number), 'Float64')}"
        low, high = INTEGER_RANGES[self.access.field.type]
        if number != number.to_integral_value():
            up = sign in (">", ">=")
            number = number.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
            sign = ">=" if up else "<="
        if number < low:
            return "" if sign in (">", ">=") else NEVER
        if number > high:
            return NEVER if sign in (">", ">=") else ""
        return f"{sign} {self.binder.bind(int(number), 'UInt64' if high > 2**63 else 'Int64')}"
