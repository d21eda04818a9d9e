"""The threads that carry chunks from the buffer to the sink, and what happens when the sink fails."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.errors import ChunkDamaged
from kelp.agent.buffer.retry import RetryState
from kelp.agent.plugin import UnrecoverableError

if TYPE_CHECKING:
    from kelp.agent.buffer.output import BufferedOutput

# Errors of code or data: the same chunk would fail the same way again.
_HOPELESS = (UnrecoverableError, TypeError, AttributeError, UnicodeError)
_REST_AFTER_FAULT = 1.0  # seconds
_DRAIN_GRACE = 5.0  # seconds a buffer in memory keeps trying at shutdown after a first failure


class Flusher:
    """Owns the flush threads of one output."""

    def __init__(self, output: "BufferedOutput", clock: Callable[[], float] = time.time) -> None:
        self._output = output
        self._buffer = output.chunks
        self._section = output.buffer
        self._clock = clock
        self._rules = self._section.retry_rules(output.secondary is not None)
        self._retry: RetryState | None = None
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._ending = False
        self._drain = False
        self._drain_failed_at: float | None = None
        self._check_seconds = self._check_interval()

    @property
    def retry(self) -> RetryState | None:
        """The present series of failures, None while all is well."""
        return self._retry

    def _check_interval(self) -> float:
        """Half of the shortest time in which a new chunk may become due: then none is seen late."""
        spans = [10.0]
        if self._section.mode == "interval":
            spans.append(self._section.flush_interval)
        if self._output.keys.timekey is not None:
            spans.append(max(self._section.timekey_wait, 1.0))
            spans.append(self._output.keys.timekey)
        return max(0.02, min(min(spans) / 2, max(self._section.flush_thread_interval, 0.02)))

    def start(self) -> None:
        for number in range(self._section.flush_thread_count):
            name = f"flush-{self._output.plugin_id}-{number}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def finish(self, drain: bool) -> None:
        """End the threads; with `drain`, after an attempt to deliver everything."""
        if drain:
            self._buffer.enqueue_all()
        with self._buffer.changed:
            self._drain = drain
            self._ending = True
        self._buffer.wake()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            try:
                chunk = self._next()
                if chunk is None:
                    return
                self._flush(chunk)
                self._rest()
            except Exception:  # a thread that ends would stop the output for good
                self._output.log.exception("flush thread failed, going on", plugin=self._output.plugin_id)
                time.sleep(_REST_AFTER_FAULT)

    def _next(self) -> Chunk | None:
        """Wait for a chunk that may be flushed now; None at the end."""
        with self._buffer.changed:
            while True:
                if self._ending and not self._may_drain():
                    return None
                self._enqueue_due()
                wait = self._seconds_to_wait()
                if wait <= 0:
                    return self._buffer.dequeue()
                self._buffer.changed.wait(wait)

    def _may_drain(self) -> bool:
        if not self._drain or not self._buffer.waiting:
            return False
        if self._drain_failed_at is None:
            return True
        return not self._output.storage.persistent and time.monotonic() < self._drain_failed_at + _DRAIN_GRACE

    def _seconds_to_wait(self) -> float:
        if not self._buffer.waiting:
            return self._next_due()
        retry = self._retry
        if retry is None or self._ending:
            return 0.0
        return min(retry.next_time - time.monotonic(), 60.0)

    def _next_due(self) -> float:
        wait = self._check_seconds
        if self._section.mode == "interval":
            now = time.monotonic()
            for chunk in self._buffer.staged_chunks():
                wait = min(wait, chunk.born + self._section.flush_interval - now)
        return max(wait, 0.005)

    def _enqueue_due(self) -> None:
        if self._section.mode == "interval":
            oldest = time.monotonic() - self._section.flush_interval
            self._buffer.enqueue_if(lambda chunk: chunk.born <= oldest)
        span = self._output.keys.timekey
        if span is not None:
            now = self._clock()
            latest = now - span - self._section.timekey_wait
            current = self._output.sorter.timekey(int(now))
            self._buffer.enqueue_if(
                lambda chunk: (
                    chunk.metadata.timekey is None
                    or (chunk.metadata.timekey < current and chunk.metadata.timekey <= latest)
                )
            )

    def _rest(self) -> None:
        pause = self._section.flush_thread_burst_interval
        if self._ending:
            pause = 0.2 if self._drain_failed_at is not None else 0.0
        if pause > 0 and self._buffer.waiting:
            with self._buffer.changed:
                self._buffer.changed.wait_for(lambda: self._ending, pause)

    def _flush(self, chunk: Chunk) -> None:
        output, retry = self._output, self._retry
        in_secondary = retry is not None and retry.secondary
        output.stats.write_count += 1
        started = time.monotonic()
        try:
            if in_secondary:
                output.write_to_secondary(chunk)
            else:
                output.write(chunk)
        except _HOPELESS as error:
            self._give_up(chunk, error, in_secondary=in_secondary)
        except ChunkDamaged as error:
            self._keep_copy(chunk, error)
        except Exception as error:  # noqa: BLE001 - whatever a sink raises means: try again
            self._take_back(chunk, error, in_secondary=in_secondary)
        else:
            self._done(chunk, in_secondary=in_secondary)
        self._check_slow(time.monotonic() - started)

    def _check_slow(self, seconds: float) -> None:
        stats, threshold = self._output.stats, self._output.slow_flush_log_threshold
        stats.flush_time_count += int(seconds * 1000)
        if seconds > threshold:
            stats.slow_flush_count += 1
            self._output.log.warning(
                "flush took long", seconds=round(seconds, 3), slow_flush_log_threshold=threshold
            )

    def _done(self, chunk: Chunk, in_secondary: bool) -> None:
        self._buffer.purge(chunk)
        with self._lock:
            if self._retry is not None:
                by = "secondary" if in_secondary else "primary"
                self._output.log.warning(
                    "retry succeeded", by=by, chunk=chunk.id, retry_times=self._retry.steps
                )
                self._retry = None

    def _take_back(self, chunk: Chunk, error: Exception, in_secondary: bool) -> None:
        if self._ending and self._drain_failed_at is None:
            self._drain_failed_at = time.monotonic()
        if self._buffer.take_back(chunk):
            self._output.stats.rollback_count += 1
        with self._lock:
            self._output.stats.num_errors += 1
            if self._retry is None:
                self._retry = RetryState(self._rules)
            elif time.monotonic() >= self._retry.next_time:
                self._retry.step()
            else:
                return  # another thread failed at the same time and has told so
            if self._retry.exhausted:
                self._drop_queue(error)
            else:
                self._log_failure(self._retry, chunk, error, in_secondary)

    def _log_failure(self, retry: RetryState, chunk: Chunk, error: Exception, in_secondary: bool) -> None:
        following = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(retry.time_of_day(retry.next_time)))
        self._output.log.warning(
            "cannot flush chunk" + (" to the secondary" if in_secondary else ""),
            chunk=chunk.id,
            retry_times=retry.steps,
            next_retry=following,
            queued=self._buffer.queue_length,
            error=describe(error),
        )

    def _drop_queue(self, error: Exception) -> None:
        retry = self._retry
        chunks, records = self._buffer.clear_queue()
        self._output.log.error(
            "retry limit reached: dropped all queued chunks; set retry_forever or <secondary> to keep them",
            retry_times=retry.steps if retry else 0,
            chunks=chunks,
            records=records,
            error=describe(error),
        )
        self._retry = None

    def _give_up(self, chunk: Chunk, error: Exception, in_secondary: bool) -> None:
        """The chunk can never be written: to the secondary, or keep a copy of it."""
        output = self._output
        secondary = output.secondary
        if in_secondary or secondary is None or type(secondary) is type(output):
            self._keep_copy(chunk, error)
            return
        output.log.warning(
            "cannot ever flush chunk, giving it to the secondary", chunk=chunk.id, error=describe(error)
        )
        try:
            output.write_to_secondary(chunk)
        except Exception as second:  # noqa: BLE001 - the copy is the last resort, whatever went wrong
            self._keep_copy(chunk, second)
        else:
            self._done(chunk, in_secondary=True)

    def _keep_copy(self, chunk: Chunk, error: Exception) -> None:
        storage = self._output.storage
        copy = storage.backup(chunk.id, salvage(chunk))
        self._output.log.error(
            "cannot ever flush chunk; " + ("thrown away, backup disabled" if copy is None else "kept a copy"),
            chunk=chunk.id,
            records=chunk.records,
            copy=copy or "none",
            error=describe(error),
        )
        self._done(chunk, in_secondary=False)


def salvage(chunk: Chunk) -> bytes:
    """The chunk's data as far as it can be read."""
    parts = []
    try:
        for frame in chunk.frames():
            parts.append(frame.data)
    except ChunkDamaged:
        return b"".join(parts)
    return b"".join(parts)


def describe(error: Exception) -> str:
    """An error as one line of text."""
    return str(error) or type(error).__name__
