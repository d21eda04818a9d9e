"""Option values from text, with the quirks of Fluentd's own conversions.

Every converter takes the raw value (text, or what YAML gave) and raises ValueError saying what it wanted.
"""

import json
import re
from typing import Any

from kelp.agent.ruby.json_text import load_json

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
_INTEGER_HEAD = re.compile(r"\s*([+-]?[0-9]+(?:_[0-9]+)*)")
_FLOAT_HEAD = re.compile(r"\s*([+-]?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]+)?)")


def ruby_to_i(text: str) -> int:
    """The leading integer of `text` as Ruby's String#to_i reads it; 0 without one."""
    match = _INTEGER_HEAD.match(text)
    return int(match[1].replace("_", "")) if match else 0


def ruby_to_f(text: str) -> float:
    """The leading number of `text` as Ruby's String#to_f reads it; 0.0 without one."""
    match = _FLOAT_HEAD.match(text)
    return float(match[1].replace("_", "")) if match else 0.0


def to_string(value: Any) -> str:
    """Text as it is; YAML's booleans and numbers as Ruby prints them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def to_integer(value: Any) -> int:
    """The leading digits, 0 without any (Ruby's to_i): "10x" is 10."""
    if isinstance(value, bool | list | dict):
        raise ValueError("an integer")
    return int(value) if isinstance(value, int | float) else ruby_to_i(value)


def to_float(value: Any) -> float:
    """The leading number, 0.0 without any (Ruby's to_f)."""
    if isinstance(value, bool | list | dict):
        raise ValueError("a number")
    return float(value) if isinstance(value, int | float) else ruby_to_f(value)


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
    return True if text == "" or text.startswith("#") else None


def to_array(value: Any) -> list[Any]:
    """A JSON array, or words separated by commas."""
    if isinstance(value, str):
        if value.startswith("["):
            return list(_json(value, "array", list))
        return re.split(r"\s*,\s*", value.strip()) if value.strip() else []
    if isinstance(value, dict):
        raise ValueError("an array")
    return value if isinstance(value, list) else [value]


def to_hash(value: Any) -> dict[str, Any]:
    """A JSON object, or `key:value` pairs separated by commas."""
    if isinstance(value, str):
        if value.startswith("{"):
            return dict(_json(value, "hash", dict))
        pairs = (pair.split(":", 1) for pair in re.split(r"\s*,\s*", value.strip()) if pair)
        return {pair[0]: pair[1] if len(pair) > 1 else None for pair in pairs}
    if not isinstance(value, dict):
        raise ValueError("a hash")
    return value


def _json(text: str, name: str, kind: type) -> Any:
    try:
        value = load_json(text)
    except ValueError as error:
        raise ValueError(f"a JSON {name} ({error})") from None
    if not isinstance(value, kind):
        raise ValueError(f"a JSON {name}")
    return value
