"""JSON as Ruby's JSON library reads and writes it: read with comments and escapes of any character (`"\\."` is `"."`)."""

import json
import math
import re
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.text import float_text, to_plain
from kelp.agent.ruby.values import RubyError

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|/\*.*?\*/|//[^\n]*', re.DOTALL)
# A number that Python and Ruby write differently.
_EXPONENT = re.compile(r"\de[+-]\d")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def load_json(text: str, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value; `pairs` makes the hashes. Raises ValueError."""
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=_refuse)
    except ValueError:
        if "\\" not in text and "/" not in text:
            raise
    return json.loads(_STRING_OR_COMMENT.sub(_mended, text), object_pairs_hook=pairs, parse_constant=_refuse)


def dump_json(value: Any) -> str:
    """Compact JSON with Ruby's floats. Raises ValueError for half a surrogate pair, which is no text."""
    text = _written(value, float_text)
    text.encode()
    return text


def to_json(value: Any) -> str:
    """What Ruby's `to_json` gives: 1.0e+20 for Python's 1e+20. Raises RubyError for NaN and infinities."""
    value = to_plain(value)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return _written(value, _finite)
    return _written(value, _finite) if _EXPONENT.search(text) else text


def _written(value: Any, show: Callable[[float], str]) -> str:
    """Compact JSON; `show` writes its floats."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_written(k, show)}:{_written(v, show)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(one, show) for one in value) + "]"
    return show(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _finite(value: float) -> str:
    if not math.isfinite(value):
        raise RubyError(f"{float_text(value)} not allowed in JSON", "JSON::GeneratorError")
    return float_text(value)


def _refuse(name: str) -> Any:
    raise ValueError(f"unexpected {name}")


def _mended(found: re.Match[str]) -> str:
    piece = found[0]
    return _ESCAPE.sub(_mended_escape, piece) if piece[0] == '"' else " "


def _mended_escape(found: re.Match[str]) -> str:
    return found[0] if found[1] in '"\\/bfnrtu' else found[1]
