"""Taking over the chunk files that Fluentd left in a buffer's folder."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from kelp.agent.buffer.chunk import Frame
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.errors import BufferFull, ChunkDamaged
from kelp.agent.buffer.event_stream import read_events
from kelp.agent.buffer.fluentd_chunk import META_SUFFIX, FluentdChunk, read_chunk
from kelp.agent.plugin import BufferOverflow

if TYPE_CHECKING:
    from kelp.agent.buffer.output import BufferedOutput


def adopt_all(output: "BufferedOutput", paths: list[str]) -> None:
    """Put the events of Fluentd's chunks into the output's own buffer; each file goes once its events are there."""
    for path in paths:
        try:
            records = _adopt(output, path, read_chunk(path, next(iter(output.keys.fields), None)))
        except ChunkDamaged as error:
            _keep(output, path, str(error))
        except (OSError, BufferFull, BufferOverflow) as error:
            output.log.error(
                "cannot take over a chunk of Fluentd now; the next start tries again", path=path, error=error
            )
            continue
        else:
            output.log.info("took over a chunk of Fluentd", path=path, records=records)
        for done in (path, path + META_SUFFIX):
            with suppress(FileNotFoundError):
                os.unlink(done)


def _adopt(output: "BufferedOutput", path: str, found: FluentdChunk) -> int:
    if output.holds is Content.FORMATTED:
        return _adopt_text(output, found)
    batch, rest = read_events(found.data)
    if batch.times:
        output.emit_batch(found.metadata.tag or "", batch)
    if rest:
        _keep(output, path, f"{rest} bytes at its end are no events")
    return len(batch)


def _adopt_text(output: "BufferedOutput", found: FluentdChunk) -> int:
    """The data is what this output would have formatted: it becomes a chunk as it is."""
    if not found.data:
        return 0
    chunk = output.storage.make_chunk(found.metadata)
    records = found.data.count(b"\n") or 1
    chunk.append(Frame(found.data, records))
    chunk.seal()
    output.chunks.resume([], [chunk])
    return records


def _keep(output: "BufferedOutput", path: str, reason: str) -> None:
    with open(path, "rb") as file:
        copy = output.storage.backup(os.path.basename(path), file.read())
    output.log.error("found a damaged chunk of Fluentd", path=path, reason=reason, copy=copy or "none")
