"""The thread that follows all files of one input."""

import contextlib
import os
import select
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from kelp.agent.plugin.input import BufferOverflow
from kelp.agent.tail.notifier import Notifier
from kelp.agent.tail.paths import PathExpander, tag_part
from kelp.agent.tail.positions import PositionFile, Sidecar
from kelp.agent.tail.progress import Progress
from kelp.agent.tail.reader import Identity, Reader, Take
from kelp.agent.tail.recovery import open_watch
from kelp.agent.tail.throttle import GroupThrottle
from kelp.agent.tail.watch import Watch
from kelp.common.log import Log

BLOCK_BYTES = 256 << 10  # the events of more would not fit into a core's cache
_THROTTLED_BLOCK_BYTES = 64 << 10
_TURN_BYTES = 4 << 20  # what one file may give before the next has its turn
_PAUSE = 0.05  # between looks at a busy file, so that lines gather into batches
_POLL = (0.2, 1.0)  # seconds between looks: after news, and at rest
_POLL_NOTIFIED = 2.0  # at rest, when inotify tells of news anyway
_OVERFLOW_WAIT = 1.0
_STOP_SECONDS = 5.0
_KEPT_SECONDS = 600.0  # a file read to its end stays open so long for what stages keep of it


class _Read(Enum):
    """How far a turn of reading came."""

    ALL = 1  # the end of the file
    PART = 2  # there is more
    ENOUGH = 3  # a limit on the speed was reached


class Consumer(Protocol):
    """Makes events of a file's bytes."""

    multiline: bool

    def consume(self, reader: Reader, data: bytes, take: Take) -> int:
        """Emit the events in `data`; returns the bytes used up. Raises BufferOverflow: try again later."""


@dataclass(slots=True)
class TailOptions:
    """How to follow; times in seconds, sizes in bytes, 0: no limit."""

    refresh_interval: float = 60.0
    rotate_wait: float = 5.0
    read_from_head: bool = False
    follow_inodes: bool = False
    skip_refresh_on_startup: bool = False
    bytes_per_second: int = 0
    longest_line: int = 0
    multiline_flush_interval: float | None = None
    use_inotify: bool = True
    compaction_interval: float | None = None


@dataclass(slots=True)
class Counters:
    """What the input did since its start."""

    opened: int = 0
    closed: int = 0
    rotated: int = 0
    throttled: int = 0
    tracked: int = 0


@dataclass(slots=True)
class _Schedule:
    refresh: float = 0.0
    refresh_cost: float = 0.0


