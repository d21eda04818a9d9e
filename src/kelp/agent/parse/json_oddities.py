"""JSON as Fluentd's parser takes it: more than the standard allows.

Beyond RFC 8259 it takes control characters within strings, escapes of any character, comments, form feeds, NaN and
infinities, a minus alone for 0, and ends at a NUL: https://www.ohler.com/oj/doc/file.Modes.html (compat).
"""

import json
import math
import re
from typing import Any

_ODDITY = re.compile(
    r'"(?:[^"\\]|\\.)*+"'
    r"|/\*(?:.*?\*/|.*)"
    r"|//[^\n]*\n"
    r"|\f"
    r"|-?\b[nN]a[nN]\b"
    r"|(?<![\w.-])-(?=[\s,\]}]|\Z)",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|u[0-9a-fA-F]{4}|(?P<broken>u)|.)",
    re.DOTALL,
)
_KNOWN_ESCAPES = frozenset('"\\/bfnrtu')


def load_odd_json(text: str) -> Any:
    """The object or array of a text that strict parsers refuse; escapes of lone surrogates become U+FFFD.

    Raises ValueError, and RecursionError for what is nested too deeply.
    """
    text = text.partition("\0")[0]
    if not _may_end(text):
        raise ValueError("no JSON: a bracket is missing at the end")
    return json.loads(_ODDITY.sub(_mended, text), strict=False, parse_float=_float)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):  # no output could write it: the text stays what it is
        raise ValueError(f"{text} is too large for a number")
    return value


def _may_end(text: str) -> bool:
    """Whether the last closing bracket ends the text but for a comment: a cheap look at what mostly is no JSON."""
    rest = text[max(text.rfind("}"), text.rfind("]")) + 1 :].lstrip()
    return len(rest) < len(text) and rest[:1] in ("", "/")


def _mended(found: re.Match[str]) -> str:
    piece = found[0]
    match piece[0]:
        case '"':
            return _ESCAPE.sub(_mended_escape, piece) if "\\" in piece else piece
        case "/" | "\f":
            return piece if piece[:2] == "/*" and piece[-2:] != "*/" else " "
    return "0" if piece == "-" else "NaN"


def _mended_escape(found: re.Match[str]) -> str:
    if found["lone"]:
        return "\\ufffd"
    if found["broken"]:
        return "\\?"  # which JSON has not
    return found[0] if found[1][0] in _KNOWN_ESCAPES else found[1]
