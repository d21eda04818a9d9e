"""Where chunks live: the options that all buffer plugins (`buf_*.py`) share."""

import os
import re
from pathlib import Path
from typing import ClassVar

from kelp.agent.buffer.buffer import Buffer, Limits
from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.config import param
from kelp.agent.plugin import Plugin

_UNSAFE = re.compile(r'[ "/\\:;|*<>?]')


class BufferStorage(Plugin):
    """Base of buffer plugins."""

    persistent: ClassVar[bool] = False
    default_chunk_limit: ClassVar[int] = 8 << 20
    default_total_limit: ClassVar[int] = 512 << 20

    chunk_limit_size: int | None = param.size(
        default=None, description="Size at which a chunk is full, in bytes; 8 MB in memory, 256 MB in files."
    )
    total_limit_size: int | None = param.size(
        default=None,
        description="Size at which the buffer is full, in bytes; 512 MB in memory, 64 GB in files.",
    )
    queue_limit_length: int | None = param.integer(
        default=None, description="Fluentd 0.12's limit: total_limit_size as a number of full chunks."
    )
    chunk_limit_records: int | None = param.integer(
        default=None, description="Number of events at which a chunk is full."
    )
    chunk_full_threshold: float = param.float(
        default=0.95, description="Share of the chunk limits at which a chunk is flushed at once."
    )
    queued_chunks_limit_size: int | None = param.integer(
        default=None,
        description="Chunks queued by age at the same time; more wait in the stage. By default flush_thread_count.",
    )
    compress: str = param.enum(["text", "gzip", "zstd"], default="text", description="How chunks are packed.")
    decompression_size_limit: int | None = param.size(
        default=None, description="Accepted for compatibility: Kelp unpacks chunks batch by batch."
    )
    disable_chunk_backup: bool = param.boolean(
        default=False, description="Throw chunks that can never be written away instead of keeping a copy."
    )

    owner_id: str = ""
    # Chunk files of Fluentd found by `resume`.
    foreign: tuple[str, ...] = ()

    def limits(self, flush_threads: int) -> Limits:
        """The limits in force."""
        chunk_size = self.default_chunk_limit if self.chunk_limit_size is None else self.chunk_limit_size
        total_size = self.default_total_limit if self.total_limit_size is None else self.total_limit_size
        if self.queue_limit_length is not None:
            total_size = chunk_size * self.queue_limit_length
        queued = flush_threads if self.queued_chunks_limit_size is None else self.queued_chunks_limit_size
        return Limits(
            chunk_size, total_size, self.chunk_limit_records, self.chunk_full_threshold, max(1, queued)
        )

    def take_owner(self, plugin_id: str, id_given: bool) -> None:
        """Learn the id of the output, and whether the configuration gives it. Raises ConfigError."""
        self.owner_id = plugin_id

    def open(self) -> None:
        """Get ready to make chunks."""

    def make_chunk(self, metadata: Metadata) -> Chunk:
        """An empty staged chunk. Raises BufferFull."""
        raise NotImplementedError

    def resume(self, buffer: Buffer) -> None:
        """Hand the chunks of a former process to the buffer."""

    def backup_root(self) -> Path:
        """Below this, chunks that cannot be written are kept."""
        return self.context.root_dir or Path("/tmp/kelp")

    def backup(self, chunk_id: str, data: bytes) -> Path | None:
        """Keep a copy of a chunk's data; None when chunk backups are disabled."""
        if self.disable_chunk_backup:
            return None
        folder = self.backup_root() / "backup" / f"worker{self.context.worker_id}" / safe_name(self.owner_id)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{chunk_id}.log"
        with open(path, "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return path


def safe_name(plugin_id: str) -> str:
    """A plugin id as a file name."""
    return _UNSAFE.sub("_", plugin_id)
