"""Ruby's `Time.parse`: reading a time whose format nobody told.

A chain of patterns, as in Ruby's `Date._parse`: first the weekday and the clock are cut out, then the first date
form that fits decides. https://docs.ruby-lang.org/en/3.3/Time.html#method-c-parse
"""

import re
from functools import lru_cache

from kelp.agent.timefmt.moment import Fields, Moment, ruby_moment
from kelp.agent.timefmt.zones import NANOS

_MAX_LENGTH = 128
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_ERA = r"c(?:e|\.e\.)|b(?:ce|\.c\.e\.)|a(?:d|\.d\.)|b(?:c|\.c\.)"
_I = re.IGNORECASE | re.ASCII

_NOISE = re.compile(r"[^-+',./:@A-Za-z0-9\[\]\u00aa-\uffff]+")
_WEEKDAY = re.compile(r"\b(?:sun|mon|tue|wed|thu|fri|sat)[^-/\d\s]*", _I)
_CLOCK = re.compile(
    r"(\d+\s*?(?:(?::\s*\d+(?:\s*:\s*\d+(?:[,.]\d*)?)?|h(?:\s*\d+m?(?:\s*\d+s?)?)?)"
    r"(?:\s*[ap](?:m\b|\.m\.))?|[ap](?:m\b|\.m\.)))"
    r"(?:\s*((?:gmt|utc?)?[-+]\d+(?:[,.:]\d+(?::\d+)?)?|[a-z.\s]+(?:standard|daylight)\stime\b|[a-z]+(?:\sdst)?\b))?",
    _I,
)
_CLOCK_PARTS = re.compile(
    r"(\d+)h?(?:\s*:?\s*(\d+)m?(?:\s*:?\s*(\d+)(?:[,.](\d*))?s?)?)?(?:\s*([ap])(?:m\b|\.m\.))?", _I
)
_EU = re.compile(
    rf"'?(\d+)[^-\d\s]*\s*({_MONTH})[^-\d\s']*(?:\s*(?:{_ERA})?\s*('?-?\d+(?:(?:st|nd|rd|th)\b)?))?", _I
)
_US = re.compile(rf"\b({_MONTH})[^-\d\s']*\s*('?\d+)[^-\d\s']*(?:\s*,?\s*(?:{_ERA})?\s*('?-?\d+))?", _I)
_ISO = re.compile(r"('?[-+]?\d+)-(\d+)-('?-?\d+)", _I)
_JIS = re.compile(r"\b([mtshr])(\d+)\.(\d+)\.(\d+)", _I)
_ERAS = {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}
_VMS = re.compile(rf"('?-?\d+)-({_MONTH})[^-/.]*-('?-?\d+)", _I)
_VMS_MONTH_FIRST = re.compile(rf"\b({_MONTH})[^-/.]*-('?-?\d+)(?:-('?-?\d+))?", _I)
_SLASH = re.compile(r"('?-?\d+)/\s*('?\d+)(?:\D\s*('?-?\d+))?", _I)
_DOT = re.compile(r"('?-?\d+)\.\s*('?\d+)\.\s*('?-?\d+)", _I)
_DIGITS = re.compile(r"([-+]?)(\d{2,14})(?:\s*t?\s*(\d{2,6})?(?:[,.](\d*))?)?(z\b|[-+]\d{1,4}\b)?", _I)
_DAY_OF_YEAR = re.compile(r"\b(\d{4}|\d{2})-(\d{3})\b", _I)
_MONTH_ALONE = re.compile(rf"\b({_MONTH})\S*", _I)

# how a run of digits of a length divides into year, month, day, hour, minute, second
_RUNS = {
    2: ("day",), 4: ("month", "day"), 6: ("year2", "month", "day"), 3: ("yday",), 5: ("year2", "yday"),
    7: ("year", "yday"), 8: ("year", "month", "day"), 10: ("year", "month", "day", "hour"),
    12: ("year", "month", "day", "hour", "minute"), 14: ("year", "month", "day", "hour", "minute", "second"),
}  # fmt: skip
_WIDTHS = {"year": 4, "yday": 3}


@lru_cache(maxsize=4096)
def _read_dated(text: str) -> tuple[Moment | None, bool]:
    """The moment and whether the text named its year (only then may the result be kept)."""
    if len(text) > _MAX_LENGTH:
        return None, True
    fields = Fields()
    rest = _NOISE.sub(" ", text)
    rest = _WEEKDAY.sub(" ", rest, count=1)
    rest = _cut_clock(rest, fields)
    _read_date(rest, fields)
    if not _in_range(fields):
        return None, True
    moment = ruby_moment(fields)
    if moment is None:
        return None, True
    return moment, fields.year is not None


