"""Ruby's strptime: a format compiled once into a regular expression and a list of fields.

Fluentd has two parsers. Formats made only of %B %H %M %N %S %Y %b %d %e %h %m %n %y %z go to the fast
`strptime` library, all others to Ruby's own `Time.strptime`; they differ in small ways (digits of %N, what
%z takes, ranges), so both rule sets are here. Text after the end of the format is ignored by both.
"""

import calendar
import re
import time
from dataclasses import dataclass, field
from datetime import date

from kelp.agent.timefmt.zones import NANOS, local_epoch, local_offset, utc_epoch, zone_offset

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_LIBRARY = frozenset("BHMNSYbdehmnyz")
_SPACE = r"[ \t\n\v\f\r]*+"
_NAMES_OF_MONTHS = "(?i:(?>" + "|".join((*MONTHS, *(m[:3] for m in MONTHS))) + "))"
_NAMES_OF_DAYS = "(?i:(?>" + "|".join((*DAYS, *(d[:3] for d in DAYS))) + "))"
_ZONE = (
    r"(?>(?i:gmt|utc?)?[-+]\d++(?:[,.:]\d++(?::\d++)?)?"
    r"|[A-Za-z.\s]+(?i:standard|daylight)\s+(?i:time)\b"
    r"|[A-Za-z]+(?i:\sdst)?\b)"
)

_COMPOSITE = {
    "c": "%a %b %e %H:%M:%S %Y", "D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "r": "%I:%M:%S %p",
    "T": "%H:%M:%S", "v": "%e-%b-%Y", "X": "%H:%M:%S", "x": "%m/%d/%y", "+": "%a %b %e %H:%M:%S %Z %Y",
    "n": " ", "t": " ",
}  # fmt: skip
_NUMERIC_NEXT = re.compile(r"\d|%[EO]?[CDdeFGgHIjkLlMmNQRrSsTUuVvWwXxYy\d]")
# directive of Ruby's parser: pattern, lowest and highest value
_RUBY: dict[str, tuple[str, int, int]] = {
    "d": (r"( \d|\d{1,2}+)", 1, 31),
    "H": (r"( \d|\d{1,2}+)", 0, 24),
    "I": (r"( \d|\d{1,2}+)", 1, 12),
    "j": (r"(\d{1,3}+)", 1, 366),
    "M": (r"(\d{1,2}+)", 0, 59),
    "m": (r"(\d{1,2}+)", 1, 12),
    "S": (r"(\d{1,2}+)", 0, 60),
    "y": (r"(\d{1,2}+)", 0, 99),
    "C": (r"([+-]?+\d{1,2}+)", -99, 99),
    "g": (r"(\d{1,2}+)", 0, 99),
    "U": (r"(\d{1,2}+)", 0, 53),
    "W": (r"(\d{1,2}+)", 0, 53),
    "V": (r"(\d{1,2}+)", 1, 53),
    "u": (r"(\d)", 1, 7),
    "w": (r"(\d)", 0, 6),
}
_LIBRARY_FIELDS: dict[str, tuple[str, int, int]] = {
    "d": (r"(\d{1,2}+)", 1, 31),
    "H": (r"(\d{1,2}+)", 0, 23),
    "M": (r"(\d{1,2}+)", 0, 59),
    "m": (r"(\d{1,2}+)", 1, 12),
    "S": (r"(\d{1,2}+)", 0, 60),
    "Y": (r"([+-]?+\d{1,4}+)", -9999, 9999),
    "y": (r"(\d{1,2}+)", 0, 99),
    "N": (r"(\d{1,9}+)", 0, NANOS),
}
_SAME = {"e": "d", "k": "H", "l": "I", "h": "b", "B": "b", "a": "A", "P": "p", "L": "N", "Z": "z"}


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


