"""Dates in requests: any format of the field, `now`, date math and rounding, in a time zone.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/common-options.html#date-math
"""

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kelp.store.errors import ApiError
from kelp.store.mapping import dates, java_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = re.compile(r"([+-])(\d*)([yMwdhHms])|/([yMwdhHms])")
_OFFSET = re.compile(r"^([+-])(\d{1,2}):?(\d{2})?$")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "H": 3_600, "m": 60, "s": 1}
_ISO_PARTS = re.compile(
    r"^(?P<y>-?\d{4,9})(?:-(?P<M>\d{1,2})(?:-(?P<d>\d{1,2})(?:T(?:(?P<H>\d{1,2})(?::(?P<m>\d{1,2})"
    r"(?::(?P<s>\d{1,2})(?:[.,](?P<S>\d{1,9}))?)?)?)?(?P<X>Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$"
)
_ISO_NAMES = ("strict_date_optional_time", "date_optional_time", "dateOptionalTime", "iso8601")
NANOS_PER_SECOND = 1_000_000_000
NANOS_PER_MS = 1_000_000


@lru_cache(maxsize=256)
def zone(name: str | None) -> tzinfo:
    """A time zone by name or offset (`Europe/Berlin`, `+01:00`, `Z`); UTC for None. Raises ApiError."""
    if name is None or name in ("Z", "UTC", "utc", "GMT"):
        return UTC
    match = _OFFSET.match(name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ApiError(400, "zone_rules_exception", f"Unknown time-zone ID: {name}") from None


def nanoseconds(moment: datetime, fraction: int = 0) -> int:
    """Nanoseconds since the epoch of an aware moment, plus a fraction of a second in nanoseconds."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * NANOS_PER_SECOND + delta.microseconds * 1000 + fraction


def moment(nanos: int, where: tzinfo = UTC) -> datetime:
    """The moment in a zone; what is finer than a microsecond is cut off."""
    return (_EPOCH + timedelta(microseconds=nanos // 1000)).astimezone(where)


def resolve(
    value: Any, format_text: str | None, time_zone: str | None, now_nanos: int, *, round_up: bool = False
) -> int:
    """Nanoseconds since the epoch of a date, `now` or date math.

    With `round_up` parts that are not given, and roundings such as `/d`, go to their last nanosecond, as
    Elasticsearch does for `gt` and `lte`. Raises ApiError when no format fits.
    """
    where = zone(time_zone)
    text = str(value)
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    if text.startswith("now"):
        return _math(now_nanos, text[3:], where, round_up, text)
    base, bars, math = text.partition("||")
    nanos = _parse(base, format_text, where, round_up and not bars)
    if nanos is None:
        raise _unreadable(text, format_text)
    return _math(nanos, math, where, round_up, text) if bars else nanos


def _unreadable(text: str, format_text: str | None) -> ApiError:
    reason = f"failed to parse date field [{text}] with format [{format_text or dates.DEFAULT_FORMAT}]"
    return ApiError(
        400,
        "parse_exception",
        f"{reason}: [{reason}]",
        caused_by={
            "type": "illegal_argument_exception",
            "reason": reason,
            "caused_by": {
                "type": "date_time_parse_exception",
                "reason": "Failed to parse with all enclosed parsers",
            },
        },
    )


def _parse(text: str, format_text: str | None, where: tzinfo, round_up: bool) -> int | None:
    for name in dates.formats(format_text):
        if name in ("epoch_millis", "epoch_second"):
            nanos = dates.parse(text, name)
            if nanos is not None and round_up and name == "epoch_second":
                nanos += NANOS_PER_SECOND - 1
        else:
            nanos = _parse_parts(text, name, where, round_up)
        if nanos is not None:
            return nanos
    return None


def _parse_parts(text: str, name: str, where: tzinfo, round_up: bool) -> int | None:
    if name.startswith(_ISO_NAMES):
        match = _ISO_PARTS.match(text)
    else:
        try:
            match = java_time.compile_pattern(name).regex.match(text)
        except ValueError as error:
            raise ApiError(400, "illegal_argument_exception", f"Invalid format: [{name}]: {error}") from error
    return None if match is None else _from_parts(match.groupdict(), where, round_up)


def _from_parts(part: dict[str, Any], where: tzinfo, round_up: bool) -> int | None:
    if part.get("X"):
        where = timezone(timedelta(seconds=java_time.zone_seconds(part["X"])))
    year = int(part.get("y") or (2000 + int(part["yy"]) if part.get("yy") else 1970))
    month = java_time._month(part) if part.get("MMM") else int(part.get("M") or (12 if round_up else 1))
    try:
        last_day = calendar.monthrange(year, month)[1] if round_up else 1
        hour = part.get("H")
        if hour is None and part.get("h"):
            hour = int(part["h"]) % 12 + (12 if (part.get("a") or "").lower() == "pm" else 0)
        at = datetime(
            year,
            month,
            int(part.get("d") or last_day),
            int(hour if hour is not None else (23 if round_up else 0)),
            int(part.get("m") or (59 if round_up else 0)),
            int(part.get("s") or (59 if round_up else 0)),
            tzinfo=where,
        )
    except (ValueError, calendar.IllegalMonthError):
        return None
    if part.get("D"):
        at = at.replace(month=1, day=1) + timedelta(days=int(part["D"]) - 1)
    fraction = int((part.get("S") or "").ljust(9, "9" if round_up and not part.get("S") else "0"))
    return nanoseconds(at.astimezone(UTC), fraction)


def _math(nanos: int, steps: str, where: tzinfo, round_up: bool, text: str) -> int:
    at = 0
    for match in _STEP.finditer(steps):
        if match.start() != at:
            break
        at = match.end()
        if match[4]:
            nanos = round_down(nanos, match[4], where)
            if round_up:
                nanos = add(nanos, 1, match[4], where) - 1
        else:
            count = int(match[2] or 1)
            nanos = add(nanos, -count if match[1] == "-" else count, match[3], where)
    if at != len(steps):
        raise ApiError(400, "parse_exception", f"operator not supported for date math [{text}]")
    return nanos


def add(nanos: int, count: int, unit: str, where: tzinfo) -> int:
    """The moment `count` units later: y, M, w, d by the calendar of the zone, h, m, s by the clock."""
    if unit in "hHms":
        return nanos + count * _SECONDS[unit] * NANOS_PER_SECOND
    local = moment(nanos, where)
    rest = nanos % 1000
    if unit in "wd":
        naive = local.replace(tzinfo=None) + timedelta(days=count * (7 if unit == "w" else 1))
    else:
        months = local.year * 12 + local.month - 1 + count * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        naive = local.replace(tzinfo=None, year=year, month=month, day=day)
    return from_local(naive, where) + rest


def round_down(nanos: int, unit: str, where: tzinfo) -> int:
    """The start of the unit (y, q, M, w, d, h, m, s) that the moment lies in, by the zone's calendar."""
    if unit in "ms" or (unit in "hH" and where is UTC):
        size = _SECONDS[unit] * NANOS_PER_SECOND
        return nanos // size * size
    local = moment(nanos, where)
    naive = local.replace(tzinfo=None, minute=0, second=0, microsecond=0)
    if unit in "hH":
        offset = local.utcoffset() or timedelta()
        return nanoseconds(naive.replace(tzinfo=UTC)) - int(offset.total_seconds()) * NANOS_PER_SECOND
    naive = naive.replace(hour=0)
    if unit == "w":
        naive -= timedelta(days=naive.weekday())
    elif unit == "M":
        naive = naive.replace(day=1)
    elif unit == "q":
        naive = naive.replace(day=1, month=(naive.month - 1) // 3 * 3 + 1)
    elif unit == "y":
        naive = naive.replace(day=1, month=1)
    return from_local(naive, where)


def from_local(naive: datetime, where: tzinfo) -> int:
    """Nanoseconds of a wall-clock time; one that the clock skips becomes the moment of the skip."""
    at = naive.replace(tzinfo=where).astimezone(UTC)
    back = at.astimezone(where).replace(tzinfo=None)
    if (
        back != naive
    ):  # in the gap: `fold=0` reads it with the offset before, which lies after the gap's start
        before = naive.replace(tzinfo=where).utcoffset() or timedelta()
        after = naive.replace(tzinfo=where, fold=1).utcoffset() or timedelta()
        gap_end = _gap_end(naive, where, before, after)
        return nanoseconds(gap_end)
    return nanoseconds(at)


def _gap_end(naive: datetime, where: tzinfo, before: timedelta, after: timedelta) -> datetime:
    """The moment at which the zone's clock jumps over `naive`, by bisection to the second."""
    low = (naive - max(before, after)).replace(tzinfo=UTC) - timedelta(hours=3)
    high = low + timedelta(hours=9)
    old = low.astimezone(where).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(where).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high
