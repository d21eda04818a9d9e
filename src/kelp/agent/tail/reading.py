"""Reading a followed file: how much at a time, from where, and when it is done."""

from enum import Enum
from typing import Protocol

from kelp.agent.plugin.input import BufferOverflow
from kelp.agent.tail.files import FollowedFiles
from kelp.agent.tail.reader import Reader, Take
from kelp.agent.tail.state import TailState
from kelp.agent.tail.watch import Watch

_BLOCK_BYTES = 256 << 10  # the events of more would not fit into a core's cache
_THROTTLED_BLOCK_BYTES = 64 << 10
_TURN_BYTES = 4 << 20  # what one file may give before the next has its turn
_KEPT_SECONDS = 600.0  # a file read to its end stays open so long for what stages keep of it


class _Extent(Enum):
    """How far a turn of reading came."""

    ALL = 1  # the end of the file
    PART = 2  # there is more
    ENOUGH = 3  # a limit on the speed was reached


class Consumer(Protocol):
    """Makes events of a file's bytes."""

    multiline: bool

    def consume(self, reader: Reader, data: bytes, take: Take) -> int:
        """Emit the events in `data`; returns the bytes used up. Raises BufferOverflow: try again later."""


class FileReading:
    """Hands what is new in files on to the consumer."""

    def __init__(self, state: TailState, files: FollowedFiles, consumer: Consumer) -> None:
        self._state = state
        self._files = files
        self._consumer = consumer

    def read(self, watch: Watch, now: float, *, idle: bool) -> bool:
        """Read what is new behind a path, oldest file first; returns whether more is waiting.

        `idle`: the current file has nothing new.
        """
        if idle and len(watch.readers) <= 1:
            if watch.readers and watch.readers[0].held:
                self._flush_event(watch.readers[0], now)
            return False
        for reader in list(watch.readers):
            extent = self._drain(watch, reader, now)
            if extent is not _Extent.ALL:
                return extent is _Extent.PART  # what came later must not overtake
            if reader.rotated and now >= reader.deadline and self._may_retire(reader, now):
                self._retire(watch, reader)
        return False

    def end(self, watch: Watch) -> None:
        """Hand on an event held back at the end of a file, save the positions, and close the files of a path."""
        for reader in watch.readers:
            if self._consumer.multiline and reader.offset >= reader.size():
                try:
                    reader.finish(self._consumer.consume, Take.WHOLE_LINES)
                except BufferOverflow:
                    self._state.log.warning(
                        "the buffer is full: the last event is read again next time", path=watch.path
                    )
            self._state.progress.note(reader)
            reader.close()
        watch.changed = True

    def _drain(self, watch: Watch, reader: Reader, now: float) -> _Extent:
        """Read a file to its end or for one turn."""
        if not reader.rotated and reader.began_unseen():
            head, _moment = reader.look()
            watch.open_copies(reader, now, self._files.identities())
            reader.head = head
            if watch.readers[0] is not reader:
                self._files.opened(watch)
                return _Extent.PART
        if reader.was_replaced():
            self._restart(watch, reader, now)
            return _Extent.PART
        if reader.head_grew:
            reader.head_grew, watch.changed = False, True
        left = _TURN_BYTES
        while left > 0 and not self._state.stopping.is_set():
            most = self._allowed(reader, now)
            if not most:
                self._state.counters.throttled += 1
                return _Extent.ENOUGH
            count = reader.advance(self._consumer.consume, most)
            self._state.progress.note(reader)
            if count < 0:
                self._restart(watch, reader, now)
                return _Extent.PART
            if count == 0:
                self._flush_event(reader, now)
                return _Extent.ALL
            reader.window_bytes += count
            reader.held_since = now
            left -= count
            self._state.progress.flush()
        return _Extent.PART

    @staticmethod
    def _may_retire(reader: Reader, now: float) -> bool:
        """Whether no stage keeps anything of the file, or it does not let go."""
        return reader.ledger.is_empty or now >= reader.deadline + _KEPT_SECONDS

    def _retire(self, watch: Watch, reader: Reader) -> None:
        """A rotated file was read to its end and has not grown for rotate_wait: let it go."""
        reader.finish(self._consumer.consume)
        self._state.progress.note(reader)
        self._state.progress.unwatch_file(reader)
        self._state.news.forget(reader)
        watch.note_finished(reader)
        reader.close()
        self._state.counters.closed += 1

    def _flush_event(self, reader: Reader, now: float) -> None:
        """Hand on an event that has not grown for multiline_flush_interval."""
        interval = self._state.options.multiline_flush_interval
        if reader.held and self._consumer.multiline and interval and now - reader.held_since >= interval:
            reader.finish(self._consumer.consume, Take.WHOLE_LINES)
            self._state.progress.note(reader)

    def _allowed(self, reader: Reader, now: float) -> int:
        """Bytes that may be read from a file at once now."""
        most = _BLOCK_BYTES
        if self._state.throttle is not None:
            lines = self._state.throttle.allowance(reader.path, now)
            if lines is not None:
                most = _THROTTLED_BLOCK_BYTES if lines else 0
        limit = self._state.options.bytes_per_second
        if limit:
            if now - reader.window >= 1.0:
                reader.window, reader.window_bytes = now, 0
            most = min(most, limit - reader.window_bytes)
        return max(most, 0)

    def _restart(self, watch: Watch, reader: Reader, now: float) -> None:
        self._state.counters.rotated += 1
        head, moment = reader.look()
        copied = not reader.rotated and watch.truncate(now, self._files.identities())
        if not copied:
            reader.finish(self._consumer.consume)
        reader.restart(head, moment)
        self._files.opened(watch)