class Strptime:
    """A compiled format."""

    def __init__(self, format: str) -> None:
        self.format = format
        self.library = _is_library_format(format)
        self._fields: list[tuple[str, int, int]] = []
        self._regex = re.compile(self._compile(format), re.ASCII)
        names = {name for name, _low, _high in self._fields}
        self.has_date = bool(names & {"Y", "y", "s", "Q"})

    def parse(self, text: str) -> Moment | None:
        """Read `text`; None when it does not match."""
        found = self._regex.match(text)
        if found is None:
            return None
        fields = Fields()
        fraction = (-1, -1)
        for index, (name, low, high) in enumerate(self._fields, 1):
            value = found[index]
            if name == "N":
                fraction = found.span(index)
            if not _set(fields, name, value, low, high):
                return None
        moment = _library_moment(fields) if self.library else ruby_moment(fields)
        if moment is not None and fields.nanos is not None and (fields.epoch or 0) >= 0:
            moment.fraction = fraction
        return moment

    def _compile(self, format: str) -> str:
        out: list[str] = []
        index = 0
        while index < len(format):
            char = format[index]
            if char.isspace():
                out.append(_SPACE)
                index += 1
            elif char != "%" or index + 1 == len(format):
                out.append(re.escape(char))
                index += 1
            else:
                index += 1
                modifier = re.compile(r":{1,3}(?=z)|E(?=[cCxXyY])|O(?=[deHImMSuUVwWy])").match(format, index)
                if modifier and not self.library:
                    index = modifier.end()
                directive = format[index]
                index += 1
                out.append(self._directive(directive, format[index:]))
        return "".join(out)

    def _directive(self, directive: str, rest: str) -> str:
        name = _SAME.get(directive, directive)
        if self.library and name in _LIBRARY_FIELDS:
            return self._field(name, *_LIBRARY_FIELDS[name])
        if not self.library and name in _RUBY:
            return self._field(name, *_RUBY[name])
        numeric_next = bool(_NUMERIC_NEXT.match(rest))
        match name:
            case "n" if self.library:
                return _SPACE
            case "b":
                return self._field("b", f"({_NAMES_OF_MONTHS})")
            case "A":
                return self._field("A", f"({_NAMES_OF_DAYS})")
            case "z" if self.library:
                return self._field("zz", r"((?=[zZ])|[+-]?+\d{1,2}+:?+\d{0,2}+)")
            case "z":
                return self._field("z", f"({_ZONE})")
            case "Y" | "G":
                return self._field(name, r"([+-]?+\d{1,4}+)" if numeric_next else r"([+-]?+\d++)")
            case "N":
                width = 3 if directive == "L" else 9
                return self._field("N", rf"([+-]?+\d{{1,{width}}}+)" if numeric_next else r"([+-]?+\d++)")
            case "p":
                return self._field("p", r"((?i:[ap](?:m|\.m\.)))")
            case "s" | "Q":
                return self._field(name, r"(-?+\d++)")
            case "%":
                return "%"
        if name in _COMPOSITE:
            return self._compile(_COMPOSITE[name])
        # Ruby takes an unknown directive literally: %3N wants the text "%3N" (so it never matches a time)
        return "%" + re.escape(directive)

    def _field(self, name: str, pattern: str, low: int = 0, high: int = 0) -> str:
        self._fields.append((name, low, high))
        return pattern


def _is_library_format(format: str) -> bool:
    index = 0
    while (index := format.find("%", index)) >= 0:
        if format[index + 1 : index + 2] not in _LIBRARY or index + 1 == len(format):
            return False
        index += 2
    return True


def _set(fields: Fields, name: str, value: str, low: int, high: int) -> bool:
    """Put one captured value into `fields`; False when it is out of range."""
    match name:
        case "b":
            fields.month = 1 + next(i for i, m in enumerate(MONTHS) if m[:3].lower() == value[:3].lower())
        case "z" | "zz":
            fields.zone = value
        case "p":
            fields.pm = value[0] in "pP"
        case "A":
            fields.wday = next(i for i, d in enumerate(DAYS) if d[:3].lower() == value[:3].lower())
        case "Q":
            fields.epoch = int(value) * 1_000_000
        case "s":
            fields.epoch = int(value) * NANOS
        case "N":
            fields.nanos = int(value.lstrip("+-")[:9].ljust(9, "0"))
            return value[0] != "-"
        case "Y":
            fields.year = int(value)
        case "G":
            fields.week_year = int(value)
        case _:
            number = int(value)
            if not low <= number <= high:
                return False
            _set_number(fields, name, number)
    return True


def _set_number(fields: Fields, name: str, number: int) -> None:
    match name:
        case "y":
            fields.year = number + (1900 if number >= 69 else 2000)
        case "m":
            fields.month = number
        case "d":
            fields.day = number
        case "H" | "I":
            fields.hour = number
        case "M":
            fields.minute = number
        case "S":
            fields.second = number
        case "j":
            fields.yday = number
        case "C":
            fields.century = number
        case "g":
            fields.week_year = number + (1900 if number >= 69 else 2000)
        case "V":
            fields.iso_week = number
        case "U":
            fields.week, fields.week_begins = number, 0
        case "W":
            fields.week, fields.week_begins = number, 1
        case "u" | "w":
            fields.wday = number % 7


def _library_moment(fields: Fields) -> Moment | None:
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
