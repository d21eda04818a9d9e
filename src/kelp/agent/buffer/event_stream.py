"""Events as MessagePack, one after the other: what Fluentd keeps in chunks and sends in forward messages."""

import struct
from typing import Any

import msgpack

from kelp.agent.event import Batch
from kelp.agent.event_time import nanoseconds, read_extension

_NANOS = 1_000_000_000
_EVENT = struct.Struct(">3sII")
_EVENT_START = b"\x92\xd7\x00"  # an array of two, an extension of eight bytes of type 0


def pack_events(batch: Batch, integer_times: bool = False) -> list[bytes]:
    """Each event as a MessagePack pair of time and record."""
    pack = msgpack.Packer(unicode_errors="surrogateescape").pack
    out = []
    for time, record in zip(batch.times, batch.records, strict=True):
        if integer_times:
            start = b"\x92" + pack(time // _NANOS)
        else:
            start = _EVENT.pack(_EVENT_START, time // _NANOS & 0xFFFFFFFF, time % _NANOS)
        try:
            out.append(start + pack(record))
        except (OverflowError, TypeError):
            out.append(start + pack(_packable(record)))
    return out


def _packable(value: Any) -> Any:
    """Integers beyond 64 bits and foreign values as text."""
    if isinstance(value, dict):
        return {_packable(key): _packable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packable(item) for item in value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        return str(value)
    return value if value is None or isinstance(value, str | bytes | int | float) else str(value)


def read_events(data: bytes) -> tuple[Batch, int]:
    """The events of a MessagePack event stream, and how many bytes at its end are none."""
    unpacker = msgpack.Unpacker(
        raw=False, unicode_errors="surrogateescape", strict_map_key=False, max_buffer_size=len(data) or 1,
        ext_hook=read_extension,
    )  # fmt: skip
    unpacker.feed(data)
    batch = Batch()
    end = 0
    try:
        for event in unpacker:
            time, record = event
            nanos = nanoseconds(time)
            if nanos is None:
                raise TypeError(f"no time: {time!r}")
            batch.append(nanos, record)
            end = unpacker.tell()
    except (ValueError, TypeError, msgpack.UnpackException):
        return batch, len(data) - end
    return batch, len(data) - end
