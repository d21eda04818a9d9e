"""The way of events into the buffer, and what happens when it is full."""

import threading
import time

from kelp.agent.buffer.buffer import Buffer, Group
from kelp.agent.buffer.errors import BufferFull
from kelp.agent.buffer.section import BufferSection
from kelp.agent.plugin import BufferOverflow
from kelp.agent.plugin.stats import OutputStats
from kelp.common.log import Log


class Intake:
    """Appends to the buffer of one output; follows `overflow_action` where there is no room."""

    def __init__(
        self, buffer: Buffer, section: BufferSection, stats: OutputStats, stopping: threading.Event, log: Log
    ) -> None:
        self._buffer = buffer
        self._section = section
        self._stats = stats
        self._log = log
        self._stopping = stopping  # once set, nobody waits for room any more
        self.is_full = False  # as the log tells

    def write(self, groups: list[Group]) -> None:
        """Append all groups or none. Raises BufferOverflow."""
        since = 0.0
        while True:
            version = self._buffer.version
            try:
                self._buffer.write(groups, self._section.mode == "immediate")
            except BufferFull as error:
                since = since or time.monotonic()
                self._make_room(error, version)
                continue
            if since and self.is_full:
                self.is_full = False
                self._log.info("buffer has room again", blocked_seconds=round(time.monotonic() - since, 1))
            return

    def _make_room(self, error: BufferFull, version: int) -> None:
        """Returns when the append may be tried again."""
        action = self._section.overflow_action
        if action == "drop_oldest_chunk" and self._drop_oldest():
            return
        if action == "block" and not self._stopping.is_set():
            self._tell("buffer is full, blocking whoever emits", cause=error)
            if not self._buffer.queue_length:
                self._buffer.enqueue_all()
            self._buffer.wait_for_change(version, 1.0)
            return
        self._tell("buffer is full", overflow_action=action, cause=error)
        raise BufferOverflow(str(error)) from error

    def _drop_oldest(self) -> bool:
        chunk = self._buffer.drop_oldest()
        if chunk is None:
            return False
        self._stats.drop_oldest_chunk_count += 1
        self._log.warning("dropped the oldest chunk to make room", chunk=chunk.id, records=chunk.records)
        return True

    def _tell(self, message: str, **fields: object) -> None:
        if not self.is_full:
            self.is_full = True
            self._log.warning(message, **fields)
