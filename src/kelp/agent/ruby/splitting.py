"""Text taken apart as Ruby's `split` and `chomp` do."""

import re

_BLANK = " \t\n\v\f\r"
_BLANKS = re.compile(r"[ \t\n\v\f\r]+")


def split(text: str, separator: "str | re.Pattern[str] | None" = None, limit: int = 0) -> list[str]:
    """The pieces between separators: white space for nil and a single space, each character for an empty one.

    At most `limit` pieces where it is above 0; without a limit, empty pieces at the end go.
    """
    if not text:
        return []
    if limit == 1:
        return [text]
    parts = _parts(text, separator, limit - 1 if limit > 0 else 0)
    if limit == 0:
        while parts and not parts[-1]:
            parts.pop()
    return parts


def _parts(text: str, separator: "str | re.Pattern[str] | None", most: int) -> list[str]:
    """The pieces of a text, split `most` times; 0: as often as it goes."""
    if separator is None or separator == " ":
        return _BLANKS.split(text.lstrip(_BLANK), most)
    if isinstance(separator, str):
        if separator:
            return text.split(separator, most or -1)
        return [*text[:most], text[most:]] if most else [*text, ""]
    return _split_at(text, separator, most)


def _split_at(text: str, pattern: "re.Pattern[str]", most: int) -> list[str]:
    """Split at matches; an empty match parts two characters."""
    parts: list[str] = []
    start = at = 0
    while at <= len(text) and not (most and len(parts) >= most):
        found = pattern.search(text, at)
        if found is None:
            break
        if found.end() == found.start():
            if found.start() >= len(text):
                break
            if found.start() == start:
                at = start + 1
                if not pattern.match(text, at) or at >= len(text):
                    if at >= len(text):
                        break
                    continue
                found = pattern.match(text, at)
                assert found is not None
        parts.append(text[start : found.start()])
        parts += [group for group in found.groups() if group is not None]
        start = found.end()
        at = max(start, at)
    return [*parts, text[start:]]


def chomp(text: str, suffix: str | None = None) -> str:
    """Without the line end, of any kind, or the suffix."""
    if suffix is not None:
        return text.removesuffix(suffix)
    if text.endswith("\n"):
        return text[:-2] if text.endswith("\r\n") else text[:-1]
    return text.removesuffix("\r")
