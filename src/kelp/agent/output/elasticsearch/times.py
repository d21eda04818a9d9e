"""`@timestamp` and the dates in index names."""

import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from kelp.agent.timefmt import TimeParseError, build_time_formatter, build_time_parser, guess, moment
from kelp.agent.timefmt.strptime import Strptime
from kelp.agent.timefmt.zones import local_offset

NANOS = 1_000_000_000
_MINUTE = 60 * NANOS
_PADDED = 100 * NANOS  # keeps the leading zeros of seconds and nanoseconds
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?\s*(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?"
)


class Moment(NamedTuple):
    """Nanoseconds since the epoch, and the offset from UTC (seconds) of the zone the time was written in."""

    ns: int
    offset: int


def offset_text(offset: int) -> str:
    """`+09:00`."""
    minutes = abs(offset) // 60
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def second_text(seconds: int, offset: int) -> str:
    """`2026-11-23T10:00:00` in the zone of `offset`."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds + offset))


def seconds_texts(times: list[int]) -> list[bytes]:
    """`07.000000001`, second and nanosecond within the minute, of each time (nanoseconds)."""
    if not times:
        return []
    # 107000000001,…: all as wide, and two digits have only to move for the dot to have its place.
    text = bytearray(orjson.dumps([_PADDED + time % _MINUTE for time in times]))
    width = len("107000000001,")
    text[1::width], text[2::width] = text[2::width], text[3::width]
    text[3::width] = b"." * len(times)
    return bytes(text[1:-1]).split(b",")


def fraction_text(ns: int, precision: int) -> str:
    """`.123456789`, cut to `precision` digits; nothing for precision 0."""
    return "." + f"{ns % NANOS:09d}"[:precision].ljust(precision, "0") if precision > 0 else ""


def iso8601(moment: Moment, precision: int) -> str:
    """`2026-11-23T10:00:00.123456789+00:00`."""
    seconds = second_text(moment.ns // NANOS, moment.offset)
    return seconds + fraction_text(moment.ns, precision) + offset_text(moment.offset)


def local_moment(ns: int) -> Moment:
    """A time of an event, in the local zone."""
    return Moment(ns, local_offset(ns // NANOS))


@lru_cache(maxsize=8192)
def parse_iso(text: str) -> Moment | None:
    """An ISO 8601 date or time, in UTC where it names no zone; None for other text."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31 and int(hour or 0) <= 24 and int(minute or 0) < 60):
        return None
    offset = 0
    if zone and zone not in "Zz":
        digits = zone[1:].replace(":", "")
        offset = (int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60) * (-1 if zone[0] == "-" else 1)
    return Moment(
        (_epoch(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)) - offset)
        * NANOS
        + int((fraction or "0").ljust(9, "0")),
        offset,
    )


def _epoch(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Seconds since the epoch of a time in UTC (days from civil, as calendar.timegm, but for any year)."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return days * 86400 + hour * 3600 + minute * 60 + second


def build_record_time(time_key_format: str | None) -> Callable[[Any], Moment]:
    """A function that reads the time in a record, by `time_key_format` or whatever form it has.

    Texts keep the zone they name. A number counts seconds; as in Fluentd's plugin, it is written in the format and
    read again, so that a format without fraction cuts it. The function raises TimeParseError.
    """
    number = build_time_parser(time_type="float")
    if time_key_format is None:
        return lambda value: _read_number(value, number) if not isinstance(value, str) else _guess(value)
    form = Strptime(time_key_format)
    write = build_time_formatter(time_format=time_key_format)

    def read(value: Any) -> Moment:
        text = value if isinstance(value, str) else write(_read_number(value, number).ns)
        found = form.parse(text)
        if found is None:
            raise TimeParseError(f"invalid time format: value = {value}, expected {time_key_format!r}")
        return _moment(found, utc=not form.library)

    return read


def _read_number(value: Any, read: Callable[[Any], int]) -> Moment:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TimeParseError(f"cannot read {value!r} as a time: it is neither text nor a number")
    try:
        return local_moment(read(value))
    except (ValueError, OverflowError, OSError) as error:
        raise TimeParseError(f"cannot read {value!r} as a time: {error}") from error


def _guess(text: str) -> Moment:
    found = parse_iso(text)
    if found is not None:
        return found
    guessed = guess.read(text)
    if guessed is None:
        raise TimeParseError(f"invalid time format: value = {text}, no time information in it")
    return _moment(guessed, utc=True)


def _moment(found: moment.Moment, utc: bool) -> Moment:
    """`utc`: a text that names no zone means UTC, else the local one."""
    ns = found.seconds * NANOS + found.nanos
    if found.zoned:
        return Moment(ns, found.offset or 0)
    if not utc:
        return local_moment(ns)
    return Moment(ns + (found.offset or 0) * NANOS, 0)
