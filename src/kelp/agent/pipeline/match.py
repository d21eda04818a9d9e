"""Tag patterns of `<match>` and `<filter>`: `*`, `**`, `{a,b}`, several patterns, `/regexp/`."""

import re
from collections.abc import Callable

from kelp.agent.ruby.regexp import compile_regexp

TagMatcher = Callable[[str], bool]
_TOKEN = re.compile(r"\.?\*\*\.?|\\.?|[*.{},]|[^*.{},\\]+", re.DOTALL)


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
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if text.strip(".") == "**":
            parts[-1] += r"(?![^.])" if text[0] == "." else ""
            parts[-1] += r"(?:.*\.|\A)" if text[-1] == "." else ".*"
        elif text[0] == "\\":  # at the end of the pattern it has no effect
            parts[-1] += re.escape(text[1:])
        elif text == "*":
            parts[-1] += r"[^.]*"
        elif text == "{":
            braces.append([])
            parts.append("")
        elif text == "," and braces:
            braces[-1].append(parts.pop())
            parts.append("")
        elif text == "}" and braces:
            _close_brace(parts, braces)
        elif text != "." or token.end() < len(pattern):  # nor has a dot there
            parts[-1] += re.escape(text)
    while braces:  # an unclosed brace ends with the pattern
        _close_brace(parts, braces)
    return parts[-1]


def _close_brace(parts: list[str], braces: list[list[str]]) -> None:
    alternatives = [*braces.pop(), parts.pop()]
    parts[-1] += f"(?:{'|'.join(alternatives)})"
