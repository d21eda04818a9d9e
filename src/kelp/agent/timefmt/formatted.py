"""Times in one form, many of them: what was read once is looked up."""

import time
from collections.abc import Callable, Sequence
from operator import add, itemgetter
from typing import Any

import orjson

from kelp.agent.timefmt.moment import Moment
from kelp.agent.timefmt.strptime import Strptime
from kelp.agent.timefmt.zones import NANOS, local_offset
from kelp.common.errors import KelpError

CACHE_LIMIT = 4096
_FRACTION = 20  # where the fraction begins after 2026-11-23T10:00:00.
_ISO_BEGINNINGS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%FT%T", "%F %T", "%Y-%m-%dT%T", "%Y-%m-%d %T")


class TimeParseError(KelpError):
    """A value that is not a time in the wanted form."""


class Formatted:
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
        # Taken by columns: the characters at one place of all texts are a slice with the step `width`.
        block = "".join(map(itemgetter(slice(width)), texts))
        point, tail = block[start - 1], block[end:width]
        if point != "." or any(block[at::width].strip(block[at]) for at in (start - 1, *range(end, width))):
            return None
        unit = 10 ** (end - start)
        seconds = _numbers(block, width, (17, 18, *range(start, end)))
        if seconds is None or min(seconds) < 100 * unit or max(seconds) >= 160 * unit:
            return None
        minutes = list(map(itemgetter(slice(17)), texts))
        scale, zeros = self._scale, point + "0" * (end - start) + tail
        bases: dict[str, int] = {}
        try:
            for minute in set(minutes):
                base = self._minutes.get(minute + point + tail)
                if base is None:
                    base = self(minute + "00" + zeros)
                bases[minute] = base - 100 * unit * scale
        except TimeParseError:
            return None
        begins = map(bases.__getitem__, minutes)
        if scale == 1:
            return list(map(add, begins, seconds))
        return [begin + second * scale for begin, second in zip(begins, seconds, strict=True)]

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
        if len(self._bases) + len(self._whole) >= CACHE_LIMIT:
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
            if len(self._minutes) >= CACHE_LIMIT:
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


def _numbers(block: str, width: int, places: Sequence[int]) -> list[int] | None:
    """A 1 and the digits at some places of each `width` characters, as a number; None if not all are digits.

    The 1 keeps leading zeros legal, and tells how many digits there were.
    """
    if not block.isascii():
        return None
    columns, count = block.encode(), len(block) // width
    step = len(places) + 2
    text = bytearray((b"1" + bytes(len(places)) + b",") * count)
    for column, place in enumerate(places, 1):
        text[column::step] = columns[place::width]
    try:
        numbers = orjson.loads(b"[" + text[:-1] + b"]")
    except orjson.JSONDecodeError:
        return None
    return numbers if len(numbers) == count and type(sum(numbers)) is int else None
