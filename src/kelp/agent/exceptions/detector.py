"""A state machine that finds stack traces, and the collector that joins their lines."""

import re
import time as clock
from bisect import bisect_right
from collections.abc import Callable, Sequence
from copy import copy
from itertools import accumulate

from kelp.agent.event import Batch, Record
from kelp.agent.exceptions.rules import HINTS, LANGUAGES, START
from kelp.agent.origin import Kept
from kelp.agent.ruby.regexp import compile_regexp

Search = Callable[[str], "re.Match[str] | None"]
_TEXT_FIELDS = ("message", "log")


class Rules:
    """The rules of some languages by state. Raises ValueError for an unknown language."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.by_state: dict[str, list[tuple[Search, str]]] = {}
        for language in languages or ("all",):
            if language.lower() not in LANGUAGES:
                raise ValueError(f"one of {', '.join(LANGUAGES)}")
            for rule in LANGUAGES[language.lower()]:
                for state in rule.sources.split():
                    target = (compile_regexp(rule.pattern).search, rule.target)
                    targets = self.by_state.setdefault(state, [])
                    if target not in targets:
                        targets.append(target)

    def next_state(self, state: str, line: str) -> str | None:
        """The state a line leads to; None when no rule takes it."""
        if state == START and not may_begin(line):
            return None
        for search, target in self.by_state.get(state, ()):
            if search(line):
                return target
        return None


def may_begin(text: str) -> bool:
    """Whether some line of `text` can begin a stack trace."""
    return any(hint in text for hint in HINTS)


def possible_beginnings(texts: Sequence[str]) -> list[int]:
    """The indexes of the texts that can begin a stack trace, in order: found in all of them at one go."""
    body = "\n".join(texts)
    places: list[int] = []
    for hint in HINTS:
        at = body.find(hint)
        while at >= 0:
            places.append(at)
            at = body.find(hint, at + len(hint))
    if not places:
        return []
    ends = list(accumulate([len(text) + 1 for text in texts]))
    return sorted({bisect_right(ends, place) for place in places})


class TraceCollector:
    """Joins the lines of stack traces of one stream; what is complete goes to `out`."""

    def __init__(
        self, rules: Rules, field: str, max_lines: int, max_bytes: int, force_line_breaks: bool
    ) -> None:
        self._rules = rules
        self._field = field
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._force_line_breaks = force_line_breaks
        self._state = START
        self._lines: list[str] = []
        self._size = 0
        self._first: tuple[int, Record] | None = None
        self._kept = Kept()
        self.since = clock.monotonic()

    def copy(self) -> "TraceCollector":
        """The same state, which is not touched by what happens to this one."""
        other = copy(self)
        other._lines, other._kept = self._lines.copy(), self._kept.copy()
        if self._first is not None:  # later stages may change the record once it was handed on
            other._first = self._first[0], self._first[1].copy()
        return other

    @property
    def is_idle(self) -> bool:
        """Nothing is held and no trace has begun."""
        return self._first is None and self._state == START

    def push(self, time: int, record: Record, out: Batch) -> None:
        """Take one line."""
        line = self._text(record)
        if line is None:
            self._state = START
            self._pass(time, record, out)
            return
        if self._max_bytes and self._size + len(line) > self._max_bytes:
            self.flush(out)
        match self._advance(line):
            case "inside":
                self._hold(time, record, line)
            case "end":
                self._hold(time, record, line)
                self.flush(out, reset=False)
            case "begin":
                self.flush(out, reset=False)
                self._hold(time, record, line)
            case _:
                self._pass(time, record, out)
        if self._max_lines and len(self._lines) == self._max_lines:
            self.flush(out)

    def flush(self, out: Batch, *, reset: bool = True) -> None:
        """Hand on what is held as one event; with `reset` the trace is over."""
        if self._first is not None:
            time, record = self._first
            if len(self._lines) > 1:
                record[self._field] = "".join(self._lines)
            out.append(time, record)
            self._lines, self._size, self._first = [], 0, None
            self._kept.hand_on()
        if reset:
            self._state = START

    def _advance(self, line: str) -> str:
        """Follow the rules; whether the line is inside a trace, at its end, the begin of another, or in none."""
        target = self._rules.next_state(self._state, line)
        if target is not None:
            self._state = target
            return "end" if target == START else "inside"
        if self._state == START:
            return "none"
        # The line is no longer part of the trace, but may begin another.
        self._state = self._rules.next_state(START, line) or START
        return "none" if self._state == START else "begin"

    def _text(self, record: Record) -> str | None:
        if not self._field:
            self._field = next((name for name in _TEXT_FIELDS if name in record), "")
        value = record.get(self._field)
        return value if isinstance(value, str) else None

    def _pass(self, time: int, record: Record, out: Batch) -> None:
        self.flush(out, reset=False)
        out.append(time, record)

    def _hold(self, time: int, record: Record, line: str) -> None:
        if self._first is None:
            self._first = (time, record)
            self.since = clock.monotonic()
        elif self._force_line_breaks and "\n" not in line:
            line = "\n" + line
        self._kept.add(record)
        self._lines.append(line)
        self._size += len(line)
