"""The match Ruby keeps in `$~`: of the last search in this thread, cleared where an expression begins."""

import re
import threading

from kelp.agent.ruby.values import MatchData


class _LastMatch(threading.local):
    found: "re.Match[str] | None" = None


LAST = _LastMatch()


def search(pattern: "re.Pattern[str]", text: str, start: int = 0) -> "re.Match[str] | None":
    """The first match from `start` on, which becomes `$~`."""
    LAST.found = found = pattern.search(text, start)
    return found


def last_match() -> MatchData | None:
    return MatchData(LAST.found) if LAST.found else None


def part(name: str) -> str | None:
    """`$&`, `$1`, `` $` `` …: a part of the last match; None without one."""
    found = LAST.found
    if found is None:
        return None
    if name == "&":
        return found[0]
    if name == "`":
        return found.string[: found.start()]
    if name == "'":
        return found.string[found.end() :]
    return found[int(name)] if int(name) <= found.re.groups else None
