"""Times in MessagePack: extension 0 holds seconds and nanoseconds.

https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5#eventtime-ext-format
"""

from typing import Any

import msgpack

_NANOS = 1_000_000_000


class EventTime(int):
    """A time with nanoseconds; where it is a field of a record, it counts as its seconds, as in Fluentd."""

    nanoseconds: int

    def __new__(cls, seconds: int, fraction: int) -> "EventTime":
        """`fraction` is in nanoseconds."""
        time = super().__new__(cls, seconds)
        time.nanoseconds = seconds * _NANOS + fraction
        return time


def read_extension(code: int, data: bytes) -> Any:
    """An extension value: the `ext_hook` of unpackers."""
    if code == 0 and len(data) == 8:
        return EventTime(int.from_bytes(data[:4]), int.from_bytes(data[4:]))
    return msgpack.ExtType(code, data)


def nanoseconds(value: Any) -> int | None:
    """A time of an event in nanoseconds; None for what is none."""
    if type(value) is int:
        return value * _NANOS
    if type(value) is EventTime:
        return value.nanoseconds
    if type(value) is float and value - value == 0:
        numerator, denominator = value.as_integer_ratio()
        return numerator * _NANOS // denominator
    return None
