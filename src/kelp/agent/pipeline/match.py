"""Tag patterns of `<match>` and `<filter>`: `*`, `**`, `{a,b}`, several patterns, `/regexp/`."""

import re
from collections.abc import Callable

from kelp.agent.ruby.regexp import compile_regexp

TagMatcher = Callable[[str], bool]


def compile_tag_patterns(text: str) -> TagMatcher:
    """A function telling whether a tag matches one of the patterns in `text`, separated by blanks.

    Raises ValueError for a broken pattern.
    """
    patterns = text.split()
    if not patterns:
        raise ValueError("a tag pattern is missing")
    compiled = [_compile(pattern) for pattern in patterns]
    if "**" in patterns:
        return lambda tag: True
    if len(compiled) == 1:
        only = compiled[0]
        return lambda tag: only(tag) is not None
    return lambda tag: any(one(tag) for one in compiled)


def _compile(pattern: str) -> Callable[[str], object]:
    if pattern.startswith("/"):
        if not pattern.endswith("/"):
            raise ValueError(
                f"invalid regular expression {pattern!r} as tag pattern: the closing slash is missing"
            )
        # Not grouped: of `/a|b/` Fluentd binds only `a` to the begin and only `b` to the end of the tag.
        return compile_regexp(f"\\A{pattern[1:-1]}\\Z").search
    return re.compile(_translate(pattern) + r"\Z", re.DOTALL).match


def _translate(pattern: str) -> str:
    """The regular expression of a glob. A dot before `**` matches a dot or the end of the tag: `a.**` takes `a`."""
    # parts[-1] is what is being written; each open brace stacks the alternatives it has so far.
    parts = [""]
    braces: list[list[str]] = []
    pending_dot = False
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            parts[-1] += r"(?![^.])" if pending_dot else ""
            pending_dot = False
            if pattern.startswith(".", at + 2):
                parts[-1] += r"(?:.*\.|\A)"
                at += 3
            else:
                parts[-1] += ".*"
                at += 2
            continue
        if pending_dot:
            parts[-1] += r"\."
            pending_dot = False
        if char == "\\":  # at the end of the pattern it has no effect
            at += 1
            parts[-1] += re.escape(pattern[at : at + 1])
        elif char == ".":
            pending_dot = True
        elif char == "*":
            parts[-1] += r"[^.]*"
        elif char == "{":
            braces.append([])
            parts.append("")
        elif char == "," and braces:
            braces[-1].append(parts.pop())
            parts.append("")
        elif char == "}" and braces:
            _close_brace(parts, braces)
        else:
            parts[-1] += re.escape(char)
        at += 1
    while braces:  # an unclosed brace ends with the pattern
        _close_brace(parts, braces)
    return parts[-1]


def _close_brace(parts: list[str], braces: list[list[str]]) -> None:
    alternatives = [*braces.pop(), parts.pop()]
    parts[-1] += f"(?:{'|'.join(alternatives)})"
