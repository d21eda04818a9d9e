"""Chunks in files that survive SIGKILL, a full disk and torn or damaged tails.

A file is a header and frames. The header is `KELPBUF1`, the length and CRC-32 of a JSON object, and that object
(id, metadata, time of creation, compression). A frame is a fixed part (magic, lengths of data and origin, number of
records, CRC-32 of all of them), the origin and the data, written by one system call: a frame whose checksum fits has
been committed, anything else at the end of the file was never acknowledged to anyone and is cut off.
The name tells the state as Fluentd's do: `PREFIX.b<id>SUFFIX` is staged, `PREFIX.q<id>SUFFIX` queued.
"""

import contextlib
import json
import mmap
import os
import struct
import time
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from kelp.agent.buffer.chunk import Chunk, Frame, checksum, compress, new_chunk_id
from kelp.agent.buffer.errors import BufferFull, ChunkDamaged
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


def _encode_header(chunk_id: str, metadata: Metadata, created: float, compression: str) -> bytes:
    fields = {"id": chunk_id, "created": created, "compress": compression, **metadata.to_json()}
    body = json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogateescape")
    return MAGIC + _HEADER.pack(len(body), checksum(body)) + body


def _encode_frame(frame: Frame) -> list[bytes]:
    lengths = _FRAME_FIELDS.pack(len(frame.data), len(frame.origin), frame.records)
    crc = checksum(lengths, frame.origin, frame.data)
    head = _FRAME.pack(FRAME_MAGIC, len(frame.data), len(frame.origin), frame.records, crc)
    return [head, frame.origin, frame.data]


