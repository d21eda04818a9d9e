"""Methods of Time."""

import re
from fractions import Fraction
from typing import Any

from kelp.agent.ruby.methods import Method, Table, call_method, plain
from kelp.agent.ruby.methods_number import INTEGER
from kelp.agent.ruby.operators import add, compare, equal, subtract
from kelp.agent.ruby.values import NANOS, EventMoment, RubyError, RubyTime


def _iso8601(time: RubyTime, digits: int = 0) -> str:
    fraction = f".%{digits}N" if digits else ""
    return time.strftime("%Y-%m-%dT%H:%M:%S" + fraction + ("Z" if time.zone == "UTC" else "%:z"))


def zone_of(offset: Any) -> str | None:
    """A zone as `localtime` and `Time.new` take it: "+09:00", "UTC", "Z" or seconds."""
    if isinstance(offset, int):
        sign, size = ("-" if offset < 0 else "+"), abs(offset)
        return f"{sign}{size // 3600:02d}:{size % 3600 // 60:02d}"
    if offset in ("UTC", "Z", "-00:00"):
        return "UTC"
    if offset is not None and not (isinstance(offset, str) and re.fullmatch(r"[+-]\d\d:\d\d", offset)):
        raise RubyError('invalid offset: "+HH:MM", "-HH:MM" or "UTC" expected for utc_offset')
    return None if offset is None else str(offset)


def _local(time: RubyTime, offset: Any = None) -> RubyTime:
    return RubyTime(time.nanos, zone_of(offset))


def _in_zone(zone: str | None = None) -> Any:
    """`utc` and `localtime` change the time itself."""

    def change(time: RubyTime, offset: Any = None) -> RubyTime:
        time.zone = zone or zone_of(offset)
        return time

    return change


def _offset(time: RubyTime) -> int:
    offset = time.moment().utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _round(time: RubyTime, digits: int = 0) -> RubyTime:
    unit = 10 ** (9 - digits)
    return RubyTime((time.nanos + unit // 2) // unit * unit, time.zone)


_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def _weekday(number: int) -> Method:
    return plain(lambda t: int(t.strftime("%w")) == number)


def _fields(time: RubyTime) -> list[Any]:
    numbers = [int(time.strftime(form)) for form in ("%S", "%M", "%H", "%d", "%m", "%Y", "%w", "%j")]
    return [*numbers, False, time.strftime("%Z")]


def _part(form: str) -> Any:
    return plain(lambda t: int(t.strftime(form)))


TIME: Table = {
    "strftime": plain(lambda t, form: t.strftime(form), 1),
    "to_i": plain(lambda t: t.nanos // NANOS),
    "tv_sec": plain(lambda t: t.nanos // NANOS),
    # Not the nearest double: Ruby divides two doubles.
    "to_f": plain(lambda t: float(t.nanos) / NANOS),
    "to_r": plain(lambda t: Fraction(t.nanos, NANOS)),
    "+": plain(add, 1),
    "-": plain(subtract, 1),
    "tv_usec": plain(lambda t: t.nanos % NANOS // 1000),
    "tv_nsec": plain(lambda t: t.nanos % NANOS),
    "subsec": plain(lambda t: Fraction(t.nanos % NANOS, NANOS)),
    "usec": plain(lambda t: t.nanos % NANOS // 1000),
    "nsec": plain(lambda t: t.nanos % NANOS),
    "utc": plain(_in_zone("UTC")),
    "getutc": plain(lambda t: RubyTime(t.nanos, "UTC")),
    "gmtime": plain(_in_zone("UTC")),
    "getgm": plain(lambda t: RubyTime(t.nanos, "UTC")),
    "localtime": plain(_in_zone(), 0, 1),
    "getlocal": plain(_local, 0, 1),
    "to_time": plain(lambda t: t),
    "dup": plain(lambda t: RubyTime(t.nanos, t.zone)),
    "clone": plain(lambda t: RubyTime(t.nanos, t.zone)),
    "ctime": plain(lambda t: t.strftime("%a %b %e %H:%M:%S %Y")),
    "asctime": plain(lambda t: t.strftime("%a %b %e %H:%M:%S %Y")),
    "httpdate": plain(lambda t: RubyTime(t.nanos, "UTC").strftime("%a, %d %b %Y %H:%M:%S GMT")),
    "rfc2822": plain(lambda t: t.strftime("%a, %d %b %Y %H:%M:%S " + ("-0000" if t.zone == "UTC" else "%z"))),
    "to_a": plain(_fields),
    "between?": plain(lambda t, low, high: compare(low, t) <= 0 <= compare(high, t), 2),
    "iso8601": plain(_iso8601, 0, 1),
    "xmlschema": plain(_iso8601, 0, 1),
    "utc?": plain(lambda t: t.zone == "UTC"),
    "utc_offset": plain(_offset),
    "gmt_offset": plain(_offset),
    "zone": plain(lambda t: t.strftime("%Z") or None),
    "year": _part("%Y"),
    "month": _part("%m"),
    "mon": _part("%m"),
    "day": _part("%d"),
    "mday": _part("%d"),
    "hour": _part("%H"),
    "min": _part("%M"),
    "sec": _part("%S"),
    "wday": _part("%w"),
    "yday": _part("%j"),
    "round": plain(_round, 0, 1),
    "floor": plain(lambda t, digits=0: RubyTime(t.nanos - t.nanos % 10 ** (9 - digits), t.zone), 0, 1),
    **{f"{day.lower()}?": _weekday(at) for at, day in enumerate(_DAYS)},
}


def _of_seconds(name: str) -> Method:
    """What an event's time does not know itself, its seconds do."""
    return lambda moment, args, block: call_method(moment.seconds, name, args, block)


MOMENT: Table = {name: _of_seconds(name) for name in INTEGER} | {
    "sec": plain(lambda m: m.seconds),
    "to_int": plain(lambda m: m.seconds),
    "to_i": plain(lambda m: m.seconds),
    "nsec": plain(lambda m: m.nanos % NANOS),
    "to_f": plain(lambda m: m.seconds + m.nanos % NANOS / 1_000_000_000.0),
    "to_r": plain(lambda m: Fraction(m.nanos, NANOS)),
    "to_s": plain(lambda m: str(m.seconds)),
    "to_json": plain(lambda m: str(m.seconds)),
    "to_time": plain(lambda m: RubyTime(m.nanos)),
    "==": plain(
        lambda m, other: (
            equal(m.nanos, other.nanos) if isinstance(other, EventMoment) else equal(m.seconds, other)
        ),
        1,
    ),
}
