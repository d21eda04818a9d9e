"""Time and DateTime."""

import math
import re
import time
from datetime import datetime
from fractions import Fraction
from typing import Any

from kelp.agent.ruby.methods_time import zone_of
from kelp.agent.ruby.modules_text import Function, of
from kelp.agent.ruby.text import text_of, to_s
from kelp.agent.ruby.values import (
    NANOS,
    EventMoment,
    RubyError,
    RubyTime,
    Symbol,
    class_name,
    is_number,
    tzinfo_of,
)
from kelp.agent.timefmt import TimeParseError, build_time_parser

_UNITS = {"millisecond": 10**6, "usec": 1000, "microsecond": 1000, "nsec": 1, "nanosecond": 1}
_ZONE = re.compile(r"(?:(Z|UTC|GMT)|([+-]\d\d):?(\d\d))\s*\Z")


def _at(value: Any, *more: Any) -> RubyTime:
    zone = None
    if more and isinstance(more[-1], dict):
        zone = zone_of(more[-1].get(Symbol("in")))
        more = more[:-1]
    if isinstance(value, RubyTime | EventMoment):
        return RubyTime(value.nanos, zone or getattr(value, "zone", None))
    if not is_number(value) or (isinstance(value, float) and not math.isfinite(value)):
        kind = "nil" if value is None else class_name(value)
        raise RubyError(f"can't convert {kind} into an exact number")
    extra = Fraction(0)
    if more:
        unit = to_s(more[1]) if len(more) > 1 else "usec"
        if unit not in _UNITS:
            raise RubyError(f"invalid unit: unexpected unit: {unit}")
        extra = Fraction(more[0]) * _UNITS[unit]
    return RubyTime(math.floor(Fraction(value) * NANOS + extra), zone)


def _parsed(text: Any, form: str | None = None) -> RubyTime:
    """The zone a text names is the zone of the time."""
    text = text_of(text)
    try:
        nanos = build_time_parser(time_format=form)(text)
    except TimeParseError as error:
        raise RubyError(f"invalid time: {error}") from None
    found = _ZONE.search(text)
    if found is None or (form is not None and not re.search(r"%:*z|%Z", form)):
        return RubyTime(nanos)
    return RubyTime(nanos, "UTC" if found[1] else f"{found[2]}:{found[3]}")


def _iso8601(text: Any) -> RubyTime:
    if not re.fullmatch(
        r"\s*[+-]?\d{4,}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?\s*", text_of(text)
    ):
        raise RubyError(f"invalid xmlschema date: {text!r}", "ArgumentError")
    return _parsed(text)


def _made(zone: str | None, *parts: Any) -> RubyTime:
    """`Time.utc(2024, 5, 6, 7, 8, 9)`."""
    if parts and isinstance(parts[-1], dict):
        zone = zone_of(parts[-1].get(Symbol("in")))
        parts = parts[:-1]
    if len(parts) == 7:
        zone = zone_of(parts[6])
        parts = parts[:6]
    year, month, day, hour, minute, second = [int(one) for one in parts] + [0, 1, 1, 0, 0, 0][len(parts) :]
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=tzinfo_of(zone))
    except ValueError:
        raise RubyError("argument out of range") from None
    return RubyTime(int(moment.timestamp()) * NANOS, zone)


def _now(options: Any = None) -> RubyTime:
    zone = zone_of(options.get(Symbol("in"))) if isinstance(options, dict) else None
    return RubyTime(time.time_ns(), zone)


def _new(*parts: Any) -> RubyTime:
    return _made(None, *parts) if parts and not isinstance(parts[0], dict) else _now(*parts)


_UTC: Function = of(lambda *parts: _made("UTC", *parts), 1, 6)
_LOCAL: Function = of(lambda *parts: _made(None, *parts), 1, 6)
TIME_MODULES: dict[str, dict[str, Function]] = {
    "Time": {
        "now": of(_now, 0, 1),
        "at": of(_at, 1, 4),
        "parse": of(_parsed, 1),
        "iso8601": of(_iso8601, 1),
        "xmlschema": of(_iso8601, 1),
        "strptime": of(_parsed, 2),
        "new": of(_new, 0, 8),
        "utc": _UTC,
        "gm": _UTC,
        "local": _LOCAL,
        "mktime": _LOCAL,
    },
    "Fluent::EventTime": {"now": of(lambda: EventMoment(time.time_ns())), "from_time": of(lambda t: EventMoment(t.nanos), 1)},
    "Fluent::Engine": {"now": of(lambda: EventMoment(time.time_ns()))},
}  # fmt: skip
