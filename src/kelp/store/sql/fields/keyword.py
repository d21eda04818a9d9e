"""Keyword fields: a value is one term, compared exactly."""

from kelp.store.dsl.body import text as as_text
from kelp.store.query import nodes
from kelp.store.query.patterns import lucene_to_re2, wildcard_parts, wildcard_to_re2
from kelp.store.query.words import auto_fuzziness
from kelp.store.sql.fields.access import Predicate, all_of, exists, on_values
from kelp.store.sql.fields.family import NEVER, Family


class KeywordFamily(Family):
    """Exact terms; values longer than `ignore_above` characters are not found, as in Elasticsearch."""

    checks_values_always = False

    @property
    def ignore_above(self) -> int | None:
        value = self.access.field.params.get("ignore_above")
        return None if value is None else int(value)

    def fits(self, value: str) -> bool:
        return self.ignore_above is None or len(value) <= self.ignore_above

    def guarded(self, predicate: Predicate) -> Predicate:
        """The predicate on values that are short enough to count."""
        limit = self.ignore_above
        if limit is None:
            return predicate
        return lambda x: f"({predicate(x)} AND lengthUTF8({x}) <= {limit})"

    def on_values(self, predicate: Predicate) -> str:
        test = self.guarded(predicate)
        return on_values(self.access, test, text=predicate)

    def visit_Exists(self, leaf: nodes.Exists) -> str:
        if self.ignore_above is None:
            return exists(self.access)
        return on_values(self.access, lambda x: f"lengthUTF8({x}) <= {self.ignore_above}")

    def visit_Match(self, leaf: nodes.Match) -> str:
        if leaf.prefix:
            return self.visit_Prefix(nodes.Prefix(leaf.field, as_text(leaf.text)))
        if leaf.fuzziness is not None:
            return self.visit_Fuzzy(
                nodes.Fuzzy(leaf.field, as_text(leaf.text), leaf.fuzziness, leaf.prefix_length)
            )
        return self.visit_Terms(nodes.Terms(leaf.field, (leaf.text,)))

    def visit_Phrase(self, leaf: nodes.Phrase) -> str:
        if leaf.prefix:
            return self.visit_Prefix(nodes.Prefix(leaf.field, as_text(leaf.text)))
        return self.visit_Terms(nodes.Terms(leaf.field, (leaf.text,)))

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        values = [value for value in map(as_text, leaf.values) if self.fits(value)]
        if not values:
            return NEVER
        if leaf.case_insensitive:
            place = self.binder.texts([value.lower() for value in values])
            return self.on_values(lambda x: f"lowerUTF8({x}) IN {place}")
        if len(values) == 1:
            scalar: Predicate = lambda x: f"{x} = {self.binder.text(values[0])}"  # noqa: E731
        else:
            scalar = lambda x: f"{x} IN {self.binder.texts(values)}"  # noqa: E731
        return on_values(self.access, scalar, text=scalar)

    def visit_Range(self, leaf: nodes.Range) -> str:
        bounds = [(">", leaf.gt), (">=", leaf.gte), ("<", leaf.lt), ("<=", leaf.lte)]
        given = [(sign, self.binder.text(as_text(value))) for sign, value in bounds if value is not None]
        return self.on_values(lambda x: all_of([f"{x} {sign} {place}" for sign, place in given]))

    def visit_Prefix(self, leaf: nodes.Prefix) -> str:
        if leaf.case_insensitive:
            return self.on_values(
                lambda x: f"startsWith(lowerUTF8({x}), {self.binder.text(leaf.value.lower())})"
            )
        return self.on_values(lambda x: f"startsWith({x}, {self.binder.text(leaf.value)})")

    def visit_Wildcard(self, leaf: nodes.Wildcard) -> str:
        return self.on_values(self.wildcard(leaf.value, leaf.case_insensitive))

    def wildcard(self, pattern: str, ignore_case: bool) -> Predicate:
        """The cheapest test that does what the pattern says."""
        parts = wildcard_parts(pattern)
        literals = [part[1:] for part in parts if part[0] == "="]
        if parts == ["*"]:
            return lambda x: f"{x} IS NOT NULL"
        if len(literals) == 1 and "?" not in parts and not ignore_case:
            place = self.binder.text(literals[0])
            shape = tuple(part[0] for part in parts)
            tests: dict[tuple[str, ...], Predicate] = {
                ("=",): lambda x: f"{x} = {place}",
                ("=", "*"): lambda x: f"startsWith({x}, {place})",
                ("*", "="): lambda x: f"endsWith({x}, {place})",
                ("*", "=", "*"): lambda x: f"position({x}, {place}) > 0",
            }
            if shape in tests:
                return tests[shape]
        return self.regexp(wildcard_to_re2(pattern), ignore_case)

    def regexp(self, re2: str, ignore_case: bool) -> Predicate:
        place = self.binder.text(("(?i)" if ignore_case else "") + f"^(?:{re2})$")
        return lambda x: f"match({x}, {place})"

    def visit_Regexp(self, leaf: nodes.Regexp) -> str:
        return self.on_values(self.regexp(lucene_to_re2(leaf.value), leaf.case_insensitive))

    def visit_Fuzzy(self, leaf: nodes.Fuzzy) -> str:
        edits = auto_fuzziness(leaf.fuzziness, len(leaf.value))
        place = self.binder.text(leaf.value)
        prefix = leaf.value[: leaf.prefix_length]

        def close(x: str) -> str:
            tests = [f"editDistanceUTF8(assumeNotNull({x}), {place}) <= {edits}", f"{x} IS NOT NULL"]
            if prefix:
                tests.insert(0, f"startsWith({x}, {self.binder.text(prefix)})")
            return all_of(tests)

        return self.on_values(close)
