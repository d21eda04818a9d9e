"""Ruby's values as text: as interpolation gives them, as `inspect` shows them, and as records hold them."""

import re
from collections.abc import Callable
from fractions import Fraction
from types import NoneType
from typing import Any, Final

from kelp.agent.ruby.values import (
    NANOS,
    Constant,
    EventMoment,
    MatchData,
    Range,
    Regexp,
    RubyError,
    RubyTime,
    Symbol,
    class_name,
)


def float_text(value: float) -> str:
    """A float as Ruby prints it: 1.0e+15 where Python has 1000000000000000.0."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if "e" in text:
        return text if "." in text else text.replace("e", ".0e")
    if abs(value) >= 1e15 and text.endswith(".0"):  # whole numbers of 16 digits
        sign, digits = text[: value < 0], text.lstrip("-")[:-2]
        return f"{sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}e+{len(digits) - 1}"
    return text


def to_s(value: Any) -> str:
    """Text of a value as string interpolation gives it."""
    if isinstance(value, str):
        return value
    return _TEXTS.get(type(value), inspect)(value)


def _time_text(time: RubyTime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC" if time.zone == "UTC" else "%Y-%m-%d %H:%M:%S %z")


def _range_text(range_: Range, shown: Callable[[Any], str]) -> str:
    return f"{shown(range_.first)}{'...' if range_.exclusive else '..'}{shown(range_.last)}"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    NoneType: lambda _: "",
    Symbol: lambda symbol: symbol.name,
    Constant: lambda constant: constant.name,
    bool: lambda value: "true" if value else "false",
    float: float_text,
    bytes: lambda data: data.decode("utf-8", "surrogateescape"),
    Fraction: lambda value: f"{value.numerator}/{value.denominator}",
    RubyError: str,
    EventMoment: lambda moment: str(moment.seconds),
    RubyTime: _time_text,
    MatchData: lambda data: str(data.match[0]),
    Regexp: Regexp.to_s,
    Range: lambda range_: _range_text(range_, to_s),
}


def text_of(value: Any) -> str:
    """A string, and nothing else. Raises RubyError."""
    if not isinstance(value, str):
        raise RubyError(f"no implicit conversion of {class_name(value)} into String")
    return value


def join(items: list[Any], separator: str = "") -> str:
    """`Array#join`, lists within lists too."""
    return separator.join(join(one, separator) if isinstance(one, list) else to_s(one) for one in items)


_ESCAPES = {
    "\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\f": "\\f", "\b": "\\b", "\x1b": "\\e", "\x07": "\\a",
    '"': '\\"', "\\": "\\\\",
}  # fmt: skip


def _quote(text: str) -> str:
    body = "".join(c if c.isascii() and c.isalnum() else _ESCAPES.get(c) or _shown(c) for c in text)
    return '"' + re.sub(r"#(?=[{$@])", r"\\#", body) + '"'


def _shown(char: str) -> str:
    """A character in quotes, for the encoding of Fluentd's workers (ASCII); a byte that was no UTF-8 as `\\xFF`."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02X}"
    if 0x20 <= code < 0x7F:
        return char
    return f"\\u{code:04X}" if code < 0x10000 else f"\\u{{{code:X}}}"


def inspect(value: Any) -> str:
    """A value as `inspect` shows it; hashes in the form of Ruby before 3.4."""
    if value is None:
        return "nil"
    if isinstance(value, Symbol):
        return ":" + (value.name if re.fullmatch(r"\w+[?!]?", value.name) else _quote(value.name))
    if isinstance(value, Constant):
        return value.name
    if isinstance(value, str | bytes):
        return _quote(to_s(value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inspect, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inspect(k)}=>{inspect(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Range):
        return _range_text(value, inspect)
    if isinstance(value, Regexp):
        return f"/{value.source}/{value.flags}"
    if isinstance(value, MatchData):
        return f"#<MatchData {_quote(value.match[0])}>"
    if isinstance(value, Fraction):
        return f"({to_s(value)})"
    if isinstance(value, RubyTime) and value.nanos % NANOS:
        fraction = f"{value.nanos % NANOS:09d}".rstrip("0")
        return re.sub(r"(?<=:\d\d)(?= )", f".{fraction}", to_s(value), count=1)
    return to_s(value) if isinstance(value, bool | float | RubyTime) else str(value)


def to_plain(value: Any) -> Any:
    """A value as a record may hold it: symbols, times and matches become text."""
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None or kind is bytes:
        return value
    if kind is list:
        return [to_plain(one) for one in value]
    if isinstance(value, dict):
        return {k if type(k) is str else to_s(k): to_plain(v) for k, v in value.items()}
    return value.seconds if isinstance(value, EventMoment) else to_s(value)


def to_bytes(text: str) -> bytes:
    """The bytes of a text: UTF-8, and what was none when it was read."""
    return text.encode("utf-8", "surrogateescape")


def ruby_size(record: dict[str, Any]) -> int:
    """Bytes of all names and values of a record as text."""
    return sum(len(to_bytes(key)) + len(to_bytes(to_s(value))) for key, value in record.items())
