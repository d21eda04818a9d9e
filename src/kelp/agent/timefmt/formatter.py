"""Nanoseconds to text: Ruby's strftime with its flags and widths, and Fluentd's numeric forms."""

import time
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kelp.agent.timefmt.strptime import DAYS, MONTHS
from kelp.agent.timefmt.zones import NANOS, is_timezone, numeric_offset
from kelp.common.errors import KelpError

TimeFormatter = Callable[[int], str]
"""Turns nanoseconds since the epoch into text."""

_Piece = Callable[[time.struct_time, int], str]

_COMPOSITE = {
    "c": "%a %b %e %H:%M:%S %Y", "D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "r": "%I:%M:%S %p",
    "T": "%H:%M:%S", "v": "%e-%^b-%4Y", "X": "%H:%M:%S", "x": "%m/%d/%y", "+": "%a %b %e %H:%M:%S %Z %Y",
}  # fmt: skip


def build_time_formatter(
    *,
    time_type: str = "string",
    time_format: str | None = None,
    localtime: bool = True,
    utc: bool = False,
    timezone: str | None = None,
) -> TimeFormatter:
    """Build the formatter that Fluentd would build from the same options; ISO 8601 without a format."""
    if timezone is not None and not is_timezone(timezone):
        raise KelpError(f"cannot use timezone {timezone!r}: wanted +HH:MM, +HHMM, +HH or Region/City")
    if time_type == "unixtime":
        return lambda nanos: str(nanos // NANOS)
    if time_type == "float":
        return lambda nanos: f"{nanos // NANOS}.{nanos % NANOS:09d}"
    clock = _clock(timezone, localtime and not utc)
    if time_format is None or time_format == "%iso8601":
        zulu = timezone is None and (utc or not localtime)
        time_format = "%Y-%m-%dT%H:%M:%SZ" if zulu else "%Y-%m-%dT%H:%M:%S%:z"
    return _Formatter(time_format, clock)


def _clock(timezone: str | None, localtime: bool) -> Callable[[int], time.struct_time]:
    if timezone is None:
        return time.localtime if localtime else time.gmtime
    if timezone[0] in "+-":
        offset = numeric_offset(timezone)
        return lambda epoch: _shifted(epoch, offset, "")
    zone = ZoneInfo(timezone)

    def named(epoch: int) -> time.struct_time:
        offset = datetime.fromtimestamp(epoch, zone).utcoffset()
        # Ruby's Time with a bare offset has no zone name, which %Z shows as nothing
        return _shifted(epoch, int(offset.total_seconds()) if offset is not None else 0, "")

    return named


def _shifted(epoch: int, offset: int, name: str) -> time.struct_time:
    return time.struct_time((*time.gmtime(epoch + offset)[:9], name, offset))


class _Formatter:
    """A compiled format; the text of a second is kept, and only its fraction formatted anew."""

    __slots__ = ("_clock", "_parts", "_pieces", "_second", "_text")

    def __init__(self, format: str, clock: Callable[[int], time.struct_time]) -> None:
        self._clock = clock
        # runs of pieces that stay the same for a second, with the digits of the fraction between them
        self._parts: list[list[_Piece] | int] = []
        for piece in _compile(format):
            if isinstance(piece, int):
                self._parts.append(piece)
            elif self._parts and isinstance(self._parts[-1], list):
                self._parts[-1].append(piece)
            else:
                self._parts.append([piece])
        self._second: int | None = None
        self._text: list[str | int] = []

    def __call__(self, nanos: int) -> str:
        second, fraction = divmod(nanos, NANOS)
        if second != self._second:
            moment = self._clock(second)
            self._text = [
                part if isinstance(part, int) else "".join(piece(moment, second) for piece in part)
                for part in self._parts
            ]
            self._second = second
        text = self._text
        if len(text) == 1 and isinstance(text[0], str):
            return text[0]
        digits = f"{fraction:09d}"
        return "".join(t if isinstance(t, str) else (digits[:t].ljust(t, "0")) for t in text)


def _compile(format: str) -> list[_Piece | int]:
    out: list[_Piece | int] = []
    index = 0
    literal = ""
    while index < len(format):
        char = format[index]
        if char != "%":
            literal += char
            index += 1
            continue
        end = index + 1
        while end < len(format) and format[end] in "-0^#_:":
            end += 1
        flags = format[index + 1 : end]
        digits = end
        while end < len(format) and format[end].isdigit():
            end += 1
        width = int(format[digits:end]) if end > digits else None
        if end < len(format) and format[end] in "EO":
            end += 1
        if end == len(format):
            literal += format[index:]
            break
        pieces = _directive(format[end], flags, width)
        if pieces is None:
            literal += format[index : end + 1]
        else:
            out.append(_constant(literal))
            literal = ""
            out.extend(pieces)
        index = end + 1
    out.append(_constant(literal))
    return out


def _constant(text: str) -> _Piece:
    return lambda _moment, _second: text


def _directive(name: str, flags: str, width: int | None) -> list[_Piece | int] | None:
    if name in "NL":
        return [width or (9 if name == "N" else 3)]
    if name in _COMPOSITE:
        inner = _compile(_COMPOSITE[name])
        return [_padded(_joined(inner), flags, width, " ", 0)]
    if name == "z":
        return [_zone(flags, width)]
    if name in "nt%":
        return [_constant({"n": "\n", "t": "\t", "%": "%"}[name])]
    entry = _DIRECTIVES.get(name)
    if entry is None:
        return None
    function, pad, natural = entry
    return [_padded(function, flags, width, pad, natural)]


def _joined(pieces: list[_Piece | int]) -> _Piece:
    functions = [p for p in pieces if not isinstance(p, int)]
    return lambda moment, second: "".join(f(moment, second) for f in functions)


def _padded(function: _Piece, flags: str, width: int | None, pad: str, natural: int) -> _Piece:
    fill = pad
    size = natural if width is None else width
    for flag in flags:
        if flag == "-":
            size = 0
        elif flag == "0":
            fill = "0"
        elif flag == "_":
            fill = " "
    upper, swap = "^" in flags, "#" in flags

    def piece(moment: time.struct_time, second: int) -> str:
        text = function(moment, second)
        if upper or (swap and not text.isupper()):
            text = text.upper()
        elif swap:
            text = text.lower()
        if fill == "0" and text.startswith("-"):
            return "-" + text[1:].rjust(size - 1, "0")
        return text.rjust(size, fill)

    return piece


def _zone(flags: str, width: int | None) -> _Piece:
    colons = flags.count(":")

    def piece(moment: time.struct_time, _second: int) -> str:
        offset = moment.tm_gmtoff or 0
        sign = "-" if offset < 0 else "+"
        minutes, seconds = divmod(abs(offset), 60)
        hours, minutes = divmod(minutes, 60)
        rest = {0: f"{minutes:02d}", 1: f":{minutes:02d}"}.get(colons, f":{minutes:02d}:{seconds:02d}")
        text = f"{hours:02d}{rest}"
        return sign + text.rjust((width or 0) - 1, "0")

    return piece


def _week(moment: time.struct_time, first: int) -> str:
    """Week of the year from 0, weeks beginning on Sunday (first=0) or Monday (first=1)."""
    weekday = (moment.tm_wday + 1 - first) % 7
    return str((moment.tm_yday - 1 + 7 - weekday) // 7)


def _iso(moment: time.struct_time) -> tuple[int, int, int]:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday).isocalendar()


_DIRECTIVES: dict[str, tuple[_Piece, str, int]] = {
    "Y": (lambda m, s: str(m.tm_year), "0", 4),
    "C": (lambda m, s: str(m.tm_year // 100), "0", 2),
    "y": (lambda m, s: str(m.tm_year % 100), "0", 2),
    "m": (lambda m, s: str(m.tm_mon), "0", 2),
    "B": (lambda m, s: MONTHS[m.tm_mon - 1], " ", 0),
    "b": (lambda m, s: MONTHS[m.tm_mon - 1][:3], " ", 0),
    "h": (lambda m, s: MONTHS[m.tm_mon - 1][:3], " ", 0),
    "d": (lambda m, s: str(m.tm_mday), "0", 2),
    "e": (lambda m, s: str(m.tm_mday), " ", 2),
    "j": (lambda m, s: str(m.tm_yday), "0", 3),
    "H": (lambda m, s: str(m.tm_hour), "0", 2),
    "k": (lambda m, s: str(m.tm_hour), " ", 2),
    "I": (lambda m, s: str((m.tm_hour + 11) % 12 + 1), "0", 2),
    "l": (lambda m, s: str((m.tm_hour + 11) % 12 + 1), " ", 2),
    "P": (lambda m, s: "pm" if m.tm_hour >= 12 else "am", " ", 0),
    "p": (lambda m, s: "PM" if m.tm_hour >= 12 else "AM", " ", 0),
    "M": (lambda m, s: str(m.tm_min), "0", 2),
    "S": (lambda m, s: str(m.tm_sec), "0", 2),
    "Z": (lambda m, s: {"GMT": "UTC"}.get(m.tm_zone or "", m.tm_zone or ""), " ", 0),
    "A": (lambda m, s: DAYS[(m.tm_wday + 1) % 7], " ", 0),
    "a": (lambda m, s: DAYS[(m.tm_wday + 1) % 7][:3], " ", 0),
    "u": (lambda m, s: str(m.tm_wday + 1), "0", 1),
    "w": (lambda m, s: str((m.tm_wday + 1) % 7), "0", 1),
    "G": (lambda m, s: str(_iso(m)[0]), "0", 4),
    "g": (lambda m, s: str(_iso(m)[0] % 100), "0", 2),
    "V": (lambda m, s: str(_iso(m)[1]), "0", 2),
    "U": (lambda m, s: _week(m, 0), "0", 2),
    "W": (lambda m, s: _week(m, 1), "0", 2),
    "s": (lambda m, s: str(s), "0", 0),
}
