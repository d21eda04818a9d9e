"""Methods of Time."""

import re
from typing import Any

from kelp.agent.ruby.methods import Table, plain
from kelp.agent.ruby.values import NANOS, RubyError, RubyTime


def _iso8601(time: RubyTime, digits: int = 0) -> str:
    fraction = f".%{digits}N" if digits else ""
    return time.strftime("%Y-%m-%dT%H:%M:%S" + fraction + ("Z" if time.zone == "UTC" else "%:z"))


def _local(time: RubyTime, offset: str | None = None) -> RubyTime:
    if offset is not None and not re.fullmatch(r"[+-]\d\d:\d\d", offset):
        if offset == "UTC":
            return RubyTime(time.nanos, "UTC")
        raise RubyError('"+HH:MM", "-HH:MM" or "UTC" expected for utc_offset')
    return RubyTime(time.nanos, offset)


def _offset(time: RubyTime) -> int:
    offset = time.moment().utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _round(time: RubyTime, digits: int = 0) -> RubyTime:
    unit = 10 ** (9 - digits)
    return RubyTime((time.nanos + unit // 2) // unit * unit, time.zone)


def _part(form: str) -> Any:
    return plain(lambda t: int(t.strftime(form)))


TIME: Table = {
    "strftime": plain(lambda t, form: t.strftime(form), 1),
    "to_i": plain(lambda t: t.nanos // NANOS),
    "tv_sec": plain(lambda t: t.nanos // NANOS),
    "to_f": plain(lambda t: t.nanos / NANOS),
    "to_r": plain(lambda t: t.nanos / NANOS),
    "usec": plain(lambda t: t.nanos % NANOS // 1000),
    "nsec": plain(lambda t: t.nanos % NANOS),
    "utc": plain(lambda t: RubyTime(t.nanos, "UTC")),
    "getutc": plain(lambda t: RubyTime(t.nanos, "UTC")),
    "gmtime": plain(lambda t: RubyTime(t.nanos, "UTC")),
    "getgm": plain(lambda t: RubyTime(t.nanos, "UTC")),
    "localtime": plain(_local, 0, 1),
    "getlocal": plain(_local, 0, 1),
    "to_time": plain(lambda t: t),
    "iso8601": plain(_iso8601, 0, 1),
    "xmlschema": plain(_iso8601, 0, 1),
    "rfc3339": plain(_iso8601, 0, 1),
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
}