class FileChunk(Chunk):
    """A chunk in one file. The file stays open for appending only while the chunk is staged."""

    def __init__(
        self,
        place: ChunkPath,
        metadata: Metadata,
        chunk_id: str,
        created: float,
        compression: str,
        state: str,
    ) -> None:
        super().__init__(metadata, chunk_id, created, compression)
        self._place = place
        self._state = state
        self._fd = -1
        self._length = 0
        self.synced = False  # whether each append waits for the disk

    @classmethod
    def create(
        cls,
        place: ChunkPath,
        metadata: Metadata,
        compression: str,
        mode: int = 0o644,
        *,
        synced: bool = False,
    ) -> "FileChunk":
        """Make an empty staged chunk. Raises BufferFull when the file cannot be made."""
        chunk = cls(place, metadata, new_chunk_id(), time.time(), compression, "b")
        header = _encode_header(chunk.id, metadata, chunk.created, compression)
        chunk.synced = synced
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            chunk._fd = os.open(chunk.path, flags, mode)
        except OSError as error:
            raise BufferFull(f"cannot create buffer chunk {chunk.path}: {error.strerror}") from error
        try:
            chunk._write([header])
            if synced:
                _sync_folder(place.directory)
        except BufferFull:
            chunk.purge()
            raise
        return chunk

    @property
    def path(self) -> str:
        """Where the chunk lies now."""
        return self._place.of(self._state, self.id)

    @property
    def staged(self) -> bool:
        """Whether appends are still possible."""
        return self._state == "b"

    def _store(self, frame: Frame) -> None:
        self._write(_encode_frame(frame))

    def _write(self, parts: list[bytes]) -> None:
        """Append all of `parts` or nothing."""
        if self._fd < 0:
            self._reopen()
        total = sum(map(len, parts))
        try:
            written = os.writev(self._fd, parts)
            if written < total:
                # A short write is the last that a full disk accepts: the next one names the cause.
                rest = memoryview(b"".join(parts))[written:]
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
            if self.synced:
                os.fdatasync(self._fd)
        except OSError as error:
            os.ftruncate(self._fd, self._length)
            message = f"cannot append to buffer chunk {self.path}: {error.strerror}"
            raise BufferFull(f"{message}; free space on its disk or lower total_limit_size") from error
        self._length += total

    def _reopen(self) -> None:
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except OSError as error:
            raise BufferFull(f"cannot open buffer chunk {self.path}: {error.strerror}") from error

    def stored_frames(self) -> Iterator[Frame]:
        """Read frame by frame, so that a chunk need not fit into memory. Raises ChunkDamaged, OSError."""
        with open(self.path, "rb") as file:
            position = file.seek(_header_size(file.read(len(MAGIC) + _HEADER.size)))
            while position < self._length:
                frame = _read_frame(file)
                if frame is None:
                    raise ChunkDamaged(f"cannot read buffer chunk {self.path}: damaged at byte {position}")
                position = file.tell()
                yield frame

    def mark(self) -> tuple[int, int, int]:
        return self._length, self.size, self.records

    def rollback(self, mark: tuple[int, int, int]) -> None:
        self._length, self.size, self.records = mark
        os.ftruncate(self._fd, self._length)

    def seal(self) -> None:
        if self._state == "b":
            # The name only tells the next start that the chunk is finished: under its old one it is found as well.
            with contextlib.suppress(OSError):
                os.rename(self.path, self._place.of("q", self.id))
                self._state = "q"
        self.close()

    def replace(self, frames: Iterable[Frame]) -> None:
        header = _encode_header(self.id, self.metadata, self.created, self.compression)
        kept = [frame._replace(data=compress(frame.data, self.compression)) for frame in frames]
        parts = [header]
        for frame in kept:
            parts += _encode_frame(frame)
        temporary = self.path + ".new"
        with open(temporary, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, self.path)
        self.close()
        self._length = sum(map(len, parts))
        self.size = sum(len(frame.data) for frame in kept)
        self.records = sum(frame.records for frame in kept)
        self.done = 0

    def purge(self) -> None:
        self.close()
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _sync_folder(folder: str) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise BufferFull(f"cannot write folder {folder} to disk: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _header_size(start: bytes) -> int:
    """The length of a chunk file's header, from its first bytes."""
    if not start.startswith(MAGIC):
        raise ChunkDamaged("header missing")
    length: int = _HEADER.unpack_from(start, len(MAGIC))[0]
    return len(MAGIC) + _HEADER.size + length


def _read_frame(file: BinaryIO) -> Frame | None:
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


class _Reader:
    """Walks the bytes of a chunk file that may be damaged."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        self.content = content
        self.position = 0

    def header(self) -> dict[str, object]:
        start = len(MAGIC) + _HEADER.size
        if len(self.content) < start or self.content[: len(MAGIC)] != MAGIC:
            raise ChunkDamaged("header missing")
        length, crc = _HEADER.unpack_from(self.content, len(MAGIC))
        body = self.content[start : start + length]
        if len(body) != length or checksum(body) != crc:
            raise ChunkDamaged("header damaged")
        self.position = start + length
        fields: dict[str, object] = json.loads(body.decode("utf-8", "surrogateescape"))
        return fields

    def frame(self) -> Frame | None:
        """The next committed frame, or None (then `position` stays before what is not one)."""
        start = self.position + _FRAME.size
        if start > len(self.content):
            return None
        magic, size, origin_size, records, crc = _FRAME.unpack_from(self.content, self.position)
        end = start + origin_size + size
        if magic != FRAME_MAGIC or end > len(self.content):
            return None
        origin = self.content[start : start + origin_size]
        data = self.content[start + origin_size : end]
        if checksum(_FRAME_FIELDS.pack(size, origin_size, records), origin, data) != crc:
            return None
        self.position = end
        return Frame(data, records, origin)


class Recovered(NamedTuple):
    """A chunk found at start: `cut` bytes of an unfinished append were removed; `damaged` if more was wrong."""

    chunk: FileChunk
    cut: int
    damaged: bool


def recover(place: ChunkPath, state: str, chunk_id: str) -> Recovered:
    """Open the chunk that a former process left, without changing the file.

    Frames after a damaged one are found again by their magic and checksum. Raises ChunkDamaged when the header is
    unreadable, OSError when the file is.
    """
    with open(place.of(state, chunk_id), "rb") as file:
        length = os.fstat(file.fileno()).st_size
        if length == 0:
            raise ChunkDamaged("empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _recover(place, state, chunk_id, content)


def _recover(place: ChunkPath, state: str, chunk_id: str, content: mmap.mmap) -> Recovered:
    reader = _Reader(content)
    fields = reader.header()
    created = fields["created"]
    chunk = FileChunk(
        place,
        Metadata.from_json(fields),
        chunk_id,
        float(created) if isinstance(created, (int, float)) else time.time(),
        str(fields["compress"]),
        state,
    )
    chunk._length = reader.position
    damaged = False
    while True:
        frame = reader.frame()
        if frame is not None:
            chunk.size += len(frame.data)
            chunk.records += frame.records
            if not damaged:
                chunk._length = reader.position
            continue
        following = _next_frame(reader)
        if following < 0:
            break
        damaged = True
        reader.position = following
    return Recovered(chunk, len(content) - chunk._length, damaged)


def _next_frame(reader: _Reader) -> int:
    """Where the next sound frame after a damaged place begins, or -1."""
    probe = _Reader(reader.content)
    position = reader.content.find(FRAME_MAGIC, reader.position + 1)
    while position >= 0:
        probe.position = position
        if probe.frame() is not None:
            return position
        position = reader.content.find(FRAME_MAGIC, position + 1)
    return -1


def sound_frames(path: str) -> list[Frame]:
    """Every frame of a damaged chunk file that is still whole, as stored."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _sound_frames(_Reader(content))


def _sound_frames(reader: _Reader) -> list[Frame]:
    reader.header()
    frames: list[Frame] = []
    while True:
        frame = reader.frame()
        if frame is not None:
            frames.append(frame)
            continue
        reader.position = _next_frame(reader)
        if reader.position < 0:
            return frames


def truncate(recovered: Recovered) -> None:
    """Cut the unfinished tail off the file of a recovered chunk."""
    os.truncate(recovered.chunk.path, recovered.chunk._length)
