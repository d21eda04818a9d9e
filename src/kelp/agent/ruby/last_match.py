"""The match Ruby keeps in `$~`: of the last search in this thread, cleared where an expression begins."""

import re
import threading

from kelp.agent.ruby.values import MatchData


class Substituted:
    """What `gsub` went over; its last match is looked up when somebody asks for it."""

    __slots__ = ("count", "pattern", "text")

    def __init__(self, pattern: "re.Pattern[str]", text: str, count: int) -> None:
        self.pattern = pattern
        self.text = text
        self.count = count

    def last(self) -> "re.Match[str] | None":
        if self.count:
            return self.pattern.search(self.text)
        matches = list(self.pattern.finditer(self.text))
        return matches[-1] if matches else None


class _LastMatch(threading.local):
    found: "re.Match[str] | Substituted | None" = None


LAST = _LastMatch()


def found() -> "re.Match[str] | None":
    last = LAST.found
    if isinstance(last, Substituted):
        LAST.found = last = last.last()
    return last


def search(pattern: "re.Pattern[str]", text: str, start: int = 0) -> "re.Match[str] | None":
    """The first match from `start` on, which becomes `$~`."""
    LAST.found = match = pattern.search(text, start)
    return match


def last_match() -> MatchData | None:
    last = found()
    return MatchData(last) if last else None


def part(name: str) -> str | None:
    """`$&`, `$1`, `` $` `` …: a part of the last match; None without one."""
    last = found()
    if last is None:
        return None
    if name == "&":
        return last[0]
    if name == "`":
        return last.string[: last.start()]
    if name == "'":
        return last.string[last.end() :]
    return last[int(name)] if int(name) <= last.re.groups else None
