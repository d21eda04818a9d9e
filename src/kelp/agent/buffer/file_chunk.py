"""Chunks in files that survive SIGKILL, a full disk and torn or damaged tails."""

import contextlib
import mmap
import os
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kelp.agent.buffer.chunk import Chunk, Frame, compress, new_chunk_id
from kelp.agent.buffer.chunk_file import (
    ChunkPath,
    Reader,
    encode_frame,
    encode_header,
    header_size,
    read_frame,
)
from kelp.agent.buffer.errors import BufferFull, ChunkDamaged
from kelp.agent.buffer.metadata import Metadata


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
        header = encode_header(chunk.id, metadata, chunk.created, compression)
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

    @classmethod
    def recover(cls, place: ChunkPath, state: str, chunk_id: str) -> "Recovered":
        """Open the chunk that a former process left, without changing the file.

        Raises ChunkDamaged when the header is unreadable, OSError when the file is.
        """
        with open(place.of(state, chunk_id), "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise ChunkDamaged("empty")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                reader = Reader(content)
                fields = reader.header()
                created = fields["created"]
                moment = float(created) if isinstance(created, (int, float)) else time.time()
                metadata = Metadata.from_json(fields)
                chunk = cls(place, metadata, chunk_id, moment, str(fields["compress"]), state)
                for frame in reader.frames():
                    chunk.size += len(frame.data)
                    chunk.records += frame.records
                chunk._length = reader.intact
                return Recovered(chunk, len(content) - reader.intact, reader.damaged)

    def cut_tail(self) -> None:
        """Take an unfinished append off the file."""
        os.truncate(self.path, self._length)

    @property
    def path(self) -> str:
        """Where the chunk lies now."""
        return self._place.of(self._state, self.id)

    @property
    def staged(self) -> bool:
        """Whether appends are still possible."""
        return self._state == "b"

    def _store(self, frame: Frame) -> None:
        self._write(encode_frame(frame))

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
            position = file.seek(header_size(file))
            while position < self._length:
                frame = read_frame(file)
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
        header = encode_header(self.id, self.metadata, self.created, self.compression)
        kept = [frame._replace(data=compress(frame.data, self.compression)) for frame in frames]
        parts = [header]
        for frame in kept:
            parts += encode_frame(frame)
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


class Recovered(NamedTuple):
    """A chunk found at start: `cut` bytes of an unfinished append stand behind it; `damaged` if more was wrong."""

    chunk: FileChunk
    cut: int
    damaged: bool
