"""Text fields: a value is a sequence of words, compared in lower case.

The engine's text index knows runs of ASCII letters and digits. A word made of just that is looked up there; any
other word is first narrowed down by its runs, then checked by a regular expression on the text itself. Compared
with Elasticsearch, a word also matches where it is part of a longer one with punctuation inside: `example` finds
`www.example.com`.
"""

from dataclasses import dataclass
from itertools import pairwise

from kelp.store.dsl.body import text as as_text
from kelp.store.errors import ApiError
from kelp.store.query import nodes
from kelp.store.query.patterns import escape, lucene_to_re2, wildcard_parts, wildcard_to_re2
from kelp.store.query.words import auto_fuzziness, is_ideograph, is_plain, minimum_matches, plain_runs, words
from kelp.store.sql.fields.access import Predicate, all_of, any_of, on_values
from kelp.store.sql.fields.family import NEVER, Family

WORD_CHAR = r"[\pL\pN_.:'’]"


@dataclass(frozen=True, slots=True)
class Edges:
    """RE2 for what stands beside words. Within a text of ASCII words plain classes are twice as fast, and the
    text index, which takes all bytes beyond ASCII for letters, has seen to the rest."""

    letters: str

    @property
    def before(self) -> str:
        return f"(?:^|[^{self.letters}])"

    @property
    def after(self) -> str:
        return f"(?:$|[^{self.letters}])"

    def skipped(self, most: int) -> str:
        """At most so many words, and what stands between."""
        return f"(?:[^{self.letters}]+[{self.letters}]+){{0,{most}}}[^{self.letters}]+"


_ASCII, _UNICODE = Edges("a-z0-9"), Edges(r"\pL\pN")
_ASCII_STRICT, _UNICODE_STRICT = Edges("a-z0-9_"), Edges(r"\pL\pN_")
"""Strict edges take an underscore for a letter."""


def edges(text: str, *, strict: bool = False) -> Edges:
    """The edges for words of this text."""
    if text.isascii():
        return _ASCII_STRICT if strict else _ASCII
    return _UNICODE_STRICT if strict else _UNICODE


