"""Values as Ruby's `to_s` and `inspect` write them."""

import math
from typing import Any

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\x07": "\\a",
            "\x08": "\\b", "\x0b": "\\v", "\x0c": "\\f"}  # fmt: skip


def to_s(value: Any) -> str:
    """Ruby's `value.to_s`: nil is empty, collections are inspected."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return inspect(value)


def inspect(value: Any) -> str:
    """Ruby's `value.inspect` for what JSON can hold."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inspect(k)}=>{inspect(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inspect, value)) + "]"
    return str(value)


def _string(value: str) -> str:
    out = []
    for index, char in enumerate(value):
        if char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif char == "#" and value[index + 1 : index + 2] in ("{", "$", "@"):
            out.append("\\#")
        elif "\udc80" <= char <= "\udcff":
            out.append(f"\\x{ord(char) - 0xDC00:02X}")
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            out.append(f"\\x{ord(char):02X}" if ord(char) == 0x7F else f"\\u{ord(char):04X}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def _float(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if "e" not in text:
        if abs(value) >= 1e16:
            digits = text.lstrip("-").removesuffix(".0")
            mantissa = (digits[0] + "." + digits[1:].rstrip("0")).rstrip(".")
            return f"{'-' if value < 0 else ''}{mantissa if '.' in mantissa else mantissa + '.0'}e+{len(digits) - 1}"
        return text
    mantissa, exponent = text.split("e")
    if -4 <= int(exponent) < 16:
        return f"{value:.{max(1, 17 - int(exponent))}f}".rstrip("0")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent[0]}{exponent[1:].zfill(2)}"
