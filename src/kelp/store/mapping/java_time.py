"""Elasticsearch's date formats: ISO 8601 as `strict_date_optional_time` reads it, named formats, Java patterns."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

_ZONE = r"(?:Z|[+-]\d\d(?::?\d\d)?)"
_ISO = re.compile(
    rf"^(?P<y>-?\d{{4,9}})(?:-(?P<M>\d{{1,2}})(?:-(?P<d>\d{{1,2}})"
    rf"(?:T(?:(?P<H>\d{{1,2}})(?::(?P<m>\d{{1,2}})(?::(?P<s>\d{{1,2}})(?:[.,](?P<S>\d{{1,9}}))?)?)?"
    rf"(?P<X>{_ZONE})?)?)?)?)?$"
)
NAMED = {
    "basic_date": "yyyyMMdd",
    "basic_date_time": "yyyyMMdd'T'HHmmss.SSSXX",
    "basic_date_time_no_millis": "yyyyMMdd'T'HHmmssXX",
    "date": "yyyy-MM-dd",
    "date_hour": "yyyy-MM-dd'T'HH",
    "date_hour_minute": "yyyy-MM-dd'T'HH:mm",
    "date_hour_minute_second": "yyyy-MM-dd'T'HH:mm:ss",
    "date_hour_minute_second_fraction": "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "date_hour_minute_second_millis": "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "date_time_no_millis": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "hour_minute_second": "HH:mm:ss",
    "year": "yyyy",
    "year_month": "yyyy-MM",
    "year_month_day": "yyyy-MM-dd",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_FULL_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_FULL_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_ZONE_NAMES = {"Z": 0, "": 0, "UTC": 0, "GMT": 0}


def zone_seconds(zone: str) -> int:
    """Offset from UTC in seconds of `Z`, `+05:30`, `+0530`, `+05` or the empty text."""
    if zone in _ZONE_NAMES:
        return 0
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * (int(digits[:2]) * 3600 + int(digits[2:4] or 0) * 60)


def parse_iso(text: str) -> int | None:
    """Nanoseconds of `yyyy[-MM[-dd[THH[:mm[:ss[.fraction]]]zone]]]`; None when the text is no such date."""
    match = _ISO.match(text)
    return None if match is None else _nanoseconds(match.groupdict())


def _nanoseconds(part: dict[str, Any]) -> int | None:
    hour = int(part.get("H") or 0)
    if part.get("h"):
        hour = int(part["h"]) % 12
    if (part.get("a") or "").lower() == "pm":
        hour += 12
    try:
        moment = datetime(
            _year(part),
            _month(part),
            int(part.get("d") or 1),
            hour,
            int(part.get("m") or 0),
            int(part.get("s") or 0),
            tzinfo=timezone(timedelta(seconds=zone_seconds(part.get("X") or ""))),
        )
    except ValueError:
        return None
    if part.get("D"):
        moment += timedelta(days=int(part["D"]) - 1)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    fraction = int((part.get("S") or "0").ljust(9, "0"))
    return (delta.days * 86400 + delta.seconds) * 1_000_000_000 + fraction


def _year(part: dict[str, Any]) -> int:
    if part.get("yy"):
        return 2000 + int(part["yy"])
    return int(part.get("y") or 1970)


def _month(part: dict[str, Any]) -> int:
    name = part.get("MMM")
    if name:
        return _MONTHS.index(name.lower()[:3]) + 1
    return int(part.get("M") or 1)


@dataclass(slots=True, frozen=True)
class JavaPattern:
    """A compiled Java date pattern."""

    regex: "re.Pattern[str]"

    def parse(self, text: str) -> int | None:
        """Nanoseconds since the epoch; None when the text does not follow the pattern. No zone means UTC."""
        match = self.regex.match(text)
        return None if match is None else _nanoseconds(match.groupdict())


@lru_cache(maxsize=256)
def compile_pattern(name: str) -> JavaPattern:
    """Compile a named format or a Java pattern. Raises ValueError naming the letter that is not supported."""
    pattern = NAMED.get(name.removeprefix("strict_"), name)
    out: list[str] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "'":
            end = pattern.find("'", at + 1)
            if end < 0:
                raise ValueError(f"cannot read date format {name!r}: a quote is not closed")
            out.append(re.escape(pattern[at + 1 : end]) if end > at + 1 else "'")
            at = end + 1
            continue
        count = 1
        while at + count < len(pattern) and pattern[at + count] == letter:
            count += 1
        out.append(_piece(letter, count, name) if letter.isalpha() else _literal(letter, count))
        at += count
    return JavaPattern(re.compile("^" + "".join(out) + "$", re.IGNORECASE))


def _literal(letter: str, count: int) -> str:
    if letter == "[":
        return "(?:" * count
    if letter == "]":
        return ")?" * count
    return re.escape(letter * count)


def _piece(letter: str, count: int, name: str) -> str:
    digits = r"\d{1,2}" if count == 1 else r"\d{2}"
    if letter in "yux":
        return _year_piece(letter, count)
    if letter in "ML":
        if count >= 3:
            return f"(?P<MMM>{'|'.join(_FULL_MONTHS if count == 4 else _MONTHS)})"
        return f"(?P<M>{digits})"
    if letter in "dHmsh":
        return f"(?P<{letter}>{digits})"
    if letter == "D":
        return r"(?P<D>\d{1,3})"
    if letter in "Sn":
        return rf"(?P<S>\d{{{count}}})"
    if letter in "XZ":
        return rf"(?P<X>{_ZONE})"
    if letter in "zVv":
        return "(?P<X>UTC|GMT|Z)"
    if letter == "a":
        return "(?P<a>am|pm)"
    if letter in "Ee":
        return f"(?:{_FULL_DAYS if count == 4 else _DAYS})"
    raise ValueError(f"cannot read date format {name!r}: pattern letter {letter!r} is not supported")


def _year_piece(letter: str, count: int) -> str:
    if letter == "x":  # `xx` is a zone without Z in Java's notation
        return rf"(?P<X>{_ZONE})"
    if count == 2:
        return r"(?P<yy>\d{2})"
    return r"(?P<y>\d{4})" if count >= 3 else r"(?P<y>\d{1,4})"
