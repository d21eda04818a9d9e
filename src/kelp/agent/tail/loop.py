"""The thread that follows all files of one input."""

import contextlib
import os
import select
import time

from kelp.agent.plugin.input import BufferOverflow
from kelp.agent.tail.files import FollowedFiles
from kelp.agent.tail.notifier import News, Notifier
from kelp.agent.tail.paths import PathExpander
from kelp.agent.tail.positions import PositionFile, Sidecar
from kelp.agent.tail.progress import Progress
from kelp.agent.tail.reading import Consumer, FileReading
from kelp.agent.tail.state import TailOptions, TailState
from kelp.agent.tail.throttle import GroupThrottle
from kelp.agent.tail.watch import Watch
from kelp.common.log import Log

_PAUSE = 0.05  # between looks at a busy file, so that lines gather into batches
_POLL = (0.2, 1.0)  # seconds between looks: after news, and at rest
_POLL_NOTIFIED = 2.0  # at rest, when inotify tells of news anyway
_OVERFLOW_WAIT = 1.0
_STOP_SECONDS = 5.0


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
        self._options = options
        self._log = log
        self._expander = expander
        self.watches: dict[str, Watch] = {}
        self._progress = Progress(
            self.watches, positions, sidecar, log,
            follow_inodes=options.follow_inodes, compaction_interval=options.compaction_interval,
        )  # fmt: skip
        self._news = self._open_news()
        state = TailState(options, self.watches, self._progress, self._news, throttle, log)
        self.counters, self._stopping = state.counters, state.stopping
        self._files = FollowedFiles(state, expander)
        self._reading = FileReading(state, self._files, consumer)
        self._refresh_due = self._refresh_cost = 0.0
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def _open_news(self) -> News:
        if self._options.use_inotify:
            try:
                return Notifier(self._log)
            except OSError as error:
                self._log.warning("cannot use inotify: files are polled", error=error)
        return News()

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
        if self._progress.is_saved:
            self._progress.load(self._expander.expand())
        wait = self._options.refresh_interval if self._options.skip_refresh_on_startup else 0
        self._refresh_due = time.monotonic() + wait

    def _turn(self) -> bool:
        """One round over what is due; returns whether there is more to read at once."""
        now = time.monotonic()
        for path in self._news.news():
            if path is None:
                self._refresh_due = min(self._refresh_due, now + self._refresh_cost * 20)
            elif path in self.watches:
                self.watches[path].due = 0.0
        if now >= self._refresh_due:
            self._files.refresh(now)
            self._refresh_cost = time.monotonic() - now
            self._refresh_due = now + self._options.refresh_interval
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

    def _serve(self, watch: Watch, now: float) -> bool:
        """Look at a path and read what is new; returns whether more is waiting."""
        idle = self._files.look(watch, now)
        more = self._reading.read(watch, now, idle=idle)
        self._plan(watch, now, idle=idle, more=more)
        return more

    def _plan(self, watch: Watch, now: float, *, idle: bool, more: bool) -> None:
        """Decide when to look at the path again: soon after news, ever later at rest."""
        if more:
            watch.due = watch.pause = 0.0
            return
        notified = bool(watch.readers) and self._news.covers(watch.readers[-1])
        if idle:
            most = _POLL_NOTIFIED if notified else _POLL[1]
            watch.pause = min(max(watch.pause * 2, _POLL[0]), most)
        else:
            watch.pause = _POLL[0] if notified else _PAUSE * 2
        if watch.readers:
            rotated = watch.current is None or len(watch.readers) > 1
            held = watch.readers[-1].held and self._options.multiline_flush_interval
            if rotated or held:
                watch.pause = min(watch.pause, _POLL[0])
        watch.due = now + watch.pause

    def _wait(self, busy: bool) -> None:
        if busy or self._stopping.is_set():
            return
        due = min((watch.due for watch in self.watches.values()), default=float("inf"))
        seconds = max(min(due, self._refresh_due) - time.monotonic(), _PAUSE)
        # what was appended may gather for a moment; files that come and go may be gone again by then
        if not self._poll(min(seconds, _PAUSE), appended=False) and seconds > _PAUSE:
            self._poll(seconds - _PAUSE, appended=True)

    def _poll(self, seconds: float, *, appended: bool) -> bool:
        """Wait for news or `stop`; returns whether there was any."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        for descriptor in self._news.descriptors(appended=appended):
            poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _end(self) -> None:
        """Read what is there for some seconds, hand on what is held back, save, close."""
        self._stopping.clear()
        deadline = time.monotonic() + _STOP_SECONDS
        for watch in self.watches.values():
            while time.monotonic() < deadline and self._serve_safely(watch, time.monotonic()):
                pass
            self._reading.end(watch)
        if self._progress.is_saved:
            self._progress.save_all()
        self._news.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def close(self) -> None:
        """Save once more what stages have handed on since the end of `run`, and let go of the position file."""
        self._progress.close()
