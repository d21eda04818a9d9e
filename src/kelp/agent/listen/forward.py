"""The forward protocol: messages on a connection, and the events in them.

https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5
"""

import gzip
import io
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgpack
import orjson

from kelp.agent import zstd
from kelp.agent.event import Batch
from kelp.agent.event_time import nanoseconds, read_extension
from kelp.agent.listen.tcp import Connection
from kelp.common.errors import KelpError
from kelp.common.log import Log

_NANOS = 1_000_000_000
_NO_TIME = ""
_MOST_UNPACKED = 1 << 30
DECOMPRESSION_LIMIT = 256 << 20
Pack = Callable[[Any], bytes]


class EventReader:
    """Reads the events of messages in any mode; those that are none are left out, with a warning."""

    def __init__(self, log: Log, decompression_limit: int = DECOMPRESSION_LIMIT) -> None:
        self._log = log
        self._limit = decompression_limit

    def read(self, message: list[Any], address: str) -> tuple[Batch, Any]:
        """The events of a message (tag, entries, …), and its options. Raises KelpError and ValueError."""
        entries = message[1]
        if isinstance(entries, bytes | str):
            options = at(message, 2) or {}
            data = entries if isinstance(entries, bytes) else entries.encode("utf-8", "surrogateescape")
            compressed = options.get("compressed")
            if compressed and compressed != "text":
                data = self._decompress(data, str(compressed))
            unpacker = _unpacker()
            unpacker.feed(data)
            return self._batch(unpacker, address), options
        if isinstance(entries, list):
            return self._batch(entries, address), at(message, 2)
        return self._batch([[entries, at(message, 2)]], address), at(message, 3)

    def _decompress(self, data: bytes, kind: str) -> bytes:
        if kind not in ("gzip", "zstd"):
            raise KelpError(f"cannot decompress {kind!r}: only gzip and zstd are known")
        packed = io.BytesIO(data)
        try:
            # chunks may be several gzip members or zstd frames in a row
            with gzip.open(packed) if kind == "gzip" else zstd.open(packed) as stream:
                out = stream.read(self._limit + 1)
        except (OSError, EOFError, zlib.error, zstd.ZstdError) as error:
            raise KelpError(f"cannot decompress: {error}") from error
        if len(out) > self._limit:
            raise KelpError("cannot decompress: it is larger than decompression_size_limit")
        return out

    def _batch(self, entries: Iterable[Any], address: str) -> Batch:
        batch = Batch()
        now = time.time_ns()
        for entry in entries:
            try:
                when, record = entry[0], entry[1]
            except (TypeError, IndexError, KeyError):
                when, record = _NO_TIME, None
            if type(when) is list and when:  # with the metadata of OpenTelemetry's senders
                when = when[0]
            nanos = now if when is None else nanoseconds(when)
            if nanos is None or type(record) is not dict:
                self._log.warning("invalid event: left out", address=address, event=repr(entry)[:200])
                continue
            batch.times.append(nanos if abs(nanos) >= _NANOS else now)
            batch.records.append(record)
        return batch


def read_messages(connection: Connection) -> Iterator[tuple[Any, int, Pack]]:
    """Each message, the bytes received for it, and how to answer: as MessagePack, or JSON where it begins so."""
    blocks = connection.blocks()
    first = next(blocks, b"")
    if first[:1] in (b"{", b"["):
        yield from _json_messages(first, blocks)
        return
    unpacker = _unpacker()
    size = 0
    block: bytes | None = first
    while block:
        unpacker.feed(block)
        size += len(block)
        for message in unpacker:
            yield message, size, pack
            size = 0
        block = next(blocks, None)


def _json_messages(first: bytes, blocks: Iterator[bytes]) -> Iterator[tuple[Any, int, Pack]]:
    decoder = json.JSONDecoder()
    text = ""
    block: bytes | None = first
    data = b""
    while block:
        data += block
        try:
            text, data = text + data.decode(), b""
        except UnicodeDecodeError:
            block = next(blocks, None)
            continue
        while text := text.lstrip():
            try:
                value, end = decoder.raw_decode(text)
            except ValueError:
                break  # the rest is still to come
            text = text[end:]
            yield value, end, orjson.dumps
        block = next(blocks, None)


def _unpacker() -> Any:
    # bytes in text: old senders put packed events and salts there, and logs may be in any encoding
    return msgpack.Unpacker(
        raw=False, unicode_errors="surrogateescape", strict_map_key=False, max_buffer_size=_MOST_UNPACKED,
        ext_hook=read_extension,
    )  # fmt: skip


def pack(value: Any) -> bytes:
    """MessagePack."""
    return bytes(msgpack.packb(value, unicode_errors="surrogateescape"))


def tag_of(message: list[Any]) -> str:
    """The tag of a message; without one it is empty."""
    return "" if message[0] is None else as_text(message[0])


def as_text(value: Any) -> str:
    """A value that senders write as text or as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def at(message: list[Any], index: int) -> Any:
    """An item of a message, None where it is too short."""
    return message[index] if len(message) > index else None
