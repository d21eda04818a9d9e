"""A chunk: formatted events that are flushed together."""

import gzip
import os
import struct
import time
import zlib
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kelp.agent import zstd
from kelp.agent.buffer.metadata import Metadata


class Frame(NamedTuple):
    """One appended batch: `data` holds `records` formatted records; `origin` tells where they came from."""

    data: bytes
    records: int
    origin: bytes = b""


def encode_origin(tag: str, times: list[int]) -> bytes:
    """Pack the tag and the times (ns) of a frame's records, so that they can be told apart later."""
    return tag.encode("utf-8", "surrogateescape") + b"\0" + array("q", times).tobytes()


def decode_origin(origin: bytes) -> tuple[str, list[int]]:
    """The inverse of `encode_origin`; an empty origin gives an empty tag and no times."""
    tag, _, packed = origin.partition(b"\0")
    times = array("q")
    times.frombytes(packed)
    return tag.decode("utf-8", "surrogateescape"), times.tolist()


def encode_events(tag: str, events: list[bytes]) -> bytes:
    """Pack the tag and the events (MessagePack) of a frame's records."""
    return tag.encode("utf-8", "surrogateescape") + b"\0" + b"".join(events)


def decode_events(origin: bytes) -> tuple[str, bytes]:
    """The inverse of `encode_events`."""
    tag, _, events = origin.partition(b"\0")
    return tag.decode("utf-8", "surrogateescape"), events


def new_chunk_id() -> str:
    """32 hex digits that sort by time of creation."""
    microseconds = time.time_ns() // 1000
    low = int.from_bytes(os.urandom(10), "big")
    return struct.pack(">QQ", (microseconds << 12) | (low >> 64 & 0xFFF), low & 0xFFFFFFFFFFFFFFFF).hex()


def compress(data: bytes, method: str, level: int | None = None) -> bytes:
    """Pack `data` as `method` (text, gzip, zstd) says; what is packed in pieces may be joined."""
    if method == "gzip":
        return gzip.compress(data, 6 if level is None else level, mtime=0)
    return zstd.compress(data, level) if method == "zstd" else data


def decompress(data: bytes, method: str) -> bytes:
    """The inverse of `compress`."""
    if method == "gzip":
        return gzip.decompress(data)
    return zstd.decompress(data) if method == "zstd" else data


class Chunk(ABC):
    """Frames with the same metadata. Not thread-safe: the buffer's lock guards it until it is dequeued."""

    def __init__(self, metadata: Metadata, chunk_id: str, created: float, compression: str) -> None:
        self.metadata = metadata
        self.id = chunk_id
        self.created = created
        self.compression = compression
        self.size = 0
        self.records = 0
        # Age is measured on the steady clock, so that a jump of the wall clock neither hurries nor holds a flush.
        self.born = time.monotonic() - max(0.0, time.time() - created)
        self.done = 0  # frames that the sink has already taken, see `remaining`

    def append(self, frame: Frame) -> None:
        """Add one batch, all or nothing. Raises BufferFull."""
        stored = frame._replace(data=compress(frame.data, self.compression))
        self._store(stored)
        self.size += len(stored.data)
        self.records += frame.records

    @abstractmethod
    def _store(self, frame: Frame) -> None: ...

    @abstractmethod
    def stored_frames(self) -> Iterator[Frame]:
        """The frames with their data as kept (packed if the chunk is compressed)."""

    @abstractmethod
    def mark(self) -> tuple[int, int, int]:
        """A point to roll back to."""

    @abstractmethod
    def rollback(self, mark: tuple[int, int, int]) -> None:
        """Forget everything appended since `mark`."""

    @abstractmethod
    def seal(self) -> None:
        """No more appends: the chunk is queued."""

    @abstractmethod
    def replace(self, frames: Iterable[Frame]) -> None:
        """Keep only `frames` (not packed): the rest has been delivered."""

    @abstractmethod
    def purge(self) -> None:
        """Delete the chunk: it has been delivered."""

    @abstractmethod
    def close(self) -> None:
        """Release what the chunk holds open; a file chunk stays for the next start."""

    def frames(self) -> Iterator[Frame]:
        """The frames as they were appended."""
        for frame in self.stored_frames():
            if self.compression == "text":
                yield frame
            else:
                yield frame._replace(data=decompress(frame.data, self.compression))

    def remaining(self) -> Iterator[Frame]:
        """The frames not yet marked as taken by `done`."""
        for number, frame in enumerate(self.frames()):
            if number >= self.done:
                yield frame

    def read(self) -> bytes:
        """All data of the chunk in one piece."""
        return b"".join(frame.data for frame in self.frames())

    def read_stored(self) -> bytes:
        """All data as kept: for a compressed chunk, a valid stream of several gzip members or zstd frames."""
        return b"".join(frame.data for frame in self.stored_frames())


class MemoryChunk(Chunk):
    """A chunk that lives in memory and dies with the process."""

    def __init__(self, metadata: Metadata, compression: str = "text") -> None:
        super().__init__(metadata, new_chunk_id(), time.time(), compression)
        self._frames: list[Frame] = []

    def _store(self, frame: Frame) -> None:
        self._frames.append(frame)

    def stored_frames(self) -> Iterator[Frame]:
        return iter(self._frames)

    def mark(self) -> tuple[int, int, int]:
        return len(self._frames), self.size, self.records

    def rollback(self, mark: tuple[int, int, int]) -> None:
        count, self.size, self.records = mark
        del self._frames[count:]

    def seal(self) -> None:
        """Nothing to do in memory."""

    def replace(self, frames: Iterable[Frame]) -> None:
        self._frames = [f._replace(data=compress(f.data, self.compression)) for f in frames]
        self.size = sum(len(f.data) for f in self._frames)
        self.records = sum(f.records for f in self._frames)
        self.done = 0

    def purge(self) -> None:
        self._frames = []

    def close(self) -> None:
        """Nothing is held open."""


def checksum(*parts: bytes) -> int:
    """CRC-32 over the joined parts."""
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value
