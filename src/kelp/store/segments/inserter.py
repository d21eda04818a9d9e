"""The threads that refresh: they seal segments in time and load them into the engine."""

import queue
import threading
import time
from collections.abc import Callable, Iterable

from kelp.common.log import Log
from kelp.store.errors import ApiError, Rejected
from kelp.store.segments.loader import Loader
from kelp.store.segments.log import IndexLog
from kelp.store.segments.segment import Segment

log = Log("store.segments")

_TICK_SECONDS = 0.05
_REFRESH_SHARE = 0.8
"""Documents must be searchable within the refresh interval, so the insert starts a little earlier."""
_MAX_BACKOFF_SECONDS = 60.0
PENDING_LIMIT_BYTES = 256 * 1024 * 1024


class Inserter:
    """Workers and clock behind all index logs."""

    def __init__(self, loader: Loader, logs: Callable[[], Iterable[IndexLog]], workers: int = 2) -> None:
        self._loader = loader
        self._logs = logs
        self._ready: queue.SimpleQueue[IndexLog | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._progress = threading.Condition()
        self._workers = [
            threading.Thread(target=self._work, name=f"kelp-insert-{number}", daemon=True)
            for number in range(workers)
        ]
        self._clock = threading.Thread(target=self._tick, name="kelp-refresh", daemon=True)

    def start(self) -> None:
        for thread in [*self._workers, self._clock]:
            thread.start()

    def stop(self) -> None:
        """Let running inserts end; what is still sealed stays on disk for the next start."""
        self._stopping.set()
        for _ in self._workers:
            self._ready.put(None)
        for thread in [*self._workers, self._clock]:
            if thread.is_alive():
                thread.join()

    def submit(self, index_log: IndexLog) -> None:
        """Some segment of this log was sealed."""
        self._ready.put(index_log)

    def pending_bytes(self) -> int:
        """Size of all sealed and open segments that are not in their tables yet."""
        return sum(index_log.pending_bytes() for index_log in self._logs())

    def wait_for_room(self, timeout_seconds: float = 20.0) -> None:
        """Wait while too much is pending. Raises Rejected when that lasts."""
        deadline = time.monotonic() + timeout_seconds
        while self.pending_bytes() > PENDING_LIMIT_BYTES:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Rejected(
                    f"rejected execution: {self.pending_bytes()} bytes wait to be indexed, "
                    f"the limit is {PENDING_LIMIT_BYTES}; send the request again later"
                )
            with self._progress:
                self._progress.wait(min(left, 0.25))

    def _tick(self) -> None:
        while not self._stopping.wait(_TICK_SECONDS):
            now = time.monotonic()
            for index_log in self._logs():
                index_log.seal_if_due(now, index_log.index.refresh_seconds * _REFRESH_SHARE)
                if index_log.waiting(now):
                    self._ready.put(index_log)

    def _work(self) -> None:
        while True:
            index_log = self._ready.get()
            if index_log is None:
                return
            segment = index_log.take(time.monotonic())
            while segment is not None and not self._stopping.is_set():
                self._load(index_log, segment)
                segment = index_log.take(time.monotonic())
            if segment is not None:
                index_log.release(segment)

    def _load(self, index_log: IndexLog, segment: Segment) -> None:
        try:
            self._loader.load(index_log.index, segment)
        except (ApiError, OSError) as error:
            self._failed(index_log, segment, str(error))
        except Exception as error:
            # One broken segment must not end the thread that works for all the others.
            log.exception("unexpected fault while loading a segment", segment=segment.number)
            self._failed(index_log, segment, repr(error))
        else:
            index_log.finish(segment)
        with self._progress:
            self._progress.notify_all()

    def _failed(self, index_log: IndexLog, segment: Segment, reason: str) -> None:
        segment.failures += 1
        wait = min(_MAX_BACKOFF_SECONDS, 0.5 * 2 ** min(segment.failures, 10))
        segment.retry_at = time.monotonic() + wait
        log.error(
            "cannot load a segment; trying again",
            index=index_log.index.name,
            segment=segment.number,
            seconds=wait,
            error=reason[:500],
        )
        index_log.release(segment)
