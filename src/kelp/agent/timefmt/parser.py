"""Values of a record to nanoseconds: Fluentd's time_type string, float, unixtime and mixed."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from kelp.agent.ruby.numbers import to_i
from kelp.agent.timefmt import guess
from kelp.agent.timefmt.formatted import CACHE_LIMIT, Formatted, TimeParseError
from kelp.agent.timefmt.strptime import Strptime
from kelp.agent.timefmt.zones import (
    NANOS,
    is_timezone,
    local_epoch,
    numeric_offset,
    offset_function,
    utc_epoch,
)
from kelp.common.errors import KelpError

TimeParser = Callable[[Any], int]
"""Turns a record's value into nanoseconds since the epoch; raises TimeParseError."""


def build_time_parser(
    *,
    time_type: str = "string",
    time_format: str | None = None,
    localtime: bool = True,
    utc: bool = False,
    timezone: str | None = None,
    fallbacks: Sequence[str] = (),
) -> TimeParser:
    """Build the parser that Fluentd would build from the same options.

    Without a format, text is read as Ruby's `Time.parse` does. Raises KelpError for options that do not fit.
    """
    if timezone is not None and not is_timezone(timezone):
        raise KelpError(f"cannot use timezone {timezone!r}: wanted +HH:MM, +HHMM, +HH or Region/City")
    if time_type == "mixed":
        formats = [f for f in (time_format, *fallbacks) if f]
        if not formats:
            raise KelpError("cannot use time_type mixed: set time_format or time_format_fallbacks")
        return _mixed([_one(f, localtime, utc, timezone) for f in formats], formats)
    if time_type == "unixtime":
        return _unixtime
    if time_type == "float":
        return _float
    return _string(time_format, localtime and timezone is None and not utc, timezone)


def _one(name: str, localtime: bool, utc: bool, timezone: str | None) -> TimeParser:
    if name in ("unixtime", "float"):
        return _number
    return _string(name, localtime and timezone is None and not utc, timezone)


_NUMBER = re.compile(
    r"\s*[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?)\s*\Z", re.ASCII
)


def _number(value: Any) -> int:
    """A number among the fallbacks of time_type mixed; Fluentd keeps the fraction of unixtime, too."""
    if isinstance(value, str) and _NUMBER.match(value) is None:
        raise TimeParseError(f"invalid time format: value = {value}, expected a number")
    return _float(value)


def _mixed(parsers: list[TimeParser], names: list[str]) -> TimeParser:
    def parse(value: Any) -> int:
        for parser in parsers:
            try:
                return parser(value)
            except TimeParseError:
                continue
        raise TimeParseError(
            f"invalid time format: value = {value}, even though fallbacks: {','.join(names)}"
        )

    return parse


def _unixtime(value: Any) -> int:
    if isinstance(value, str):
        return to_i(value) * NANOS
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return int(value) * NANOS
        except (ValueError, OverflowError):
            raise TimeParseError(f"invalid time format: value = {value}, expected a finite number") from None
    raise TimeParseError(f"value must be a string or a number: {value}({type(value).__name__})")


def _float(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value * NANOS
    if not isinstance(value, (str, float)):
        raise TimeParseError(f"value must be a string or a number: {value}({type(value).__name__})")
    seconds, _, rest = str(value).partition(".")
    digits = rest.partition(".")[0][:10]  # Fluentd keeps ten digits, not nine
    return to_i(seconds) * NANOS + to_i(digits.ljust(9, "0"))


def _string(format: str | None, localtime: bool, timezone: str | None) -> TimeParser:
    if format is None:
        if timezone is not None or not localtime:
            raise KelpError("cannot use timezone or utc without time_format: set time_format too")
        return _guessing
    if format == "%iso8601":
        return _iso8601
    # What the text says stands when the format reads a zone; else the wall clock is taken in the given zone.
    target: Callable[[int], int] | None = None
    if "%z" not in format and "%Z" not in format:
        if timezone is not None:
            target = offset_function(timezone)
        elif not localtime:
            target = _zero
    return Formatted(Strptime(format), target)


def _zero(_epoch: int) -> int:
    return 0


_DAY = 86400
_ISO = re.compile(
    r"\s*(-?\d+)-(\d\d)-(\d\d)"
    r"T(\d\d):(\d\d):(\d\d)(\.\d+)?"
    r"(Z|[+-]\d\d(?::?\d\d)?)?\s*\Z",
    re.ASCII | re.IGNORECASE,
)


@lru_cache(maxsize=CACHE_LIMIT)
def _iso_text(value: str) -> int:
    found = _ISO.match(value)
    if found is None:
        raise TimeParseError(f"invalid time format: value = {value}, expected an ISO 8601 time")
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    hour, minute, second = int(found[4]), int(found[5]), int(found[6])
    offset = _iso_offset(found[8]) if found[8] else 0
    in_range = 1 <= month <= 12 and 1 <= day <= 31 and minute < 60 and second <= 60
    if not in_range or (hour, minute, second) > (24, 0, 0) or abs(offset) >= _DAY:
        raise TimeParseError(f"invalid time format: value = {value}, argument out of range")
    nanos = int(found[7][1:10].ljust(9, "0")) if found[7] else 0
    wall = (year, month, day, hour, minute, second)
    seconds = utc_epoch(*wall) - offset if found[8] else local_epoch(*wall)
    return seconds * NANOS + nanos


def _iso_offset(zone: str) -> int:
    return 0 if zone in "zZ" else numeric_offset(zone)


def _iso8601(value: Any) -> int:
    if type(value) is not str:
        raise TimeParseError(f"value must be string: {value}")
    return _iso_text(value)


def _guessing(value: Any) -> int:
    if type(value) is not str:
        raise TimeParseError(f"value must be string: {value}")
    result = guess.parse(value)
    if result is None:
        raise TimeParseError(f"invalid time format: value = {value}, no time information in it")
    return result
