"""Dates in answers: named formats and Java patterns, written in a time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from kelp.store.errors import ApiError
from kelp.store.mapping import dates, java_time
from kelp.store.query.date_math import NANOS_PER_MS, NANOS_PER_SECOND, moment

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Piece = Callable[[datetime, int], str]
"""Writes a part of a date from its moment in the zone and the nanoseconds within the second."""


def write(nanos: int, format_text: str | None, where: tzinfo = UTC) -> str:
    """The date in the first alternative of a format; ISO with milliseconds where there is none.

    >>> write(1_577_836_800_123_456_789, None)
    '2020-01-01T00:00:00.123Z'
    """
    name = dates.formats(format_text)[0]
    if name == "epoch_millis":
        return str(nanos // NANOS_PER_MS)
    if name == "epoch_second":
        return str(nanos // NANOS_PER_SECOND)
    local = moment(nanos, where)
    fraction = nanos % NANOS_PER_SECOND
    if name == "strict_date_optional_time_nanos":
        digits = f"{fraction:09d}"
        digits = digits[:3] if digits.endswith("000000") else digits[:6] if digits.endswith("000") else digits
        return f"{_seconds(local)}.{digits}{offset_text(local, 'XXX')}"
    if name in ("strict_date_optional_time", "date_optional_time", "iso8601", "dateOptionalTime"):
        return f"{_seconds(local)}.{fraction // NANOS_PER_MS:03d}{offset_text(local, 'XXX')}"
    return "".join(piece(local, fraction) for piece in _pieces(name))


def _seconds(local: datetime) -> str:
    return f"{local.year:04d}-{local.month:02d}-{local.day:02d}T{local.hour:02d}:{local.minute:02d}:{local.second:02d}"


def offset_text(local: datetime, letters: str) -> str:
    """The offset from UTC: `Z` or `+01:00` for XXX, `+0100` for Z, `+01` for X."""
    offset = local.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    if minutes == 0 and letters[0] == "X":
        return "Z"
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    if letters == "X" and rest == 0:
        return f"{sign}{hours:02d}"
    colon = ":" if letters in ("XXX", "ZZZZZ", "xxx") else ""
    return f"{sign}{hours:02d}{colon}{rest:02d}"


@lru_cache(maxsize=256)
def _pieces(name: str) -> tuple[Piece, ...]:
    pattern = java_time.NAMED.get(name.removeprefix("strict_"), name)
    pieces: list[Piece] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "'":
            end = pattern.find("'", at + 1)
            if end < 0:
                raise _unknown(name, "a quote is not closed")
            pieces.append(_constant(pattern[at + 1 : end] or "'"))
            at = end + 1
            continue
        count = 1
        while at + count < len(pattern) and pattern[at + count] == letter:
            count += 1
        if letter.isalpha():
            pieces.append(_piece(letter, count, name))
        elif letter not in "[]":
            pieces.append(_constant(letter * count))
        at += count
    return tuple(pieces)


def _constant(text: str) -> Piece:
    return lambda local, fraction: text


def _number(read: Callable[[datetime], int], width: int) -> Piece:
    return lambda local, fraction: f"{read(local):0{width}d}"


def _piece(letter: str, count: int, name: str) -> Piece:
    numbers: dict[str, Callable[[datetime], int]] = {
        "d": lambda local: local.day,
        "D": lambda local: local.timetuple().tm_yday,
        "H": lambda local: local.hour,
        "k": lambda local: local.hour or 24,
        "h": lambda local: local.hour % 12 or 12,
        "m": lambda local: local.minute,
        "s": lambda local: local.second,
        "w": lambda local: local.isocalendar()[1],
        "e": lambda local: local.isoweekday(),
    }
    if letter in numbers:
        return _number(numbers[letter], count)
    if letter in "yuY":
        if count == 2:
            return lambda local, fraction: f"{local.year % 100:02d}"
        return _number(lambda local: local.year, count)
    if letter in "x" and count == 4:
        return _number(lambda local: local.isocalendar()[0], 4)
    if letter in "ML":
        if count <= 2:
            return _number(lambda local: local.month, count)
        return lambda local, fraction: _MONTHS[local.month - 1][: None if count == 4 else 3]
    if letter == "E":
        return lambda local, fraction: _DAYS[local.weekday()][: None if count == 4 else 3]
    if letter in "Sn":
        return lambda local, fraction: f"{fraction:09d}"[:count]
    if letter in "XZx":
        return lambda local, fraction: offset_text(local, letter * count)
    if letter in "zVv":
        return lambda local, fraction: local.tzname() or "UTC"
    if letter == "a":
        return lambda local, fraction: "AM" if local.hour < 12 else "PM"
    raise _unknown(name, f"pattern letter {letter!r} is not supported")


def _unknown(name: str, why: str) -> ApiError:
    return ApiError(400, "illegal_argument_exception", f"Invalid format: [{name}]: {why}")