def read(text: str) -> Moment | None:
    """The moment in `text`; None when there is none or it is out of range."""
    moment, dated = _read_dated(text)
    return moment if dated else _read_dated.__wrapped__(text)[0]


def parse(text: str) -> int | None:
    """Nanoseconds of the time in `text`; None when there is none or it is out of range."""
    moment = read(text)
    return None if moment is None else moment.seconds * NANOS + moment.nanos


def _cut_clock(text: str, fields: Fields) -> str:
    found = _CLOCK.search(text)
    if found is None:
        return text
    parts = _CLOCK_PARTS.match(found[1])
    if parts is None:
        return text
    fields.hour = int(parts[1])
    if parts[5]:
        fields.hour = fields.hour % 12 + (12 if parts[5] in "pP" else 0)
    fields.minute = int(parts[2]) if parts[2] else None
    fields.second = int(parts[3]) if parts[3] else None
    fields.nanos = int(parts[4][:9].ljust(9, "0")) if parts[4] else None
    fields.zone = found[2]
    return f"{text[: found.start()]} {text[found.end() :]}"


def _read_date(text: str, fields: Fields) -> None:
    if found := _EU.search(text):
        _three(fields, found[3], _month(found[2]), found[1])
    elif found := _US.search(text):
        _three(fields, found[3], _month(found[1]), found[2])
    elif found := _ISO.search(text):
        _three(fields, found[1], found[2], found[3])
    elif found := _JIS.search(text):
        fields.year = int(found[2]) + _ERAS[found[1].lower()]
        fields.month, fields.day = int(found[3]), int(found[4])
    elif found := _VMS.search(text):
        _three(fields, found[3], _month(found[2]), found[1])
    elif found := _VMS_MONTH_FIRST.search(text):
        _three(fields, found[3], _month(found[1]), found[2])
    elif (found := _SLASH.search(text)) or (found := _DOT.search(text)):
        _three(fields, found[1], found[2], found[3])
    elif found := _DAY_OF_YEAR.search(text):
        fields.year, fields.yday = _full_year(found[1]), int(found[2])
    elif found := _MONTH_ALONE.search(text):
        fields.month = int(_month(found[1]))
    elif found := _DIGITS.search(text):
        _run(fields, found)


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= 69 else 2000)


def _month(name: str) -> str:
    return str(_MONTH.split("|").index(name[:3].lower()) + 1)


def _three(fields: Fields, year: str | None, month: str | None, day: str | None) -> None:
    """Decide which of three numbers is the year: the quoted or the longest one."""
    if year and month and not day:
        year, month, day = day, year, month
    if not year and day and (len(day) > 2 or day[0] == "'"):
        year, day = day, year
    if year and re.search(r"\d(?:st|nd|rd|th)", year, _I):
        year, day = day, year
    if month and (month[0] == "'" or len(month) > 2):
        year, month, day = month, day, year
    if day and (day[0] == "'" or len(day.lstrip("-")) > 2):
        year, day = day, year
    if year:
        digits = year.lstrip("'+-")
        fields.year = _number(digits) or 0
        short = len(digits) <= 2 and year[0] not in "+-"
        if short and fields.year < 100:
            fields.year += 1900 if fields.year >= 69 else 2000
        if year.lstrip("'").startswith("-"):
            fields.year = -fields.year
    fields.month = _number(month)
    fields.day = _number(day)


def _number(text: str | None) -> int | None:
    found = re.search(r"\d+", text) if text else None
    return int(found[0]) if found else None


def _run(fields: Fields, found: re.Match[str]) -> None:
    digits = found[2]
    position = 0
    for name in _RUNS.get(len(digits), ()):
        width = _WIDTHS.get(name, 2)
        part = digits[position : position + width]
        position += width
        if name == "year2":
            fields.year = _full_year(part)
        else:
            setattr(fields, name, int(part))
    if clock := found[3]:
        for name, start in (("hour", 0), ("minute", 2), ("second", 4)):
            if clock[start : start + 2]:
                setattr(fields, name, int(clock[start : start + 2]))
    if found[4]:
        fields.nanos = int(found[4][:9].ljust(9, "0"))
    if found[5]:
        fields.zone = found[5]


def _in_range(fields: Fields) -> bool:
    return (
        (fields.month is None or 1 <= fields.month <= 12)
        and (fields.day is None or 1 <= fields.day <= 31)
        and (fields.hour is None or fields.hour <= 24)
        and (fields.minute is None or fields.minute < 60)
        and (fields.second is None or fields.second <= 60)
        and (fields.yday is None or 1 <= fields.yday <= 366)
    )
