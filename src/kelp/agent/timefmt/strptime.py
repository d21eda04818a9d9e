"""Ruby's strptime: a format compiled once into a regular expression and a list of fields.

Fluentd has two parsers. Formats made only of %B %H %M %N %S %Y %b %d %e %h %m %n %y %z go to the fast
`strptime` library, all others to Ruby's own `Time.strptime`; they differ in small ways (digits of %N, what
%z takes, ranges), so both rule sets are here. Text after the end of the format is ignored by both.
"""

import re
from collections.abc import Sequence

from kelp.agent.timefmt.moment import Fields, Moment, library_moment, ruby_moment
from kelp.agent.timefmt.zones import NANOS

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
        moment = library_moment(fields) if self.library else ruby_moment(fields)
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


# Directive → the field its number goes to as it is.
_NUMBERS = {
    "Y": "year", "G": "week_year", "C": "century", "m": "month", "d": "day", "j": "yday", "V": "iso_week",
    "H": "hour", "I": "hour", "M": "minute", "S": "second",
}  # fmt: skip


def _set(fields: Fields, name: str, value: str, low: int, high: int) -> bool:
    """Put one captured value into `fields`; False when it is out of range."""
    match name:
        case "b":
            fields.month = 1 + _named(value, MONTHS)
        case "A":
            fields.wday = _named(value, DAYS)
        case "z" | "zz":
            fields.zone = value
        case "p":
            fields.pm = value[0] in "pP"
        case "Q":
            fields.epoch = int(value) * 1_000_000
        case "s":
            fields.epoch = int(value) * NANOS
        case "N":
            fields.nanos = int(value.lstrip("+-")[:9].ljust(9, "0"))
            return value[0] != "-"
        case _:
            number = int(value)
            if low < high and not low <= number <= high:
                return False
            _set_number(fields, name, number)
    return True


def _named(text: str, names: Sequence[str]) -> int:
    """The place of a month or day, of which the first three letters count."""
    return next(at for at, name in enumerate(names) if name[:3].lower() == text[:3].lower())


def _set_number(fields: Fields, name: str, number: int) -> None:
    if name in _NUMBERS:
        setattr(fields, _NUMBERS[name], number)
    elif name == "y":
        fields.year = _full_year(number)
    elif name == "g":
        fields.week_year = _full_year(number)
    elif name in ("u", "w"):
        fields.wday = number % 7
    else:
        fields.week, fields.week_begins = number, int(name == "W")


def _full_year(number: int) -> int:
    return number + (1900 if number >= 69 else 2000)
