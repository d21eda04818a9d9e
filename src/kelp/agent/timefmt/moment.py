"""What a text said about a moment, and the moment that makes."""

import calendar
import time
from dataclasses import dataclass, field
from datetime import date

from kelp.agent.timefmt.zones import NANOS, local_epoch, local_offset, utc_epoch, zone_offset

_HOUR, _DAY = 3600, 86400


@dataclass(slots=True)
class Fields:
    """What a text said about a moment; None for what it left out."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    nanos: int | None = None
    yday: int | None = None
    epoch: int | None = None
    zone: str | None = None
    pm: bool | None = None
    century: int | None = None
    wday: int | None = None  # 0 is Sunday
    week: int | None = None  # of the year, from 0; weeks begin on day `week_begins`
    week_begins: int = 0
    week_year: int | None = None
    iso_week: int | None = None


@dataclass(slots=True)
class Moment:
    """A parsed time: epoch seconds, nanoseconds within the second, the offset of the zone it was written in.

    `zoned`: the text named its zone; `offset` is that of the local zone otherwise.
    """

    seconds: int
    nanos: int
    offset: int | None
    fraction: tuple[int, int] = field(default=(-1, -1))
    zoned: bool = False


def library_moment(fields: Fields) -> Moment | None:
    offset: int | None = None
    if fields.zone is not None:
        offset = 0
        if fields.zone:
            digits = fields.zone.lstrip("+-")
            hours, _, minutes = digits.partition(":") if ":" in digits else (digits[:2], "", digits[2:])
            offset = (int(hours) * 60 + int(minutes or 0)) * 60
            if fields.zone[0] == "-":
                offset = -offset
    return _complete(fields, offset)


def ruby_moment(fields: Fields) -> Moment | None:
    """Make a moment as Ruby's `Time` does from what a text said; None when it is no time."""
    if fields.pm is not None and fields.hour is not None:
        fields.hour = fields.hour % 12 + (12 if fields.pm else 0)
    if fields.epoch is not None:
        nanos = fields.nanos or 0
        total = fields.epoch + (-nanos if fields.epoch < 0 else nanos)
        return Moment(total // NANOS, total % NANOS, None)
    if fields.century is not None and fields.year is not None:
        fields.year = fields.century * 100 + fields.year % 100
    if not _resolve_week(fields):
        return None
    known = (fields.year, fields.yday, fields.month, fields.day, fields.hour, fields.minute, fields.second)
    if all(value is None for value in (*known, fields.nanos)):
        return None
    offset = None
    if fields.zone is not None:
        offset = zone_offset(fields.zone, fields.year or time.localtime().tm_year)
    # an offset moves the hour before Ruby checks it
    if fields.hour == 24 and (fields.minute or fields.second) and abs(offset or 0) < _HOUR:
        return None
    if fields.yday is not None:
        if fields.yday == 366 and fields.year is not None and not calendar.isleap(fields.year):
            return None
        fields.month, fields.day = 1, fields.yday
    return _complete(fields, offset)


def _resolve_week(fields: Fields) -> bool:
    """Turn a week and its day into a date; False where the year has no such day."""
    if fields.iso_week is not None or (fields.week_year is not None and fields.year is None):
        if fields.month is not None and fields.day is not None and fields.week_year is None:
            return True
        year = fields.week_year or fields.year or time.localtime().tm_year
        try:
            wday = 1 if fields.wday is None else fields.wday or 7
            found = date.fromisocalendar(year, fields.iso_week or 1, wday)
        except ValueError:
            return False
        # Ruby makes a date of it: hours and zone are lost
        fields.year, fields.month, fields.day = found.year, found.month, found.day
        fields.hour = fields.minute = fields.second = fields.nanos = fields.zone = None
    elif fields.week is not None and fields.yday is None and (fields.month is None or fields.day is None):
        year = fields.year or time.localtime().tm_year
        first = date(year, 1, 1).isoweekday() % 7
        wday = fields.week_begins if fields.wday is None else fields.wday
        yday = fields.week * 7 + (wday - fields.week_begins) % 7 - (first - fields.week_begins - 1) % 7
        fields.yday = yday
        return 1 <= yday <= 365 + calendar.isleap(year)
    return True


def _complete(fields: Fields, offset: int | None) -> Moment | None:
    """Take what the text left out, above its largest unit, from now; below it, the beginning.

    None for offsets of a day or more.
    """
    if offset is not None and abs(offset) >= _DAY:
        return None
    values = [fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second]
    if values[0] is None:
        now = time.localtime() if offset is None else time.gmtime(time.time() + offset)
        for index, current in enumerate(now[:6]):
            if values[index] is not None:
                break
            values[index] = current
    filled = [v if v is not None else default for v, default in zip(values, (0, 1, 1, 0, 0, 0), strict=True)]
    nanos = fields.nanos or 0
    if offset is None:
        seconds = local_epoch(*filled)
        return Moment(seconds + nanos // NANOS, nanos % NANOS, local_offset(seconds))
    seconds = utc_epoch(*filled) - offset
    return Moment(seconds + nanos // NANOS, nanos % NANOS, offset, zoned=True)
