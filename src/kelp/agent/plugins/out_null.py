"""Throws events away."""

from typing import ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.plugin import register


@register("output", "null")
class NullOutput(BufferedOutput):
    """Discards everything; with a <buffer>, discards chunks."""

    buffered_by_default = False
    flat_options: ClassVar[tuple[str, ...]] = ()

    never_flush: bool = param.boolean(default=False, description="Fail every flush: for testing buffers.")

    def process(self, tag: str, batch: Batch) -> None:
        """Nothing is kept."""

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return [b"\n"] * len(batch)

    def write(self, chunk: Chunk) -> None:
        if self.never_flush:
            raise OSError("cannot flush chunk: option never_flush is set")
