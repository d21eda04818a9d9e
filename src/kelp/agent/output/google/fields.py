"""Fields of a record that become fields of a log entry: severity, time, httpRequest…

https://cloud.google.com/logging/docs/agent/logging/configuration#special-fields
"""

import re
import time as clock
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from kelp.agent.event import Record
from kelp.agent.ruby.numbers import to_i
from kelp.agent.ruby.text import to_s
from kelp.agent.timefmt import TimeParseError, build_time_parser

_SEVERITIES = {"DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"}
_OTHER_SEVERITIES = {
    "WARN": "WARNING", "FATAL": "CRITICAL", "TRACE": "DEBUG", "TRACE_INT": "DEBUG", "FINE": "DEBUG",
    "FINER": "DEBUG", "FINEST": "DEBUG", "SEVERE": "ERROR", "CONFIG": "DEBUG", "CRIT": "CRITICAL",
    "EMERG": "EMERGENCY", "D": "DEBUG", "I": "INFO", "N": "NOTICE", "W": "WARNING", "E": "ERROR", "C": "CRITICAL",
    "A": "ALERT", "INFORMATION": "INFO", "ERR": "ERROR", "F": "CRITICAL",
}  # fmt: skip
_LATENCY = re.compile(r"\s*(\d+)(\.\d+)?\s*s\s*")
_NANOS = 1_000_000_000
_DAY = 86400 * _NANOS
_parse_iso = build_time_parser(time_format="%iso8601")


def severity(value: Any) -> str | int:
    """A severity of the API: its name, or a multiple of 100."""
    text = to_s(value).upper().strip()
    if text in _SEVERITIES:
        return text
    if text.isascii() and text.isdigit():
        return min(int(text) // 100 * 100, 800)
    return _OTHER_SEVERITIES.get(text, "DEFAULT")


def take_time(record: Record, time_ns: int) -> int | None:
    """The time of an event in nanoseconds, its fields cut out of the record; None where they hold none."""
    stamp = record.get("timestamp")
    if isinstance(stamp, dict) and "seconds" in stamp and "nanos" in stamp:
        del record["timestamp"]
        return _nanoseconds(stamp["seconds"], stamp["nanos"])
    if "timestampSeconds" in record and "timestampNanos" in record:
        return _nanoseconds(record.pop("timestampSeconds"), record.pop("timestampNanos"))
    if isinstance(record.get("timeNanos"), int | float):
        return int(record.pop("timeNanos"))
    if "time" in record:
        try:
            return _parse_iso(record.pop("time"))
        except TimeParseError:
            return time_ns
    return time_ns


def _nanoseconds(seconds: Any, nanos: Any) -> int | None:
    try:
        return int(seconds) * _NANOS + int(nanos)
    except (TypeError, ValueError):
        return None


def adjust_time(time_ns: int) -> int | None:
    """More than a day ahead: a year back if within this year (a log without years), else unknown."""
    now = clock.time_ns()
    if time_ns < now + _DAY:
        return time_ns
    year = datetime.fromtimestamp(now / _NANOS, UTC).year
    when = datetime.fromtimestamp(time_ns // _NANOS, UTC)
    if when.year > year:
        return None
    back = when.replace(year=year - 1, day=28 if (when.month, when.day) == (2, 29) else when.day)
    return int(back.timestamp()) * _NANOS + time_ns % _NANOS


def rfc3339(time_ns: int) -> str:
    """A time as the API writes it."""
    seconds, nanos = divmod(time_ns, _NANOS)
    return f"{clock.strftime('%Y-%m-%dT%H:%M:%S', clock.gmtime(seconds))}.{nanos:09d}Z"


def to_boolean(value: Any) -> bool:
    """What the API's boolean fields take for true."""
    return value is True or value == "true" or value == 1


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else to_i(to_s(value))


def _latency(value: Any) -> str | None:
    match = _LATENCY.fullmatch(to_s(value))
    if match is None:
        return None
    return f"{match[1]}.{round(float(match[2] or 0) * _NANOS):09d}s"


_HTTP: dict[str, Callable[[Any], Any]] = {
    "cacheFillBytes": _integer, "cacheHit": to_boolean, "cacheLookup": to_boolean,
    "cacheValidatedWithOriginServer": to_boolean, "latency": _latency, "protocol": to_s, "referer": to_s,
    "remoteIp": to_s, "responseSize": _integer, "requestMethod": to_s, "requestSize": _integer, "requestUrl": to_s,
    "serverIp": to_s, "status": _integer, "userAgent": to_s,
}  # fmt: skip
_OPERATION: dict[str, Callable[[Any], Any]] = {
    "id": to_s, "producer": to_s, "first": to_boolean, "last": to_boolean,
}  # fmt: skip
_PLACE: dict[str, Callable[[Any], Any]] = {"file": to_s, "function": to_s, "line": _integer}
# Fields of an entry that are objects, and what their members hold.
OBJECTS = {"httpRequest": _HTTP, "operation": _OPERATION, "sourceLocation": _PLACE}


def take_object(record: Record, key: str, members: dict[str, Callable[[Any], Any]]) -> dict[str, Any] | None:
    """The known members of the object at `key`, cut out of the record; members that are not known stay there."""
    found = record.get(key)
    if found is None:
        record.pop(key, None)
    if not isinstance(found, dict):
        return None
    rest = dict(found)
    out = {}
    for name, cast in members.items():
        value = rest.pop(name, None)
        if value is not None and (value := cast(value)) is not None:
            out[name] = value
    if rest:
        record[key] = rest
    else:
        del record[key]
    return out
