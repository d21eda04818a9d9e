"""Events as MessagePack, one after the other: what Fluentd keeps in chunks and sends in forward messages."""

import struct
from collections.abc import Callable
from typing import Any

import msgpack

from kelp.agent.event import Batch
from kelp.agent.event_time import nanoseconds, read_extension

_NANOS = 1_000_000_000
_EVENT = struct.Struct(">3sII")
_EVENT_START = b"\x92\xd7\x00"  # an array of two, an extension of eight bytes of type 0


def packer() -> Callable[[Any], bytes]:
    """A function that packs one value; integers beyond 64 bits and foreign values become text."""
    pack: Callable[[Any], bytes] = msgpack.Packer(unicode_errors="surrogateescape", default=str).pack
    return pack


def pack_events(batch: Batch, integer_times: bool = False) -> list[bytes]:
    """Each event as a MessagePack pair of time and record."""
    pack = packer()
    out = []
    for time, record in zip(batch.times, batch.records, strict=True):
        if integer_times:
            start = b"\x92" + pack(time // _NANOS)
        else:
            start = _EVENT.pack(_EVENT_START, time // _NANOS & 0xFFFFFFFF, time % _NANOS)
        out.append(start + pack(record))
    return out


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
