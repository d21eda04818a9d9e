"""Chunks in memory."""

from kelp.agent.buffer.chunk import Chunk, MemoryChunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.storage import BufferStorage
from kelp.agent.plugin import register


@register("buffer", "memory")
class MemoryBuffer(BufferStorage):
    """Fast; what is not flushed is lost when the process is killed."""

    def make_chunk(self, metadata: Metadata) -> Chunk:
        return MemoryChunk(metadata, self.compress)
