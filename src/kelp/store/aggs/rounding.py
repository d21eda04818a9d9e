"""Rounding dates down to the start of an interval: by arithmetic where that is exact, else by a list of starts.

In zones with daylight saving, and for months and longer, buckets differ in length. Their starts are computed here
by the zone's calendar, and the engine only looks up the start before each date.
"""

import bisect
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from kelp.store.errors import ApiError
from kelp.store.query import date_math
from kelp.store.query.date_math import NANOS_PER_SECOND

MAX_STARTS = 65_536
_UNIT_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_FIXED = re.compile(r"^(\d+)(ms|s|m|h|d)$")
CALENDAR_UNITS = {
    "second": "s", "1s": "s", "minute": "m", "1m": "m", "hour": "h", "1h": "h", "day": "d", "1d": "d",
    "week": "w", "1w": "w", "month": "M", "1M": "M", "quarter": "q", "1q": "q", "year": "y", "1y": "y",
}  # fmt: skip
_FIXED_UNITS = {"s": NANOS_PER_SECOND, "m": 60 * NANOS_PER_SECOND, "h": 3600 * NANOS_PER_SECOND}
_DAY = 86_400 * NANOS_PER_SECOND
_MONDAY = 4 * _DAY
"""1970-01-05, a Monday: weeks count from there."""


def fixed_nanos(text: str) -> int:
    """Nanoseconds of a fixed interval such as `30s`. Raises ApiError for other texts."""
    match = _FIXED.match(str(text).strip())
    if match is None or int(match[1]) == 0:
        raise ApiError(
            400,
            "illegal_argument_exception",
            f"failed to parse setting [date_histogram.fixed_interval] with value [{text}] as a time value: unit is "
            "missing or unrecognized",
        )
    return round(int(match[1]) * _UNIT_SECONDS[match[2]] * NANOS_PER_SECOND)


def offset_nanos(text: str | int | None) -> int:
    """Nanoseconds of an `offset` such as `+6h` or `-30m`; a number counts milliseconds."""
    if text is None or text == "":
        return 0
    if isinstance(text, int):
        return text * 1_000_000
    sign = -1 if text.startswith("-") else 1
    return sign * fixed_nanos(text.lstrip("+-"))


@lru_cache(maxsize=64)
def zone_offsets(where: tzinfo) -> frozenset[int]:
    """The zone's distances from UTC in nanoseconds, from 1970 to 2037."""
    if where is UTC:
        return frozenset({0})
    moments = (datetime(year, month, 1, tzinfo=UTC) for year in range(1970, 2038) for month in range(1, 13))
    offsets = {moment.astimezone(where).utcoffset() or timedelta() for moment in moments}
    return frozenset(round(offset.total_seconds()) * NANOS_PER_SECOND for offset in offsets)


@lru_cache(maxsize=256)
def common_shift(where: tzinfo, length: int) -> int | None:
    """Where intervals of this length begin in a zone, counted from 1970; None where that changes with the clock."""
    starts = {-offset % length for offset in zone_offsets(where)}
    return starts.pop() if len(starts) == 1 else None


@dataclass(slots=True)
class Rounding:
    """The intervals of a date histogram; `unit` for calendar intervals, `size` in nanoseconds for fixed ones."""

    where: tzinfo
    unit: str | None = None
    size: int = 0
    offset: int = 0
    starts: list[int] = field(default_factory=list)

    def shift(self) -> int | None:
        """Where intervals of equal length begin, counted from 1970; None where they differ in length."""
        if self.unit in ("M", "q", "y"):
            return None
        common = common_shift(self.where, self.length)
        if common is None:
            return None
        return self.offset + common + (_MONDAY if self.unit == "w" else 0)

    @property
    def length(self) -> int:
        """The length of intervals that are all equal."""
        if self.unit is None:
            return self.size
        return _FIXED_UNITS.get(self.unit) or {"d": _DAY, "w": 7 * _DAY}[self.unit]

    def down(self, nanos: int) -> int:
        """The start of the interval that the moment lies in."""
        shift = self.shift()
        if shift is not None:
            return (nanos - shift) // self.length * self.length + shift
        at = nanos - self.offset
        if self.unit is not None:
            return date_math.round_down(at, self.unit, self.where) + self.offset
        local = date_math.moment(at, self.where)
        wall = date_math.nanoseconds(local.replace(tzinfo=UTC))
        start = wall // self.size * self.size
        return self._from_wall(start, wall, at) + self.offset

    def _from_wall(self, start: int, wall: int, at: int) -> int:
        """The moment of a wall-clock time, on the same side of a clock change as `at` where both sides have it."""
        same_side = at - (wall - start)
        naive = date_math.moment(start).replace(tzinfo=None)
        if date_math.moment(same_side, self.where).replace(tzinfo=None) == naive:
            return same_side
        return date_math.from_local(naive, self.where)

    def next(self, start: int) -> int:
        """The start of the following interval."""
        if self.shift() is not None:
            return start + self.length
        # Well inside the next interval: one and a half of the longest kind, stepped back to its start.
        longest = {"h": 3600, "d": 90_000, "w": 608_400, "M": 2_682_000, "q": 7_956_000, "y": 31_626_000}
        step = longest[self.unit] * NANOS_PER_SECOND if self.unit is not None else self.size
        following = self.down(start + step)
        if following <= start:  # a clock set back repeated the interval
            following = self.down(start + step + 3600 * NANOS_PER_SECOND)
        return following

    def prepare(self, low: int, high: int) -> None:
        """List the starts of all intervals from `low` to `high`."""
        start = self.down(low)
        self.starts = [start]
        while start <= high:
            start = self.next(start)
            self.starts.append(start)
            if len(self.starts) > MAX_STARTS:
                raise ApiError(
                    400,
                    "too_many_buckets_exception",
                    f"Trying to create too many buckets. Must be less than or equal to: [{MAX_STARTS - 1}] but was "
                    f"[{len(self.starts)}]. This limit can be set by changing the [search.max_buckets] cluster level "
                    "setting.",
                )

    def sql(self, x: str, starts: str) -> str:
        """SQL that rounds `x`; `starts` is the bound list where it is needed."""
        shift = self.shift()
        if shift is None:
            return f"roundDown({x}, {starts})"
        if shift == 0:
            return f"{x} - positiveModulo({x}, {self.length})"
        return f"{x} - positiveModulo({x} - {shift % self.length}, {self.length})"

    def index(self, start: int) -> int:
        """The place of a start in the list."""
        return bisect.bisect_left(self.starts, start)
