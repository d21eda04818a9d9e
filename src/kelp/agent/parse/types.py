"""The `types` option: Ruby's conversions of a field's value, by field name."""

import math
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.numbers import to_f, to_i
from kelp.agent.ruby.splitting import split
from kelp.agent.ruby.text import to_s
from kelp.agent.timefmt import TimeParseError, TimeParser, is_timezone
from kelp.agent.timefmt.zones import NANOS
from kelp.common.errors import KelpError

Converter = Callable[[Any], Any]
BuildTimeParser = Callable[[str, str | None, str | None], TimeParser]

NAMES = ("string", "integer", "float", "bool", "time", "array")
_TIME_TYPES = ("string", "unixtime", "float", "mixed")


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
            return lambda value: split(to_s(value), delimiter)
        case "time":
            return _time(option if colon else None, time_parser)
    raise KelpError(f"cannot convert field {name!r} to {kind!r}: known types are {', '.join(NAMES)}")


def _integer(value: Any) -> int:
    return int(value) if _is_finite(value) else to_i(to_s(value))


def _float(value: Any) -> float:
    try:
        return float(value) if _is_number(value) else to_f(to_s(value))
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
