"""`pack` and `unpack`, and Base64."""

import base64
import re
from collections.abc import Callable
from typing import Any, Final

from kelp.agent.ruby.text import inspect, to_bytes, to_s
from kelp.agent.ruby.values import RubyError


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


def pack(items: list[Any], form: str) -> str:
    if form in ("m", "m0"):
        body = to_bytes(to_s(items[0]))
        return (base64.b64encode(body) if form == "m0" else base64.encodebytes(body)).decode()
    if form in ("C*", "c*") and all(0 <= one < 128 for one in items):
        return bytes(items).decode()
    if form == "U*":
        return "".join(map(chr, items))
    if form == "H*":
        try:
            return bytes.fromhex(items[0]).decode()
        except ValueError:
            raise RubyError("pack('H*') is supported for text only") from None
    raise RubyError(f"pack({form!r}) is not supported")
