"""Wildcards and Lucene regular expressions as RE2 patterns."""

import re

from kelp.store.errors import ApiError

_RE2_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


def escape(text: str) -> str:
    """Text as an RE2 pattern that matches just this text."""
    return _RE2_SPECIAL.sub(r"\\\1", text)


def wildcard_parts(pattern: str) -> list[str]:
    """The pattern as literals and the marks `*` and `?`; literals carry the prefix `=`.

    >>> wildcard_parts("a\\\\*b*")
    ['=a*b', '*']
    """
    parts: list[str] = []
    literal = ""
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and i + 1 < len(pattern):
            i += 1
            literal += pattern[i]
        elif char in "*?":
            if literal:
                parts.append("=" + literal)
            literal = ""
            if not (char == "*" and parts and parts[-1] == "*"):
                parts.append(char)
        else:
            literal += char
        i += 1
    if literal:
        parts.append("=" + literal)
    return parts


def wildcard_to_re2(pattern: str, any_char: str = "(?s:.)") -> str:
    """A wildcard pattern as RE2 without anchors; `any_char` is what a mark may stand for."""
    marks = {"*": any_char + "*", "?": any_char}
    return "".join(escape(part[1:]) if part[0] == "=" else marks[part] for part in wildcard_parts(pattern))


_LUCENE_LITERAL = set("^$")
_INTERVAL = re.compile(r"<(\d+)-(\d+)>")
_CLASS_ESCAPES = set("dDsSwW")


def lucene_to_re2(pattern: str, any_char: str = "(?s:.)") -> str:
    r"""A Lucene regular expression as RE2 without anchors.

    Differences handled: `^` and `$` are literals, `@` is any string, `#` the empty language, `"…"` quotes,
    `<1-10>` is a numeric interval. Complement `~` and intersection `&` have no RE2 form and are refused.

    See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/regexp-syntax.html
    """
    out: list[str] = []
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\":
            if i + 1 == len(pattern):
                raise _refused(pattern, "it ends with a backslash")
            follower = pattern[i + 1]
            out.append("\\" + follower if follower in _CLASS_ESCAPES else escape(follower))
            i += 2
        elif char == "[":
            text, i = _char_class(pattern, i)
            out.append(text)
        elif char == '"':
            end = pattern.find('"', i + 1)
            if end < 0:
                raise _refused(pattern, "a quote is not closed")
            out.append(escape(pattern[i + 1 : end]))
            i = end + 1
        elif char == "<" and (interval := _INTERVAL.match(pattern, i)):
            out.append(_numeric_interval(pattern, int(interval[1]), int(interval[2])))
            i = interval.end()
        else:
            out.append(_plain(pattern, char, any_char))
            i += 1
    return "".join(out)


def _plain(pattern: str, char: str, any_char: str) -> str:
    if char in "~&":
        raise _refused(pattern, f"the operator {char} has no counterpart in this engine")
    if char == "@":
        return any_char + "*"
    if char == "#":
        return "[^\\x{0}-\\x{10FFFF}]"
    if char == ".":
        return any_char
    return "\\" + char if char in _LUCENE_LITERAL else char


def _char_class(pattern: str, start: int) -> tuple[str, int]:
    out = "["
    i = start + 1
    if pattern[i : i + 1] == "^":
        out += "^"
        i += 1
    while i < len(pattern):
        char = pattern[i]
        if char == "]" and out not in ("[", "[^"):
            return out + "]", i + 1
        if char == "\\" and i + 1 < len(pattern):
            i += 1
            char = pattern[i]
            out += "\\" + char if char in _CLASS_ESCAPES or not char.isalnum() else char
        else:
            out += "\\" + char if char in "[&^]" else char
        i += 1
    raise _refused(pattern, "a character class is not closed")


def _numeric_interval(pattern: str, low: int, high: int) -> str:
    if high - low > 1000:
        raise _refused(pattern, f"the interval <{low}-{high}> is wider than 1000")
    return "(?:" + "|".join(f"0*{number}" for number in range(low, high + 1)) + ")"


def _refused(pattern: str, why: str) -> ApiError:
    return ApiError(
        400, "illegal_argument_exception", f"cannot use the regular expression [{pattern}]: {why}"
    )
