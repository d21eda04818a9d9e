"""The chunks of one output: staged, queued, in flight, within a hard byte budget."""

import itertools
import sys
import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from kelp.agent.buffer.chunk import Chunk, Frame, encode_events, encode_origin
from kelp.agent.buffer.errors import BufferFull
from kelp.agent.buffer.metadata import Metadata


@dataclass(slots=True)
class Limits:
    """When a chunk is full and when the buffer is; sizes in bytes."""

    chunk_size: int
    total_size: int
    chunk_records: int | None = None
    full_threshold: float = 0.95
    queued_chunks: int = 1


class Group(NamedTuple):
    """Formatted records of one batch that go to chunks of the same metadata; `times` None: origin not kept.

    `events`: the events as MessagePack, for the secondary of an output whose records do not show them.
    """

    metadata: Metadata
    data: list[bytes]
    tag: str
    times: list[int] | None
    events: list[bytes] | None = None

    def frame(self, start: int, end: int) -> Frame:
        """The records from `start` to `end` as one frame."""
        origin = b""
        if self.times is not None:
            origin = encode_origin(self.tag, self.times[start:end])
        elif self.events is not None:
            origin = encode_events(self.tag, self.events[start:end])
        return Frame(b"".join(self.data[start:end]), end - start, origin)


class _Work(NamedTuple):
    """Chunks touched by one write, in order of filling; `mark` belongs to the first if it was staged before."""

    chunks: list[Chunk]
    mark: tuple[int, int, int] | None
    size_before: int


