"""Chunks in files, which outlive the process."""

import fcntl
import os
import time
from pathlib import Path
from typing import ClassVar

from kelp.agent.buffer.buffer import Buffer
from kelp.agent.buffer.chunk import Chunk, Frame, decompress
from kelp.agent.buffer.chunk_file import MAGIC, ChunkPath, sound_frames
from kelp.agent.buffer.errors import ChunkDamaged
from kelp.agent.buffer.file_chunk import FileChunk
from kelp.agent.buffer.fluentd_chunk import META_SUFFIX, is_single_chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.storage import BufferStorage, safe_name
from kelp.agent.config import param
from kelp.agent.plugin import register

_LOCK_WAIT = 10.0  # seconds a process that is ending may still hold the lock
_open_paths: dict[str, str] = {}  # lock file → plugin id, within this process


@register("buffer", "file")
class FileBuffer(BufferStorage):
    """Survives crashes and restarts: a batch is in the file, with its checksum, before its input goes on."""

    persistent: ClassVar[bool] = True
    default_chunk_limit: ClassVar[int] = 256 << 20
    default_total_limit: ClassVar[int] = 64 << 30

    path: str | None = param.string(
        default=None,
        description="Folder of the chunk files, or their path with * for the chunk's id; "
        "by default below the system's root_dir.",
    )
    path_suffix: str = param.string(default=".log", description="How the names of chunk files end.")
    file_permission: str | None = param.string(default=None, description="Mode of chunk files, in octal.")
    dir_permission: str | None = param.string(default=None, description="Mode of their folder, in octal.")
    calc_num_records: bool = param.boolean(
        default=True, description="Accepted for file_single: Kelp always knows the number of records."
    )
    fsync: bool = param.boolean(
        default=False,
        description="Wait for the disk at each append, so that a power cut loses nothing either; slower. "
        "Without it, as in Fluentd, only a crash of the agent loses nothing.",
    )
    chunk_format: str = param.enum(
        ["msgpack", "text", "auto"],
        default="auto",
        description="Accepted for file_single: Kelp's chunk files have one form.",
    )

    def configure(self) -> None:
        super().configure()
        self._file_mode = self._octal("file_permission", self.file_permission, self.context.file_mode)
        self._dir_mode = self._octal("dir_permission", self.dir_permission, self.context.dir_mode)
        self._single = self.element.get("@type") == "file_single"
        self._lock_fd = -1
        self._lock_path = ""
        if self.path is None and self.context.root_dir is None:
            raise self.error(
                "option 'path' is required: name a folder for the chunk files, or set root_dir in <system>"
            )
        if (
            self.path is not None
            and self.context.workers > 1
            and self._is_pattern(os.path.abspath(self.path))
        ):
            raise self.error(
                "with several workers 'path' must be a folder: each gets one inside it; or set root_dir and @id",
                "path",
            )

    def take_owner(self, plugin_id: str, id_given: bool) -> None:
        super().take_owner(plugin_id, id_given)
        if self.path is None and not id_given:
            # Made-up ids change with the configuration: the next start would not find its chunks.
            raise self.error(
                "option 'path' is required: name a folder for the chunk files, or give the output an @id"
            )

    @staticmethod
    def _is_pattern(path: str) -> bool:
        return not os.path.isdir(path) and (os.path.exists(path) or ".*" in path)

    def _octal(self, name: str, text: str | None, default: int) -> int:
        if text is None:
            return default
        try:
            return int(text, 8)
        except ValueError:
            raise self.error(f"option {name!r} must be an octal number, got {text!r}", name) from None

    def open(self) -> None:
        self._place, self._former = self._resolve()
        os.makedirs(self._place.directory, mode=self._dir_mode, exist_ok=True)
        self._lock()

    def _resolve(self) -> tuple[ChunkPath, ChunkPath | None]:
        """Fluentd's rules for `path`; also the place where a single-worker agent had its chunks, if it differs."""
        default_prefix, suffix = ("fsb.", ".buf") if self._single else ("buffer.", self.path_suffix)
        if self.path is None:
            assert self.context.root_dir is not None
            worker = self.context.root_dir / f"worker{self.context.worker_id}"
            return ChunkPath(str(worker / safe_name(self.owner_id) / "buffer"), default_prefix, suffix), None
        path = os.path.abspath(self.path)
        if not self._is_pattern(path):
            if self.context.workers <= 1:
                return ChunkPath(path, default_prefix, suffix), None
            own = os.path.join(path, f"worker{self.context.worker_id}")
            former = ChunkPath(path, default_prefix, suffix) if self.context.worker_id == 0 else None
            return ChunkPath(own, default_prefix, suffix), former
        return self._pattern(path, default_prefix, suffix), None

    def _pattern(self, path: str, default_prefix: str, suffix: str) -> ChunkPath:
        directory, name = os.path.split(path)
        if self._single:
            return ChunkPath(directory, default_prefix, suffix)
        if ".*." in name:
            before, after = name.split(".*.", 1)
            return ChunkPath(directory, before + ".", "." + after)
        return ChunkPath(directory, name.removesuffix(".*") + ".", suffix)

    def _lock(self) -> None:
        path = os.path.join(self._place.directory, f".{self._place.prefix}lock")
        if path in _open_paths:
            raise self.error(
                f"buffer path {self._place.directory} is already used by {_open_paths[path]!r}; "
                "give each output a path of its own",
                "path",
            )
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, self._file_mode)
        deadline = time.monotonic() + _LOCK_WAIT
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    raise self.error(
                        f"buffer path {self._place.directory} is in use by another process", "path"
                    ) from None
                time.sleep(0.1)
        _open_paths[path] = self.owner_id
        self._lock_fd, self._lock_path = descriptor, path

    def close(self) -> None:
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1
            _open_paths.pop(self._lock_path, None)

    def make_chunk(self, metadata: Metadata) -> Chunk:
        return FileChunk.create(self._place, metadata, self.compress, self._file_mode, synced=self.fsync)

    def backup_root(self) -> Path:
        return self.context.root_dir or Path(self._place.directory)

    def resume(self, buffer: Buffer) -> None:
        staged: list[Chunk] = []
        queued: list[Chunk] = []
        places = [self._place] if self._former is None else [self._former, self._place]
        for place in places:
            for state, chunk_id in _listing(place):
                chunk = self._recover(place, state, chunk_id)
                if chunk is not None:
                    (staged if chunk.staged else queued).append(chunk)
            if self._single:
                self.foreign = (*self.foreign, *_single_chunks(place.directory))
        buffer.resume(staged, queued)
        if staged or queued:
            records = sum(chunk.records for chunk in staged + queued)
            self.log.info(
                "resuming buffer", path=self._place.directory, chunks=len(staged + queued), records=records
            )

    def _recover(self, place: ChunkPath, state: str, chunk_id: str) -> FileChunk | None:
        path = place.of(state, chunk_id)
        try:
            found = FileChunk.recover(place, state, chunk_id)
            found.chunk.synced = self.fsync
        except ChunkDamaged as error:
            self._set_aside(path, chunk_id, str(error))
            return None
        except OSError as error:
            self.log.error("cannot read buffer chunk; it stays where it is", path=path, error=error.strerror)
            return None
        if found.damaged:
            return self._salvage(place, found.chunk, path)
        if found.chunk.records == 0:
            os.unlink(path)
            return None
        if found.cut:
            self.log.warning("cut an unfinished append off a buffer chunk", path=path, bytes=found.cut)
            found.chunk.cut_tail()
        return found.chunk

    def _salvage(self, place: ChunkPath, chunk: FileChunk, path: str) -> FileChunk | None:
        """Keep the damaged file for inspection and go on with what in it is whole."""
        frames = sound_frames(path)
        self._set_aside(path, chunk.id, "damaged inside", keep=True)
        kept = FileChunk.create(place, chunk.metadata, chunk.compression, self._file_mode)
        for frame in frames:
            kept.append(Frame(decompress(frame.data, chunk.compression), frame.records, frame.origin))
        os.unlink(path)
        kept.seal()
        self.log.warning("saved what was whole in a damaged chunk", chunk=chunk.id, records=kept.records)
        return kept

    def _set_aside(self, path: str, chunk_id: str, reason: str, keep: bool = False) -> None:
        with open(path, "rb") as file:
            content = file.read()
        if not content:
            # killed between making the file and its first append: it never held anything
            os.unlink(path)
            return
        if not content.startswith(MAGIC[:4]) and os.path.exists(path + META_SUFFIX):
            self.foreign = (*self.foreign, path)
            return
        copy = self.backup(chunk_id, content)
        self.log.error(
            "found a damaged buffer chunk", path=path, reason=reason, copy=copy or "none, backup disabled"
        )
        if not keep:
            os.unlink(path)


def _single_chunks(directory: str) -> list[str]:
    """Paths of the chunks that Fluentd's `file_single` left, oldest first."""
    try:
        names = [name for name in os.listdir(directory) if is_single_chunk(name)]
    except FileNotFoundError:
        return []
    return [os.path.join(directory, name) for name in sorted(names, key=lambda name: name[-36:])]


def _listing(place: ChunkPath) -> list[tuple[str, str]]:
    """State and id of the chunk files in `place`, oldest first."""
    try:
        names = os.listdir(place.directory)
    except FileNotFoundError:
        return []
    found = [parsed for name in names if (parsed := place.parse(name))]
    return sorted(found, key=lambda one: one[1])
