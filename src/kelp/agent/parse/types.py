"""The `types` option: Ruby's conversions of a field's value, by field name."""

import math
import re
from collections.abc import Callable
from typing import Any

from kelp.agent.config.values import ruby_to_i
from kelp.agent.ruby.values import to_s
from kelp.agent.timefmt import TimeParseError, TimeParser, is_timezone
from kelp.agent.timefmt.zones import NANOS
from kelp.common.errors import KelpError

_BLANK = " \t\n\v\f\r"
_BLANKS = re.compile(r"[ \t\n\v\f\r]+")
Converter = Callable[[Any], Any]
BuildTimeParser = Callable[[str, str | None, str | None], TimeParser]

NAMES = ("string", "integer", "float", "bool", "time", "array")
_TIME_TYPES = ("string", "unixtime", "float", "mixed")
_FLOAT = re.compile(r"\s*([+-]?(?:\d+(?:_\d+)*)?(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?)", re.ASCII)


def build_converters(types: dict[str, str], time_parser: BuildTimeParser) -> dict[str, Converter]:
    """One converter per field. Raises KelpError for an unknown type.

    `time_parser(time_type, time_format, timezone)` builds the parser of a `time` field.
    """
    return {name: _build(name, str(definition), time_parser) for name, definition in types.items()}


def _build(name: str, definition: str, time_parser: BuildTimeParser) -> Converter:
    kind, colon, option = definition.partition(":")
    match kind:
        case "string":
            return to_s
        case "integer":
            return _integer
        case "float":
            return _float
        case "bool":
            return _boolean
        case "array":
            delimiter = option if colon else ","
            return lambda value: ruby_split(to_s(value), delimiter)
        case "time":
            return _time(option if colon else None, time_parser)
    raise KelpError(f"cannot convert field {name!r} to {kind!r}: known types are {', '.join(NAMES)}")


def ruby_to_f(text: str) -> float:
    """The leading number of `text` as Ruby's String#to_f reads it; 0.0 without one."""
    found = _FLOAT.match(text)
    try:
        return float(found[1].replace("_", "")) if found and found[1] else 0.0
    except ValueError:
        return 0.0


def ruby_split(text: str, delimiter: str, limit: int = 0) -> list[str]:
    """Ruby's String#split: a single space splits at white space; without a limit, empty strings at the end go."""
    if not text:
        return []
    most = max(limit, 0)
    if delimiter == " ":
        parts = _BLANKS.split(text.lstrip(_BLANK), max(most - 1, 0)) if most != 1 else [text]
    elif not delimiter:
        parts = [*text[: most - 1], text[most - 1 :]] if most else list(text)
    else:
        parts = text.split(delimiter, most - 1)
    if not most:
        while parts and not parts[-1]:
            parts.pop()
    return parts


def _integer(value: Any) -> int:
    return int(value) if _is_finite(value) else ruby_to_i(to_s(value))


def _float(value: Any) -> float:
    try:
        return float(value) if _is_number(value) else ruby_to_f(to_s(value))
    except OverflowError:  # an integer beyond all floats
        return math.inf if value > 0 else -math.inf


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and value is not True


def _is_finite(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or math.isfinite(value))


def _boolean(value: Any) -> bool:
    return to_s(value).lower() in ("true", "yes", "1")


def _time(option: str | None, time_parser: BuildTimeParser) -> Converter:
    kind, form, timezone = "string", option, None
    if option is not None:
        zone, _, rest = option.partition(":")
        if is_timezone(zone):
            timezone, form = zone, rest or None
        if form in _TIME_TYPES:
            kind, form = str(form), None
    parse = time_parser(kind, form, timezone)

    def convert(value: Any) -> int | None:
        try:
            return parse(value) // NANOS
        except TimeParseError:
            return None

    return convert