class Buffer:
    """Thread-safe store of chunks. Its condition is notified when there may be something to flush or room."""

    def __init__(self, limits: Limits, make_chunk: Callable[[Metadata], Chunk]) -> None:
        self.limits = limits
        self.changed = threading.Condition()
        self._make_chunk = make_chunk
        self._staged: dict[Metadata, Chunk] = {}
        self._queue: deque[Chunk] = deque()
        self._in_flight: dict[str, Chunk] = {}
        self.staged_size = 0
        self.queued_size = 0
        self.version = 0  # grows whenever room was made

    def resume(self, staged: list[Chunk], queued: list[Chunk]) -> None:
        """Take over the chunks of a former process, oldest first."""
        with self.changed:
            newest = {chunk.metadata: chunk for chunk in staged}
            for chunk in staged:
                # Killed between two chunks of one write, a process leaves both staged: the first one is full.
                if newest[chunk.metadata] is not chunk:
                    chunk.seal()
                    queued.append(chunk)
            self._staged.update(newest)
            self._queue.extend(sorted(queued, key=lambda one: one.id))
            self.staged_size += sum(chunk.size for chunk in newest.values())
            self.queued_size += sum(chunk.size for chunk in queued)
            self.changed.notify_all()

    @property
    def size(self) -> int:
        """Bytes held, staged, queued and in flight."""
        return self.staged_size + self.queued_size

    def write(self, groups: list[Group], enqueue: bool = False) -> None:
        """Append all groups or, when it raises BufferFull, none.

        `enqueue` queues the touched chunks at once. A record larger than a chunk may be gets a chunk to itself:
        Fluentd refuses it, which loses it.
        """
        with self.changed:
            self._check_room(sum(sum(map(len, group.data)) for group in groups))
            work: dict[Metadata, _Work] = {}
            try:
                for group in groups:
                    self._append(group, work)
            except BaseException:
                self._undo(work)
                raise
            for metadata, touched in work.items():
                self._settle(metadata, touched, enqueue)

    def _check_room(self, incoming: int) -> None:
        limit = self.limits.total_size
        if self.size >= limit or (self.size + incoming > limit and self.size > 0):
            raise BufferFull(
                f"cannot buffer {incoming} bytes: {self.size} of total_limit_size {limit} are in use"
            )

    def _append(self, group: Group, work: dict[Metadata, _Work]) -> None:
        touched = work.get(group.metadata)
        if touched is None:
            chunk = self._staged.get(group.metadata)
            if chunk is not None:
                touched = _Work([chunk], chunk.mark(), chunk.size)
            else:
                touched = _Work([self._make_chunk(group.metadata)], None, 0)
            work[group.metadata] = touched
        limits = self.limits
        most_records = limits.chunk_records or sys.maxsize
        ends = list(itertools.accumulate(map(len, group.data)))
        start = 0
        while start < len(group.data):
            chunk = touched.chunks[-1]
            room = limits.chunk_size - chunk.size
            end = bisect_right(ends, (ends[start - 1] if start else 0) + room, lo=start)
            end = max(start, min(end, start + most_records - chunk.records))
            if end == start and chunk.records == 0:
                end = start + 1
            if end > start:
                chunk.append(group.frame(start, end))
                start = end
            else:
                touched.chunks.append(self._make_chunk(group.metadata))

    def _undo(self, work: dict[Metadata, _Work]) -> None:
        for touched in work.values():
            old = touched.mark is not None
            if touched.mark is not None:
                touched.chunks[0].rollback(touched.mark)
            for chunk in touched.chunks[1 if old else 0 :]:
                chunk.purge()

    def _settle(self, metadata: Metadata, touched: _Work, enqueue: bool) -> None:
        if touched.mark is not None:
            self.staged_size -= touched.size_before
        self._staged.pop(metadata, None)
        for chunk in touched.chunks:
            if chunk.records == 0:
                chunk.purge()
                continue
            self.staged_size += chunk.size
            if chunk is not touched.chunks[-1] or enqueue or self._full(chunk):
                self._enqueue(chunk)
            else:
                self._staged[metadata] = chunk

    def _full(self, chunk: Chunk) -> bool:
        threshold = self.limits.full_threshold
        if chunk.size >= self.limits.chunk_size * threshold:
            return True
        records = self.limits.chunk_records
        return records is not None and chunk.records >= records * threshold

    def _enqueue(self, chunk: Chunk) -> None:
        """Move a chunk, already out of the stage's table, to the queue."""
        chunk.seal()
        self.staged_size -= chunk.size
        self.queued_size += chunk.size
        self._queue.append(chunk)
        self.changed.notify_all()

    def enqueue_if(self, due: Callable[[Chunk], bool]) -> None:
        """Queue the staged chunks that are due, as long as the queue is shorter than `queued_chunks`."""
        with self.changed:
            for metadata, chunk in list(self._staged.items()):
                if len(self._queue) >= self.limits.queued_chunks:
                    return
                if due(chunk):
                    del self._staged[metadata]
                    self._enqueue(chunk)

    def enqueue_all(self) -> None:
        """Queue every staged chunk."""
        with self.changed:
            for metadata, chunk in list(self._staged.items()):
                del self._staged[metadata]
                self._enqueue(chunk)

    def dequeue(self) -> Chunk | None:
        """The oldest queued chunk; it counts as in flight until `purge` or `take_back`."""
        with self.changed:
            if not self._queue:
                return None
            chunk = self._queue.popleft()
            self._in_flight[chunk.id] = chunk
            return chunk

    def purge(self, chunk: Chunk) -> None:
        """Delete a chunk that is in flight."""
        with self.changed:
            if self._in_flight.pop(chunk.id, None) is not None:
                self.queued_size -= chunk.size
                chunk.purge()
                self.wake()

    def take_back(self, chunk: Chunk) -> bool:
        """Put a chunk in flight back to the head of the queue."""
        with self.changed:
            if self._in_flight.pop(chunk.id, None) is None:
                return False
            self._queue.appendleft(chunk)
            self.changed.notify_all()
            return True

    def replace(self, chunk: Chunk, frames: list[Frame]) -> None:
        """Shrink a chunk in flight to what is still to be delivered."""
        with self.changed:
            before = chunk.size
            chunk.replace(frames)
            if self._in_flight.get(chunk.id) is chunk:  # else one made for the secondary
                self.queued_size += chunk.size - before

    def drop_oldest(self) -> Chunk | None:
        """Delete the oldest chunk that is not in flight, to make room."""
        with self.changed:
            if self._queue:
                chunk = self._queue.popleft()
                self.queued_size -= chunk.size
            elif self._staged:
                metadata = min(self._staged, key=lambda key: self._staged[key].created)
                chunk = self._staged.pop(metadata)
                self.staged_size -= chunk.size
            else:
                return None
            chunk.purge()
            return chunk

    def clear_queue(self) -> tuple[int, int]:
        """Delete all queued chunks; returns how many chunks and records those were."""
        with self.changed:
            chunks, records = len(self._queue), sum(chunk.records for chunk in self._queue)
            while self._queue:
                chunk = self._queue.popleft()
                self.queued_size -= chunk.size
                chunk.purge()
            self.changed.notify_all()
            return chunks, records

    @property
    def queue_length(self) -> int:
        return len(self._queue) + len(self._in_flight)

    @property
    def waiting(self) -> int:
        """Queued chunks that no flush has taken yet."""
        return len(self._queue)

    @property
    def stage_length(self) -> int:
        return len(self._staged)

    def staged_chunks(self) -> list[Chunk]:
        """The staged chunks at this moment."""
        with self.changed:
            return list(self._staged.values())

    def timekeys(self) -> list[int]:
        """The time keys of all chunks held."""
        with self.changed:
            chunks = itertools.chain(self._staged.values(), self._queue, self._in_flight.values())
            return [c.metadata.timekey for c in chunks if c.metadata.timekey is not None]

    def statistics(self) -> dict[str, Any]:
        """Sizes under the names that monitor_agent shows."""
        limit, timekeys = self.limits.total_size, self.timekeys()
        figures: dict[str, Any] = {
            "buffer_stage_length": self.stage_length,
            "buffer_stage_byte_size": self.staged_size,
            "buffer_queue_length": self.queue_length,
            "buffer_queue_byte_size": self.queued_size,
            "buffer_queue_length_waiting": self.waiting,
            "buffer_total_queued_size": self.size,
            "buffer_available_buffer_space_ratios": round(max(0, limit - self.size) / max(1, limit) * 100, 1),
            "buffer_timekeys": timekeys,
        }
        if timekeys:
            figures["buffer_newest_timekey"] = max(timekeys)
            figures["buffer_oldest_timekey"] = min(timekeys)
        return figures

    def wait_for_change(self, version: int, seconds: float) -> None:
        """Sleep until chunks were purged since `version` was read, or the time is over."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while self.version == version and (left := deadline - time.monotonic()) > 0:
                self.changed.wait(left)

    def wake(self) -> None:
        """Wake everyone who waits on the buffer."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def close(self) -> None:
        """Let go of all chunks; those in files stay for the next start."""
        with self.changed:
            for chunk in itertools.chain(self._staged.values(), self._queue, self._in_flight.values()):
                chunk.close()
            self._staged.clear()
            self._queue.clear()
            self._in_flight.clear()