class TextFamily(Family):
    """Analysed words. Positions, and so phrases, are those of the text; slop allows words between, in order."""

    checks_values_always = False
    null_safe = True

    def on_values(self, test: Predicate) -> str:
        return on_values(self.access, test, text=test)

    def tokens(self, function: str, x: str, runs: list[str]) -> str:
        """A look-up of runs; the indexed column is lowered by its index, anything else here."""
        indexed = self.indexed and x == self.access.scalar and self.access.field.low_cardinality is False
        if indexed:
            return f"{function}({x}, {self.binder.texts(runs)})"  # false, not NULL, for NULL
        return f"{function}(lower({self.present(x)}), {self.binder.texts(runs)})"

    def present(self, x: str) -> str:
        """The value with an empty text, in which nothing is found, for NULL."""
        return f"ifNull({x}, '')" if x == self.access.scalar else x

    def word(self, word: str) -> Predicate:
        """A test for one analysed word."""
        if is_plain(word):
            return lambda x: self.tokens("hasAnyTokens", x, [word])
        if is_ideograph(word):
            return lambda x: f"position({self.present(x)}, {self.binder.text(word)}) > 0"
        beside = edges(word, strict=True)
        return self.narrowed(plain_runs(word), beside.before + escape(word) + beside.after)

    def narrowed(self, runs: list[str], re2: str) -> Predicate:
        """A regular expression on the text, tried only where all runs occur."""
        place = self.binder.text("(?i)" + re2)

        def test(x: str) -> str:
            checked = f"match({self.present(x)}, {place})"
            return f"({self.tokens('hasAllTokens', x, runs)} AND {checked})" if runs else checked

        return test

    def visit_Match(self, leaf: nodes.Match) -> str:
        found = words(as_text(leaf.text))
        if not found:
            return "1" if leaf.zero_terms == "all" else NEVER
        if leaf.fuzziness is not None:
            tests = [self.close(word, leaf.fuzziness, leaf.prefix_length) for word in found]
        else:
            tests = [self.word(word) for word in found]
        if leaf.prefix:
            tests[-1] = self.begins(found[-1])
        default = len(found) if leaf.operator == "and" else 1
        least = default
        if leaf.operator != "and":
            least = minimum_matches(leaf.minimum_should_match, len(found), default)
        plain = leaf.fuzziness is None and not leaf.prefix and all(is_plain(word) for word in found)
        if least > 1 and (self.access.array is not None or self.access.overflow is not None):
            return self.enough_values(tests, least)
        return self.on_values(lambda x: self.enough(x, found if plain else [], tests, least))

    def enough_values(self, tests: list[Predicate], least: int) -> str:
        """At least `least` of the words occur, each in any value of the document."""
        if least >= len(tests):
            return all_of([self.on_values(test) for test in tests])
        indexed, self.indexed = self.indexed, False
        each = [f"toUInt8({self.on_values(test)})" for test in tests]
        self.indexed = indexed
        return f"({' + '.join(each)} >= {least})"

    def enough(self, x: str, plain: list[str], tests: list[Predicate], least: int) -> str:
        """At least `least` of the words occur; plain words share one look-up."""
        if plain and least <= 1:
            return self.tokens("hasAnyTokens", x, plain)
        if plain and least >= len(plain):
            return self.tokens("hasAllTokens", x, plain)
        if 1 < least < len(tests):
            indexed, self.indexed = self.indexed, False  # a sum is no place for the text index
            each = [f"toUInt8({test(x)})" for test in tests]
            self.indexed = indexed
            return f"({' + '.join(each)} >= {least})"
        each = [test(x) for test in tests]
        if least <= 1:
            return any_of(each)
        return all_of(each)

    def visit_Phrase(self, leaf: nodes.Phrase) -> str:
        found = words(as_text(leaf.text))
        if not found:
            return "1" if leaf.zero_terms == "all" else NEVER
        if len(found) == 1:
            return self.on_values(self.begins(found[0]) if leaf.prefix else self.word(found[0]))
        re2 = _phrase(found, leaf.slop, leaf.prefix)
        if len(found) == 2 and leaf.slop >= 2 and not leaf.prefix:
            # Two steps of slop turn a pair around.
            re2 = f"(?:{re2}|{_phrase(found[::-1], leaf.slop - 2, False)})"
        known = found[:-1] if leaf.prefix else found
        runs = list(dict.fromkeys(run for word in known for run in plain_runs(word)))
        return self.on_values(self.narrowed(runs, re2))

    def visit_Terms(self, leaf: nodes.Terms) -> str:
        tests: list[Predicate] = []
        plain: list[str] = []
        for value in map(as_text, leaf.values):
            wanted = value.lower() if leaf.case_insensitive else value
            if words(wanted) != [wanted]:
                continue  # not a term the analyzer could have made
            if is_plain(wanted):
                plain.append(wanted)
            else:
                tests.append(self.word(wanted))
        if plain:
            tests.append(lambda x: self.tokens("hasAnyTokens", x, plain))
        return self.on_values(lambda x: any_of([test(x) for test in tests])) if tests else NEVER

    def visit_Range(self, leaf: nodes.Range) -> str:
        bounds = [(">", leaf.gt), (">=", leaf.gte), ("<", leaf.lt), ("<=", leaf.lte)]
        given = [
            (sign, self.binder.text(as_text(value).lower())) for sign, value in bounds if value is not None
        ]
        return self.on_tokens(lambda t: all_of([f"{t} {sign} {place}" for sign, place in given]))

    def on_tokens(self, test: Predicate) -> str:
        """A test of each run of letters and digits; slow, it splits every text."""
        return self.on_values(lambda x: f"arrayExists(t -> {test('t')}, tokens(lower({self.present(x)})))")

    def begins(self, start: str) -> Predicate:
        if not start:
            return lambda x: f"match({self.present(x)}, {self.binder.text(WORD_CHAR)})"
        if is_ideograph(start):
            return lambda x: f"position({self.present(x)}, {self.binder.text(start)}) > 0"
        place = self.binder.text("(?i)" + edges(start).before + escape(start))
        return lambda x: f"match({self.present(x)}, {place})"

    def visit_Prefix(self, leaf: nodes.Prefix) -> str:
        return self.on_values(self.begins(leaf.value))

    def visit_Wildcard(self, leaf: nodes.Wildcard) -> str:
        parts = wildcard_parts(leaf.value)
        if parts == ["*"]:
            return self.visit_Exists(nodes.Exists(leaf.field))
        literals = [part[1:] for part in parts if part[0] == "="]
        if [part[0] for part in parts] == ["*", "=", "*"] and is_plain(literals[0].lower()):
            # A run within a word is a run within the text: no need for edges.
            return self.on_values(
                lambda x: f"positionCaseInsensitive({self.present(x)}, {self.binder.text(literals[0])}) > 0"
            )
        beside = edges(leaf.value)
        first = "" if parts[0] == "*" else beside.before
        last = "" if parts[-1] == "*" else beside.after
        inner = wildcard_to_re2(
            leaf.value.strip("*") if not leaf.value.endswith("\\*") else leaf.value, WORD_CHAR
        )
        return self.on_values(self.narrowed([], first + inner + last))

    def visit_Regexp(self, leaf: nodes.Regexp) -> str:
        beside = edges(leaf.value, strict=True)
        re2 = f"{beside.before}(?:{lucene_to_re2(leaf.value, WORD_CHAR)}){beside.after}"
        return self.on_values(self.narrowed([], re2))

    def visit_Fuzzy(self, leaf: nodes.Fuzzy) -> str:
        return self.on_values(self.close(leaf.value.lower(), leaf.fuzziness, leaf.prefix_length))

    def close(self, word: str, fuzziness: str, prefix_length: int) -> Predicate:
        """A test for words at most some edits away."""
        try:
            edits = auto_fuzziness(fuzziness, len(word))
        except ValueError:
            raise ApiError(
                400, "illegal_argument_exception", f"Invalid fuzziness value: [{fuzziness}]"
            ) from None
        if edits == 0:
            return self.word(word)
        place = self.binder.text(word)
        prefix = word[:prefix_length]
        begins = f"startsWith(t, {self.binder.text(prefix)}) AND " if prefix else ""
        # Comparing lengths first spares most of the costly distances.
        near = f"{begins}abs(toInt32(lengthUTF8(t)) - {len(word)}) <= {edits} AND editDistanceUTF8(t, {place}) <= {edits}"
        return lambda x: f"arrayExists(t -> {near}, tokens(lower({self.present(x)})))"


def _phrase(found: list[str], slop: int, prefix: bool) -> str:
    """RE2 for words in order with at most `slop` others in each gap; the last may go on with `prefix`."""
    sides = edges("".join(found))
    gap = sides.skipped(min(max(slop, 0), 50)) if slop > 0 else f"[^{sides.letters}]+"
    beside = f"[^{sides.letters}]*" if slop <= 0 else f"(?s:.){{0,{min(slop, 50)}}}"
    re2 = escape(found[0])
    for before, word in pairwise(found):
        re2 += (beside if is_ideograph(before) or is_ideograph(word) else gap) + escape(word)
    first = "" if is_ideograph(found[0]) else sides.before
    last = "" if prefix or is_ideograph(found[-1]) else sides.after
    return first + re2 + last
