"""Time zones: the forms Fluentd's `timezone` option takes, and wall clock to epoch in the local zone."""

import calendar
import re
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NANOS = 1_000_000_000

_NUMERIC = re.compile(r"[+-]\d\d(?::?\d\d)?\Z")
_NAMED = re.compile(r"[^/]+/[^/]+(?:/[^/]+)?\Z")

# Ruby's Time.zone_offset knows these names beside the numeric forms (hours east of UTC).
_NAMES = {
    "UTC": 0, "Z": 0, "UT": 0, "GMT": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    **{name: hour for hour, name in enumerate("ABCDEFGHIKLM", 1)},
    **{name: -hour for hour, name in enumerate("NOPQRSTUVWXY", 1)},
}  # fmt: skip
_OFFSET = re.compile(r"([+-])(\d\d)(:?)(\d\d)(?:\3(\d\d))?\Z")
_HOURS = re.compile(r"[+-]\d\d\Z")


def is_timezone(name: str) -> bool:
    """Tell whether `name` is +HH:MM, +HHMM, +HH or a known Region/City; abbreviations are not."""
    if _NUMERIC.match(name):
        return True
    if not _NAMED.match(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def offset_function(name: str) -> Callable[[int], int]:
    """Return a function from epoch seconds to the offset of zone `name`, in seconds east of UTC."""
    if _NUMERIC.match(name):
        fixed = numeric_offset(name)
        return lambda _epoch: fixed
    zone = ZoneInfo(name)

    def offset(epoch: int) -> int:
        from datetime import datetime

        moment = datetime.fromtimestamp(epoch, zone).utcoffset()
        return int(moment.total_seconds()) if moment is not None else 0

    return offset


def numeric_offset(text: str) -> int:
    """Seconds east of UTC of +HH:MM, +HHMM or +HH."""
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4] or 0) * 60
    return -seconds if text[0] == "-" else seconds


def zone_offset(name: str, year: int) -> int | None:
    """Seconds east of UTC of a zone as written in a log line; None where Ruby does not know it either."""
    name = name.upper()
    found = _OFFSET.match(name)
    if found:
        seconds = int(found[2]) * 3600 + int(found[4]) * 60 + int(found[5] or 0)
        return -seconds if found[1] == "-" else seconds
    if _HOURS.match(name):
        return int(name) * 3600
    if name in _NAMES:
        return _NAMES[name] * 3600
    year -= _cycles(year) * _CYCLE_YEARS
    for month in (1, 7):
        moment = time.localtime(time.mktime((year, month, 1, 0, 0, 0, 0, 0, -1)))
        if moment.tm_zone.upper() == name:
            return moment.tm_gmtoff
    return None


_CYCLE_YEARS, _CYCLE_SECONDS = 400, 146097 * 86400  # after which the calendar repeats


def local_epoch(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Epoch seconds of a wall clock time of the process's own zone; days past the month's end roll over.

    A time that comes twice, as summer time ends, is the first of the two.
    """
    if local_is_utc():
        return utc_epoch(year, month, day, hour, minute, second)
    cycles = _cycles(year)
    wall = (year - cycles * _CYCLE_YEARS, month, day, hour, minute, second, 0, 0)
    epoch = int(time.mktime((*wall, -1)))
    if not time.localtime(epoch).tm_isdst:
        summer = int(time.mktime((*wall, 1)))
        if summer < epoch and time.localtime(summer)[:6] == time.localtime(epoch)[:6]:
            epoch = summer
    return epoch + cycles * _CYCLE_SECONDS


def utc_epoch(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Epoch seconds of a UTC wall clock time; days past the month's end roll over."""
    cycles = _cycles(year)
    year -= cycles * _CYCLE_YEARS
    return calendar.timegm((year, month, day, hour, minute, second)) + cycles * _CYCLE_SECONDS


def _cycles(year: int) -> int:
    """How many cycles to leave out, as Python knows the years 1 to 9999 only."""
    return 0 if 1 <= year <= 9998 else (year - 2000) // _CYCLE_YEARS


def local_offset(epoch: int) -> int:
    """Seconds east of UTC of the process's own zone at `epoch`."""
    return time.localtime(epoch).tm_gmtoff


def local_is_utc() -> bool:
    """Tell whether the process's own zone never leaves UTC."""
    return time.timezone == 0 and not time.daylight
