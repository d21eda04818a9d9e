"""Chunks of one output in the form that its `<secondary>` writes."""

from typing import TYPE_CHECKING

from kelp.agent.buffer.buffer import Group
from kelp.agent.buffer.chunk import Chunk, MemoryChunk
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.event_stream import pack_events
from kelp.agent.plugin import UnrecoverableError

if TYPE_CHECKING:
    from kelp.agent.buffer.output import BufferedOutput


def chunk_for_secondary(chunk: Chunk, primary: "BufferedOutput", secondary: "BufferedOutput") -> Chunk:
    """The chunk itself, or what is left of its events as the secondary wants them.

    As in Fluentd, outputs that write chunks as they are (file, secondary_file, s3…) get the events as MessagePack from
    outputs that have not formatted them. Raises UnrecoverableError where the events cannot be told any more.
    """
    if primary.holds is Content.FORMATTED or primary.holds is secondary.holds is Content.EVENTS:
        return chunk
    made = MemoryChunk(chunk.metadata)
    made.id = chunk.id
    made.created = chunk.created
    events = 0
    for tag, batch in primary.events(chunk):
        events += len(batch)
        if secondary.holds is Content.FORMATTED:
            groups = [Group(chunk.metadata, pack_events(batch), tag, None)]
        else:
            groups = secondary.group(tag, batch, chunk.metadata)
        for group in groups:
            made.append(group.frame(0, len(group.data)))
    if not events:
        raise UnrecoverableError("cannot give the chunk to the secondary: it does not hold its events")
    return made
