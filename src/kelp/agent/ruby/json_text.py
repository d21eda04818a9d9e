"""JSON as Ruby's JSON library reads and writes it: read with comments and escapes of any character (`"\\."` is `"."`)."""

import json
import re
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.values import float_text

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|/\*.*?\*/|//[^\n]*', re.DOTALL)
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
    if isinstance(value, dict):
        return "{" + ",".join(f"{dump_json(k)}:{dump_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump_json, value)) + "]"
    if isinstance(value, float):
        return float_text(value)
    text = json.dumps(value, ensure_ascii=False)
    text.encode()
    return text


def _refuse(name: str) -> Any:
    raise ValueError(f"unexpected {name}")


def _mended(found: re.Match[str]) -> str:
    piece = found[0]
    return _ESCAPE.sub(_mended_escape, piece) if piece[0] == '"' else " "


def _mended_escape(found: re.Match[str]) -> str:
    return found[0] if found[1] in '"\\/bfnrtu' else found[1]