class TailLoop:
    """Finds files, reads what is new in them, and saves how far it came."""

    def __init__(
        self,
        options: TailOptions,
        expander: PathExpander,
        consumer: Consumer,
        positions: PositionFile | None,
        sidecar: Sidecar | None,
        log: Log,
        throttle: GroupThrottle | None = None,
    ) -> None:
        self.options = options
        self.counters = Counters()
        self.watches: dict[str, Watch] = {}
        self._expander = expander
        self._consumer = consumer
        self._progress = Progress(
            self.watches, positions, sidecar, log,
            follow_inodes=options.follow_inodes, compaction_interval=options.compaction_interval,
        )  # fmt: skip
        self._log = log
        self._throttle = throttle
        self._startup = True
        self._schedule = _Schedule()
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._notifier: Notifier | None = None

    def stop(self) -> None:
        """Ask `run` to end; safe from any thread."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b"x")

    def run(self) -> None:
        """Follow until `stop`; then read once more and save everything."""
        self._begin()
        while not self._stopping.is_set():
            try:
                busy = self._turn()
            except Exception:  # noqa: BLE001  # whatever it was, following must go on
                self._log.exception("following files met a fault: it goes on")
                self._stopping.wait(_OVERFLOW_WAIT)
                continue
            self._wait(busy)
        self._end()

    def _begin(self) -> None:
        if self.options.use_inotify:
            try:
                self._notifier = Notifier(self._log)
            except OSError as error:
                self._log.warning("cannot use inotify: files are polled", error=error)
        if self._progress.is_saved:
            self._progress.load(self._expander.expand())
        wait = self.options.refresh_interval if self.options.skip_refresh_on_startup else 0
        self._schedule.refresh = time.monotonic() + wait

    def _turn(self) -> bool:
        """One round over what is due; returns whether there is more to read at once."""
        now = time.monotonic()
        if self._notifier is not None:
            for path in self._notifier.news():
                if path is None:
                    soon = now + self._schedule.refresh_cost * 20
                    self._schedule.refresh = min(self._schedule.refresh, soon)
                elif path in self.watches:
                    self.watches[path].due = 0.0
        if now >= self._schedule.refresh:
            self._refresh(now)
        busy = False
        for watch in list(self.watches.values()):
            if watch.due <= now and not self._stopping.is_set():
                busy = self._serve_safely(watch, now) or busy
        self._progress.save(now)
        return busy

    def _serve_safely(self, watch: Watch, now: float) -> bool:
        try:
            return self._serve(watch, now)
        except BufferOverflow:
            self._log.warning("the buffer is full: reading waits", path=watch.path)
            watch.due = time.monotonic() + _OVERFLOW_WAIT
        except OSError as error:
            self._log.warning("cannot read file: it is tried again", path=watch.path, error=error)
            watch.due = time.monotonic() + _OVERFLOW_WAIT
        return False

    # ------------------------------------------------------------------ finding files

    def _refresh(self, now: float) -> None:
        started = time.monotonic()
        paths = self._expander.expand()
        wanted = set(paths)
        for path in [path for path in self.watches if path not in wanted]:
            self._drop(self.watches[path], now)
        # a path that was rotated away and not made anew has a rest to read, too
        lost = [
            path for path in self._progress.remembered if path not in wanted and self._expander.matches(path)
        ]
        for path in [*paths, *lost]:
            if path not in self.watches:
                self._add(path, now)
            self.watches[path].dropped, self.watches[path].gone_at = False, None
            if self._stopping.is_set():
                break
        else:
            self._progress.remembered.clear()  # every path was looked at: the rest is not followed any more
        if self._notifier is not None:
            self._notifier.watch_folders(self._expander.folders(paths))
        self._startup = False
        self.counters.tracked = len(self.watches)
        self._schedule.refresh_cost = time.monotonic() - started
        self._schedule.refresh = now + self.options.refresh_interval

    def _add(self, path: str, now: float) -> None:
        watch = Watch(
            path, tag_part(path), self.options.rotate_wait, self._log, self.options.longest_line,
            finished=self._progress.finished, looked_ns=time.time_ns(),
        )  # fmt: skip
        self.watches[path] = watch
        identity, size = (0, 0), 0
        with contextlib.suppress(OSError):
            status = os.stat(path)
            identity, size = (status.st_dev, status.st_ino), status.st_size
        if self._adopt(watch, identity):
            return
        entry = self._progress.entry(path, identity[1])
        files = self._progress.remembered.pop(path, [])
        done = self._progress.finished.get(identity)
        if done is not None and not files and size >= done.position:
            reader = watch.open(done.position)
            if reader is not None and reader.head[: len(done.head)] != done.head:
                reader.restart(*reader.look())
        else:
            from_head = self.options.read_from_head or not self._startup
            open_watch(
                watch, entry, files, self._progress.saved_ns, self._identities(), now, from_head=from_head
            )
        self._opened_all(watch)
        self._log.info(
            "following file", path=path, position=watch.readers[-1].position if watch.readers else 0
        )

    def _adopt(self, watch: Watch, identity: Identity) -> bool:
        """A file renamed to a path that is followed too goes on where it was; returns whether it was one."""
        for other in self.watches.values():
            for reader in other.readers:
                if reader.rotated and reader.identity == identity:
                    other.readers.remove(reader)
                    reader.rotated, reader.path, reader.tag = False, watch.path, watch.tag
                    watch.readers.append(reader)
                    if self._notifier is not None:
                        self._notifier.watch_file(reader)
                    self._progress.note(reader)
                    return True
        return False

    def _drop(self, watch: Watch, now: float) -> None:
        """The path is gone or no longer wanted: its file is read to the end, then forgotten."""
        if os.path.exists(watch.path):
            watch.dropped = True
            watch.rotate(now)
        if watch.readers:
            return  # a path that is only gone for the moment of its rotation stays watched
        if watch.gone_at is None:
            watch.gone_at = now
            self._progress.unwatch_path(watch.path)
        if not watch.dropped and not watch.is_gone_for_good(now):
            return
        del self.watches[watch.path]
        if self._notifier is not None:
            self._notifier.forget_path(watch.path, watch.real_path)
        if self._throttle is not None:
            self._throttle.forget(watch.path)

    def _identities(self) -> set[Identity]:
        return {reader.identity for watch in self.watches.values() for reader in watch.readers}

    # ------------------------------------------------------------------ reading

    def _serve(self, watch: Watch, now: float) -> bool:
        """Look at a path and read what is new; returns whether more is waiting."""
        idle = self._look(watch, now)
        more = False
        if not idle or len(watch.readers) > 1:
            for reader in list(watch.readers):
                state = self._drain(watch, reader, now)
                if state is not _Read.ALL:
                    more = state is _Read.PART
                    break  # what came later must not overtake
                if reader.rotated and now >= reader.deadline and self._may_retire(reader, now):
                    self._retire(watch, reader)
        elif watch.readers and watch.readers[0].held:
            self._flush_event(watch.readers[0], now)
        self._plan(watch, now, idle=idle, more=more)
        return more

    def _plan(self, watch: Watch, now: float, *, idle: bool, more: bool) -> None:
        """Decide when to look at the path again: soon after news, ever later at rest."""
        if more:
            watch.due = watch.pause = 0.0
            return
        notified = (
            self._notifier is not None and bool(watch.readers) and self._notifier.covers(watch.readers[-1])
        )
        if idle:
            most = _POLL_NOTIFIED if notified else _POLL[1]
            watch.pause = min(max(watch.pause * 2, _POLL[0]), most)
        else:
            watch.pause = _POLL[0] if notified else _PAUSE * 2
        if watch.readers:
            rotated = watch.current is None or len(watch.readers) > 1
            held = watch.readers[-1].held and self.options.multiline_flush_interval
            if rotated or held:
                watch.pause = min(watch.pause, _POLL[0])
        watch.due = now + watch.pause

    def _look(self, watch: Watch, now: float) -> bool:
        """See where the path leads; returns whether the current file has nothing new."""
        looked = time.time_ns()
        caught = self._caught(watch)  # before looking: what comes later is of the next look
        status = None
        if not watch.dropped:
            with contextlib.suppress(OSError):
                status = os.stat(watch.path)
        current = watch.current
        if status is None:
            if current is not None or caught:
                watch.rotate(now)
                self._rotated(watch, now, looked, caught)
            return not watch.readers
        if current is not None and current.identity == (status.st_dev, status.st_ino):
            if caught:
                self._rotated(watch, now, looked, caught)
            watch.looked_ns = looked
            seen = (status.st_size, status.st_mtime_ns)
            if seen == current.seen and status.st_size == current.offset:
                return not caught
            current.seen = seen
            return False
        watch.rotate(now)
        if self._open_current(watch, (status.st_dev, status.st_ino), caught) or caught:
            self._rotated(watch, now, looked, caught)
        return False

    def _caught(self, watch: Watch) -> list[Reader]:
        """Files the path led to since the last look, perhaps for a moment only, that are not read yet."""
        caught = self._notifier.caught(watch.path) if self._notifier is not None else []
        if not caught:
            return caught
        known, new = self._identities(), []
        for reader in caught:
            if watch.dropped or reader.identity in known or reader.real_path != watch.real_path:
                reader.close()
            else:
                known.add(reader.identity)
                new.append(reader)
                self._go_on(reader)
        return new

    def _open_current(self, watch: Watch, identity: Identity, caught: list[Reader]) -> bool:
        """Read the file the path leads to, which may be among the `caught` ones; returns whether that is possible."""
        if self._adopt(watch, identity):
            return True
        for reader in caught:
            if reader.identity == identity:
                caught.remove(reader)
                watch.take(reader)
                return True
        opened = watch.open(0)
        if opened is not None:
            self._go_on(opened)
        return opened is not None

    def _go_on(self, reader: Reader) -> None:
        """A file that was read before goes on where it was."""
        done = self._progress.finished.get(reader.identity)
        if done is not None and reader.head[: len(done.head)] == done.head and done.position <= reader.size():
            reader.position = done.position

    def _rotated(self, watch: Watch, now: float, looked: int, caught: Sequence[Reader]) -> None:
        """Find what was missed, and save that before the position file forgets the old file."""
        self.counters.rotated += 1
        watch.open_missed(now, self._identities(), caught)
        watch.looked_ns = looked
        self._opened_all(watch)
        self._progress.save_files(now)

    def _opened_all(self, watch: Watch) -> None:
        for reader in watch.readers:
            self._opened(reader)

    def _opened(self, reader: Reader) -> None:
        if self._notifier is not None and not self._notifier.covers(reader):
            self._notifier.watch_file(reader)
        if reader.window == 0.0:
            self.counters.opened += 1
            reader.window = time.monotonic()
        self._progress.note(reader)

    def _drain(self, watch: Watch, reader: Reader, now: float) -> "_Read":
        """Read a file to its end or for one turn."""
        if not reader.rotated and reader.began_unseen():
            head, _moment = reader.look()
            watch.open_copies(reader, now, self._identities())
            reader.head = head
            if watch.readers[0] is not reader:
                self._opened_all(watch)
                return _Read.PART
        if reader.was_replaced():
            self._restart(watch, reader, now)
            return _Read.PART
        if reader.head_grew:
            reader.head_grew, watch.changed = False, True
        left = _TURN_BYTES
        while left > 0 and not self._stopping.is_set():
            most = self._allowed(reader, now)
            if not most:
                self.counters.throttled += 1
                return _Read.ENOUGH
            count = reader.advance(self._consumer.consume, most)
            self._progress.note(reader)
            if count < 0:
                self._restart(watch, reader, now)
                return _Read.PART
            if count == 0:
                self._flush_event(reader, now)
                return _Read.ALL
            reader.window_bytes += count
            reader.held_since = now
            left -= count
            self._progress.flush()
        return _Read.PART

    def _allowed(self, reader: Reader, now: float) -> int:
        """Bytes that may be read from a file at once now."""
        most = BLOCK_BYTES
        if self._throttle is not None:
            lines = self._throttle.allowance(reader.path, now)
            if lines is not None:
                most = _THROTTLED_BLOCK_BYTES if lines else 0
        limit = self.options.bytes_per_second
        if limit:
            if now - reader.window >= 1.0:
                reader.window, reader.window_bytes = now, 0
            most = min(most, limit - reader.window_bytes)
        return max(most, 0)

    def _restart(self, watch: Watch, reader: Reader, now: float) -> None:
        self.counters.rotated += 1
        head, moment = reader.look()
        copied = not reader.rotated and watch.truncate(now, self._identities())
        if not copied:
            reader.finish(self._consumer.consume)
        reader.restart(head, moment)
        self._opened_all(watch)

    def _flush_event(self, reader: Reader, now: float) -> None:
        """Hand on an event that has not grown for multiline_flush_interval."""
        interval = self.options.multiline_flush_interval
        if reader.held and self._consumer.multiline and interval and now - reader.held_since >= interval:
            reader.finish(self._consumer.consume, Take.WHOLE_LINES)
            self._progress.note(reader)

    @staticmethod
    def _may_retire(reader: Reader, now: float) -> bool:
        """Whether no stage keeps anything of the file, or it does not let go."""
        return reader.ledger.is_empty or now >= reader.deadline + _KEPT_SECONDS

    def _retire(self, watch: Watch, reader: Reader) -> None:
        """A rotated file was read to its end and has not grown for rotate_wait: let it go."""
        reader.finish(self._consumer.consume)
        self._progress.note(reader)
        self._progress.unwatch_file(reader)
        if self._notifier is not None:
            self._notifier.forget(reader)
        watch.note_finished(reader)
        reader.close()
        self.counters.closed += 1

    # ------------------------------------------------------------------ waiting and ending

    def _wait(self, busy: bool) -> None:
        if busy or self._stopping.is_set():
            return
        due = min((watch.due for watch in self.watches.values()), default=float("inf"))
        seconds = max(min(due, self._schedule.refresh) - time.monotonic(), _PAUSE)
        # what was appended may gather for a moment; files that come and go may be gone again by then
        if not self._poll(min(seconds, _PAUSE), appended=False) and seconds > _PAUSE:
            self._poll(seconds - _PAUSE, appended=True)

    def _poll(self, seconds: float, *, appended: bool) -> bool:
        """Wait for news or `stop`; returns whether there was any."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        if self._notifier is not None:
            poll.register(self._notifier.moved_fd, select.POLLIN)
            if appended:
                poll.register(self._notifier.appended_fd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _end(self) -> None:
        """Read what is there for some seconds, hand on what is held back, save, close."""
        self._stopping.clear()
        deadline = time.monotonic() + _STOP_SECONDS
        for watch in self.watches.values():
            while time.monotonic() < deadline and self._serve_safely(watch, time.monotonic()):
                pass
            for reader in watch.readers:
                self._end_reader(watch, reader)
            watch.changed = True
        if self._progress.is_saved:
            self._progress.save_all()
        if self._notifier is not None:
            self._notifier.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def close(self) -> None:
        """Save once more what stages have handed on since the end of `run`, and let go of the position file."""
        self._progress.close()

    def _end_reader(self, watch: Watch, reader: Reader) -> None:
        if self._consumer.multiline and reader.offset >= reader.size():
            try:
                reader.finish(self._consumer.consume, Take.WHOLE_LINES)
            except BufferOverflow:
                self._log.warning(
                    "the buffer is full: the last event is read again next time", path=watch.path
                )
        self._progress.note(reader)
        reader.close()
