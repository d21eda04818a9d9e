"""Date fields: moments, compared with dates in any of the field's formats or with date math."""

from typing import Any

from kelp.store.dsl.body import text as as_text
from kelp.store.errors import ApiError
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.query import nodes
from kelp.store.query.date_math import NANOS_PER_MS, resolve
from kelp.store.sql.fields.access import all_of, any_of, on_values
from kelp.store.sql.fields.family import NEVER, Family, ValueFault

_LIMIT = 2**63 - 1


class DateFamily(Family):
    """Moments in nanoseconds. Fields of type `date` compare by milliseconds, as Elasticsearch keeps them."""

    def nanos(self, value: Any, round_up: bool, leaf: nodes.Range | None = None) -> int:
        field_format = self.access.field.params.get("format")
        given = leaf.format if leaf is not None and leaf.format else field_format
        zone = leaf.time_zone if leaf is not None else None
        try:
            nanos = resolve(value, given, zone, self.now_nanos, round_up=round_up)
        except ApiError as error:
            if error.type != "parse_exception":
                raise
            raise ValueFault(error.type, error.reason, error.extra.get("caused_by")) from error
        if round_up and self.access.field.type == "date" and nanos % NANOS_PER_MS == 0:
            nanos += NANOS_PER_MS - 1
        return max(-_LIMIT, min(_LIMIT, nanos))

    def visit_Range(self, leaf: nodes.Range) -> str:
        tests = []
        for sign, value, up in (
            (">", leaf.gt, True),
            (">=", leaf.gte, False),
            ("<", leaf.lt, False),
            ("<=", leaf.lte, True),
        ):
            if value is not None:
                tests.append(f"{sign} {self.binder.moment(self.nanos(value, up, leaf))}")
        if not tests:
            return self.visit_Exists(nodes.Exists(leaf.field))
        return self.compare([tests])

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        ranges: list[list[str]] = []
        texts = []
        for value in leaf.values:
            texts.append(as_text(value))
            try:
                low, high = self.nanos(value, False), self.nanos(value, True)
            except ValueFault:
                if self.access.overflow is None:
                    raise
                continue
            ranges.append([f">= {self.binder.moment(low)}", f"<= {self.binder.moment(high)}"])
        found = [self.compare(ranges)] if ranges else []
        return any_of([sql for sql in (*found, *self.overflow_equals(texts)) if sql != NEVER])

    def compare(self, ranges: list[list[str]]) -> str:
        """Any value lies in one of the ranges."""

        def test(x: str) -> str:
            inside = any_of([all_of([f"{x} {bound}" for bound in bounds]) for bounds in ranges])
            # The sort key also holds times of arrival; those are no values of the field.
            return f"({inside} AND `@timestamp@form` != '')" if x == quoted(TIMESTAMP) else inside

        return on_values(self.access, test)
