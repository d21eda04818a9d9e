"""The form of chunk files.

A file is a header and frames. The header is `KELPBUF1`, the length and CRC-32 of a JSON object, and that object
(id, metadata, time of creation, compression). A frame is a fixed part (magic, lengths of data and origin, number of
records, CRC-32 of all of them), the origin and the data, written by one system call: a frame whose checksum fits has
been committed, anything else at the end of the file was never acknowledged to anyone and is cut off.
The name tells the state as Fluentd's do: `PREFIX.b<id>SUFFIX` is staged, `PREFIX.q<id>SUFFIX` queued.
"""

import json
import mmap
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from kelp.agent.buffer.chunk import Frame, checksum
from kelp.agent.buffer.errors import ChunkDamaged
from kelp.agent.buffer.metadata import Metadata

MAGIC = b"KELPBUF1"
FRAME_MAGIC = b"\xf5KF\x1a"
_HEADER = struct.Struct(">II")
_FRAME = struct.Struct(">4sIIII")
_FRAME_FIELDS = struct.Struct(">III")


class ChunkPath(NamedTuple):
    """Where the chunk files of one buffer lie: `prefix` ends with the part before `b<id>`."""

    directory: str
    prefix: str
    suffix: str

    def of(self, state: str, chunk_id: str) -> str:
        """The path of a chunk in `state` (b or q)."""
        return os.path.join(self.directory, f"{self.prefix}{state}{chunk_id}{self.suffix}")

    def parse(self, name: str) -> tuple[str, str] | None:
        """(state, id) if `name` is a chunk file of this buffer, else None."""
        if not (name.startswith(self.prefix) and name.endswith(self.suffix)):
            return None
        middle = name[len(self.prefix) : len(name) - len(self.suffix)]
        if len(middle) != 33 or middle[0] not in "bq" or any(c not in "0123456789abcdef" for c in middle[1:]):
            return None
        return middle[0], middle[1:]


def encode_header(chunk_id: str, metadata: Metadata, created: float, compression: str) -> bytes:
    fields = {"id": chunk_id, "created": created, "compress": compression, **metadata.to_json()}
    body = json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogateescape")
    return MAGIC + _HEADER.pack(len(body), checksum(body)) + body


def encode_frame(frame: Frame) -> list[bytes]:
    lengths = _FRAME_FIELDS.pack(len(frame.data), len(frame.origin), frame.records)
    crc = checksum(lengths, frame.origin, frame.data)
    head = _FRAME.pack(FRAME_MAGIC, len(frame.data), len(frame.origin), frame.records, crc)
    return [head, frame.origin, frame.data]


def header_size(file: BinaryIO) -> int:
    """The length of a chunk file's header; reads its first bytes. Raises ChunkDamaged."""
    start = file.read(len(MAGIC) + _HEADER.size)
    if not start.startswith(MAGIC):
        raise ChunkDamaged("header missing")
    length: int = _HEADER.unpack_from(start, len(MAGIC))[0]
    return len(MAGIC) + _HEADER.size + length


def read_frame(file: BinaryIO) -> Frame | None:
    head = file.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    magic, size, origin_size, records, crc = _FRAME.unpack(head)
    if magic != FRAME_MAGIC:
        return None
    origin = file.read(origin_size)
    data = file.read(size)
    if checksum(head[4:16], origin, data) != crc:
        return None
    return Frame(data, records, origin)


class Reader:
    """Walks the bytes of a chunk file that may be damaged."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        self._content = content
        self._position = 0
        self.intact = 0  # end of what is whole before the first damaged place
        self.damaged = False  # whether something whole comes behind one

    def header(self) -> dict[str, object]:
        start = len(MAGIC) + _HEADER.size
        if len(self._content) < start or self._content[: len(MAGIC)] != MAGIC:
            raise ChunkDamaged("header missing")
        length, crc = _HEADER.unpack_from(self._content, len(MAGIC))
        body = self._content[start : start + length]
        if len(body) != length or checksum(body) != crc:
            raise ChunkDamaged("header damaged")
        self._position = self.intact = start + length
        fields: dict[str, object] = json.loads(body.decode("utf-8", "surrogateescape"))
        return fields

    def frames(self) -> Iterator[Frame]:
        """Every committed frame behind the header; those after a damaged place are found by magic and checksum."""
        passed_over = False
        while self._position >= 0:
            frame = self._frame()
            if frame is None:
                passed_over = True
                self._position = self._content.find(FRAME_MAGIC, self._position + 1)
                continue
            self.damaged = passed_over
            if not passed_over:
                self.intact = self._position
            yield frame

    def _frame(self) -> Frame | None:
        """The frame here, moving behind it; None where none stands."""
        start = self._position + _FRAME.size
        if start > len(self._content):
            return None
        magic, size, origin_size, records, crc = _FRAME.unpack_from(self._content, self._position)
        end = start + origin_size + size
        if magic != FRAME_MAGIC or end > len(self._content):
            return None
        origin = self._content[start : start + origin_size]
        data = self._content[start + origin_size : end]
        if checksum(_FRAME_FIELDS.pack(size, origin_size, records), origin, data) != crc:
            return None
        self._position = end
        return Frame(data, records, origin)


def sound_frames(path: str) -> list[Frame]:
    """Every frame of a damaged chunk file that is still whole, as stored."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        reader = Reader(content)
        reader.header()
        return list(reader.frames())
