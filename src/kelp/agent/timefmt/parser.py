"""Values of a record to nanoseconds: Fluentd's time_type string, float, unixtime and mixed."""

import re
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from kelp.agent.timefmt import guess
from kelp.agent.timefmt.strptime import Moment, Strptime
from kelp.agent.timefmt.zones import (
    NANOS,
    is_timezone,
    local_epoch,
    local_offset,
    numeric_offset,
    offset_function,
    utc_epoch,
)
from kelp.common.errors import KelpError

TimeParser = Callable[[Any], int]
"""Turns a record's value into nanoseconds since the epoch; raises TimeParseError."""

_CACHE_LIMIT = 4096


class TimeParseError(KelpError):
    """A value that is not a time in the wanted form."""


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


_INTEGER = re.compile(r"\s*([+-]?\d+(?:_\d+)*)", re.ASCII)


def to_integer(text: str) -> int:
    """Ruby's String#to_i: the leading digits, underscores between them allowed, else 0."""
    found = _INTEGER.match(text)
    return int(found[1]) if found else 0


def _unixtime(value: Any) -> int:
    if isinstance(value, str):
        return to_integer(value) * NANOS
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
    return to_integer(seconds) * NANOS + to_integer(digits.ljust(9, "0"))


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
    return _Formatted(Strptime(format), target)


def _zero(_epoch: int) -> int:
    return 0


_FRACTION = 20  # where the fraction begins after 2026-11-23T10:00:00.
_ISO_BEGINNINGS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%FT%T", "%F %T", "%Y-%m-%dT%T", "%Y-%m-%d %T")


class _Formatted:
    """Parse by a compiled format, remembering what stood around the fraction.

    A line's time mostly differs from the last one only in its fraction of a second. Whatever stands before
    and behind the fraction decides the rest of the result, so it is looked up; the fraction is added.
    Quiet files have a new second in each line: where the format begins as ISO 8601 does, the two digits of
    the second (characters 17 and 18) are left out of what is looked up as well.
    """

    __slots__ = (
        "_bases",
        "_end",
        "_iso",
        "_minute",
        "_minutes",
        "_scale",
        "_start",
        "_strptime",
        "_target",
        "_whole",
    )

    def __init__(self, strptime: Strptime, target: Callable[[int], int] | None) -> None:
        self._strptime = strptime
        self._target = target
        self._bases: dict[tuple[str, str], int] = {}
        self._whole: dict[str, int] = {}
        self._minutes: dict[str, int] = {}
        self._iso = strptime.format.startswith(_ISO_BEGINNINGS)
        self._start = self._end = 0
        self._scale = 1
        self._minute = 0

    def __call__(self, value: Any) -> int:
        if type(value) is not str:
            raise TimeParseError(f"value must be string: {value}")
        if not self._strptime.has_date:
            self._forget_each_minute()
        end = self._end
        if end:
            fraction = value[self._start : end]
            if fraction.isdigit() and fraction.isascii():
                base = self._bases.get((value[: self._start], value[end:]))
                if base is None and self._iso:
                    second = value[17:19]
                    if second.isdigit() and second.isascii() and second < "60":
                        base = self._minutes.get(value[:17] + value[19 : self._start] + value[end:])
                        if base is not None:
                            base += int(second) * NANOS
                if base is not None and len(fraction) == end - self._start:
                    return base + int(fraction) * self._scale
        else:
            known = self._whole.get(value)
            if known is not None:
                return known
        return self._parse(value)

    def many(self, texts: Sequence[str], width: int) -> list[int] | None:
        """The times that the first `width` characters of each text are.

        None where they do not all have the form of the one parsed last, ISO 8601: parse each then.
        """
        start, end = self._start, self._end
        if not self._iso or start != _FRACTION or end > width or not texts:
            return None
        tail = texts[0][end:width]
        if {text[19] + text[end:width] for text in texts} != {"." + tail}:
            return None
        unit = 10 ** (end - start)
        try:  # a digit before each keeps leading zeros legal, and tells how many digits there were
            seconds = orjson.loads("[1" + ",1".join([text[17:19] + text[start:end] for text in texts]) + "]")
        except orjson.JSONDecodeError:
            return None
        if len(seconds) != len(texts) or type(sum(seconds)) is not int:
            return None
        if min(seconds) < 100 * unit or max(seconds) >= 160 * unit:
            return None
        minutes = [text[:17] for text in texts]
        scale, zeros = self._scale, "00." + "0" * (end - start) + tail
        try:
            bases = {minute: self(minute + zeros) - 100 * unit * scale for minute in set(minutes)}
        except TimeParseError:
            return None
        if scale == 1:
            return [bases[minute] + second for minute, second in zip(minutes, seconds, strict=True)]
        return [bases[minute] + second * scale for minute, second in zip(minutes, seconds, strict=True)]

    def _parse(self, value: str) -> int:
        moment = self._strptime.parse(value)
        if moment is None:
            raise TimeParseError(f"invalid time format: value = {value}, expected {self._strptime.format!r}")
        seconds = moment.seconds
        if self._target is not None:
            offset = local_offset(seconds) if moment.offset is None else moment.offset
            seconds += offset - self._target(seconds)
        self._remember(value, moment, seconds)
        return seconds * NANOS + moment.nanos

    def _remember(self, value: str, moment: Moment, seconds: int) -> None:
        start, end = moment.fraction
        if len(self._bases) + len(self._whole) >= _CACHE_LIMIT:
            self._bases.clear()
            self._whole.clear()
        if end - start < 1 or end - start > 9 or not value[start:end].isdigit():
            if end < 0:
                self._whole[value] = seconds * NANOS + moment.nanos
            return
        if (start, end) != (self._start, self._end):
            self._bases.clear()
            self._minutes.clear()
            self._start, self._end = start, end
            self._scale = 10 ** (9 - (end - start))
        self._bases[value[:start], value[end:]] = seconds * NANOS
        second = value[17:19]
        if self._iso and start > 19 and value[13] == value[16] == ":" and second.isdigit() and second < "60":
            if len(self._minutes) >= _CACHE_LIMIT:
                self._minutes.clear()
            minute = value[:17] + value[19:start] + value[end:]
            self._minutes[minute] = (seconds - int(second)) * NANOS

    def _forget_each_minute(self) -> None:
        # a time without a year is of this year: what was learnt before New Year's Eve must not outlive it
        minute = int(time.time()) // 60
        if minute != self._minute:
            self._bases.clear()
            self._whole.clear()
            self._minute = minute


_DAY = 86400
_ISO = re.compile(
    r"\s*(-?\d+)-(\d\d)-(\d\d)"
    r"T(\d\d):(\d\d):(\d\d)(\.\d+)?"
    r"(Z|[+-]\d\d(?::?\d\d)?)?\s*\Z",
    re.ASCII | re.IGNORECASE,
)


@lru_cache(maxsize=_CACHE_LIMIT)
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
