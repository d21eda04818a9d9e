"""Throws events away."""

from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.event_stream import pack_events
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.plugin import register


@register("output", "null")
class NullOutput(BufferedOutput):
    """Discards everything; with a <buffer>, discards chunks."""

    takes_label = False

    buffered_by_default = False
    flat_options: ClassVar[tuple[str, ...]] = ()
    holds = Content.EVENTS
    buffer_defaults: ClassVar[dict[str, Any]] = {
        "chunk_keys": ["tag"],
        "flush_at_shutdown": "true",
        "chunk_limit_size": "10k",
    }

    never_flush: bool = param.boolean(default=False, description="Fail every flush: for testing buffers.")

    @classmethod
    def can_write(cls, content: Content) -> bool:
        return True

    def process(self, tag: str, batch: Batch) -> None:
        """Nothing is kept."""

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return pack_events(batch)

    def write(self, chunk: Chunk) -> None:
        if self.never_flush:
            raise OSError("cannot flush chunk: option never_flush is set")
