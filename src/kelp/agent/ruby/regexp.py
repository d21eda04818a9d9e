"""Ruby's regular expressions (Onigmo) on Python's engines.

`re` runs what it can, as the faster one; the `regex` package takes patterns that need Unicode properties,
recursion, class intersections or two groups of one name. `\\d \\w \\s` are ASCII and `^ $` are line anchors, as in
Ruby.
"""

import functools
import re
from typing import Any, cast

from kelp.agent.ruby.translate import STRICT_LINE_START, needs_unicode, translate


def _compile(pattern: str, needs_regex: bool, ignore_case: bool, multiline: bool, unicode: bool) -> Any:
    if not needs_regex:
        flags = re.MULTILINE | (re.IGNORECASE if ignore_case else 0) | (re.DOTALL if multiline else 0)
        try:
            return re.compile(pattern, flags if unicode else flags | re.ASCII)
        except re.error:
            pass  # the other engine knows more: look-behind of any width, groups of one name
    import regex

    wide = regex.V1 | regex.MULTILINE | (regex.UNICODE if unicode else regex.ASCII)
    wide |= (regex.IGNORECASE if ignore_case else 0) | (regex.DOTALL if multiline else 0)
    try:
        return regex.compile(pattern, wide)
    except regex.error as error:
        raise ValueError(str(error)) from None


@functools.lru_cache(maxsize=1024)
def compile_regexp(source: str, *, ignore_case: bool = False, multiline: bool = False) -> "re.Pattern[str]":
    """Compile a Ruby pattern for text. `multiline` is Ruby's m: the dot matches newlines. Raises ValueError."""
    text, needs_regex = translate(source)
    unicode = needs_unicode(source)
    pattern = _compile(text, needs_regex, ignore_case, multiline, unicode)
    if "^" in source and pattern.match("\n", 1):
        # The difference in ^ shows only where nothing needs to follow it; the plain form is the faster one.
        text, needs_regex = translate(source, STRICT_LINE_START)
        pattern = _compile(text, needs_regex, ignore_case, multiline, unicode)
    return cast("re.Pattern[str]", pattern)


def split_literal(text: str) -> tuple[str, bool, bool]:
    """`/pattern/im` or a bare pattern → (pattern, ignore_case, multiline). Raises ValueError."""
    if not text.startswith("/"):
        return text, False, False
    slash = text.rfind("/")
    if slash < len(text) - 3:  # `/ab` passes: Fluentd takes its one slash for both
        raise ValueError(f"a regular expression: missing right slash: {text}")
    options = text[slash + 1 :]
    return text[1 : max(slash, 1)], "i" in options, "m" in options


def parse_literal(text: str) -> "re.Pattern[str]":
    """Compile `/pattern/im` or a bare pattern as Fluentd's regexp options do. Raises ValueError."""
    source, ignore_case, multiline = split_literal(text)
    return compile_regexp(source, ignore_case=ignore_case, multiline=multiline)
