"""Option values from text, with the quirks of Fluentd's own conversions.

Every converter takes the raw value (text, or what YAML gave) and raises ValueError saying what it wanted. Within
`strict_values`, numbers and booleans must be written as such: `strict_config_value` of `<system>`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from kelp.agent.ruby.json_text import load_json
from kelp.agent.ruby.numbers import DIGITS, to_f, to_i
from kelp.agent.ruby.text import to_s

_SIZE = (
    (re.compile(r"([0-9]+)k", re.I), 1 << 10),
    (re.compile(r"([0-9]+)m", re.I), 1 << 20),
    (re.compile(r"([0-9]+)g", re.I), 1 << 30),
    (re.compile(r"([0-9]+)t", re.I), 1 << 40),
)
_TIME = (
    (re.compile(r"([0-9]+)s"), 1),
    (re.compile(r"([0-9]+)m"), 60),
    (re.compile(r"([0-9]+)h"), 3600),
    (re.compile(r"([0-9]+)d"), 86400),
)
_INTEGER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[bB][01]+(?:_[01]+)*|0[oO]?_?[0-7]+(?:_[0-7]+)*|0|[1-9][0-9]*(?:_[0-9]+)*)"
)
_FLOAT = re.compile(rf"[+-]?(?:{DIGITS}(?:\.{DIGITS})?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?")
_HEX_FLOAT = re.compile(r"[+-]?0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]+)?(?:[pP][+-]?[0-9]+)?")
_BLANK = "\0\t\n\v\f\r "
_COMMA = re.compile(r"\s*,\s*", re.ASCII)
_strict: ContextVar[bool] = ContextVar("strict_config_value", default=False)


@contextmanager
def strict_values(on: bool) -> Iterator[None]:
    """Refuse within the block, if `on`, numbers and booleans that Ruby's Integer() and Float() refuse."""
    token = _strict.set(on)
    try:
        yield
    finally:
        _strict.reset(token)


def to_string(value: Any) -> str:
    """Text as it is; what YAML or JSON gives, as Ruby prints it."""
    return value if isinstance(value, str) else to_s(value)


def to_integer(value: Any) -> int:
    """The leading digits, 0 without any (Ruby's to_i): "10x" is 10."""
    if isinstance(value, bool | list | dict):
        raise ValueError("an integer")
    if isinstance(value, int | float):
        return int(value)
    return ruby_integer(value) if _strict.get() else to_i(value)


def ruby_integer(text: str) -> int:
    """An integer as Ruby's Integer() reads it: `0x1f`, `0b1`, `017` and `1_000` too. Raises ValueError."""
    number = text.strip(_BLANK[1:])
    if not _INTEGER.fullmatch(number):
        raise ValueError("an integer")
    plain = number.replace("_", "")
    return int(re.sub(r"^([+-]?)0(?=[0-9])", r"\g<1>0o", plain), 0)


def to_float(value: Any) -> float:
    """The leading number, 0.0 without any (Ruby's to_f)."""
    if isinstance(value, bool | list | dict):
        raise ValueError("a number")
    if isinstance(value, int | float):
        return float(value)
    return _strict_float(value) if _strict.get() else to_f(value)


def _strict_float(text: str) -> float:
    number = text.strip(_BLANK[1:])
    if _HEX_FLOAT.fullmatch(number):
        return float.fromhex(number)
    if not _FLOAT.fullmatch(number):
        raise ValueError("a number")
    return float(number)


def to_size(value: Any) -> int:
    """Bytes: digits followed anywhere by k, m, g or t (1024-based, either case), else an integer."""
    text = to_string(value)
    for pattern, factor in _SIZE:
        if match := pattern.search(text):
            return int(match[1]) * factor
    return to_integer(value)


def to_time(value: Any) -> float:
    """Seconds: digits followed by s, m, h or d (lower case), else a number. `1.5s` is 5, as in Fluentd."""
    text = to_string(value)
    for pattern, factor in _TIME:
        if match := pattern.search(text):
            return int(match[1]) * factor
    return to_float(value)


def to_boolean(value: Any) -> bool | None:
    """true/yes, false/no; an empty value or one that is a comment is true; other words are None."""
    text = to_string(value)
    if text in ("true", "yes"):
        return True
    if text in ("false", "no"):
        return False
    if text == "" or text.startswith("#"):
        return True
    if _strict.get():
        raise ValueError("true or false")
    return None


def to_array(value: Any) -> list[Any]:
    """A JSON array, or words separated by commas."""
    if isinstance(value, str):
        if value.startswith("["):
            return list(_json(value, "array", list))
        return _words(value)
    if isinstance(value, dict):
        raise ValueError("an array")
    return value if isinstance(value, list) else [value]


def to_hash(value: Any) -> dict[str, Any]:
    """A JSON object, or `key:value` pairs separated by commas."""
    if isinstance(value, str):
        if value.startswith("{"):
            return dict(_json(value, "hash", dict))
        pairs = [word.split(":", 1) for word in _words(value)]
        if [""] in pairs:
            raise ValueError("key:value pairs, none of them empty")
        return {pair[0]: pair[1] if len(pair) > 1 else None for pair in pairs}
    if not isinstance(value, dict):
        raise ValueError("a hash")
    return value


def _words(text: str) -> list[str]:
    """The words between commas, without empty ones at the end."""
    words = _COMMA.split(text.strip(_BLANK))
    while words and not words[-1]:
        words.pop()
    return words


def _json(text: str, name: str, kind: type) -> Any:
    try:
        value = load_json(text)
    except ValueError as error:
        raise ValueError(f"a JSON {name} ({error})") from None
    if not isinstance(value, kind):
        raise ValueError(f"a JSON {name}")
    return value
