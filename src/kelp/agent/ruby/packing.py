"""`unpack`, and Base64."""

import base64
import re
from collections.abc import Callable
from typing import Any, Final

from kelp.agent.ruby.values import RubyError, inspect, to_bytes


def decode64(text: str) -> str:
    """Base64 as Ruby reads it, leniently; bytes that are no UTF-8 are replaced."""
    body = re.sub(r"[^A-Za-z0-9+/]", "", text.split("=")[0])
    body = body[:-1] if len(body) % 4 == 1 else body
    return base64.b64decode(body + "=" * (-len(body) % 4)).decode(errors="replace")


_ITEMS: Final[dict[str, Callable[[str], list[int]]]] = {
    "C": lambda text: list(to_bytes(text)),
    "c": lambda text: [byte if byte < 128 else byte - 256 for byte in to_bytes(text)],
    "U": lambda text: list(map(ord, text)),
}
_WHOLE: Final[dict[str, Callable[[str], str]]] = {
    "H*": lambda text: to_bytes(text).hex(),
    "m": decode64,
    "m0": decode64,
    "a*": str,
    "A*": lambda text: text.rstrip(" \0"),
}


def unpack(text: str, form: str) -> list[Any]:
    if form in _WHOLE:
        return [_WHOLE[form](text)]
    if form[:1] in _ITEMS and form[1:] == "*":
        return list(_ITEMS[form[0]](text))
    raise RubyError(f"unpack({inspect(form)}) is not supported")


def unpack1(text: str, form: str) -> Any:
    if form in _WHOLE:
        return _WHOLE[form](text)
    if form in ("C", "U"):
        return next(iter(_ITEMS[form](text[:1])), None)
    raise RubyError(f"unpack1({inspect(form)}) is not supported: only H*, m, a*, C and U")
