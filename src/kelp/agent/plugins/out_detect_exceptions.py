"""The detect_exceptions output: joins the lines of stack traces and sends events on under another tag."""

import threading
import time as clock
from bisect import bisect_left
from functools import partial
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.exceptions.detector import Rules, TraceCollector, possible_beginnings
from kelp.agent.origin import emission, remember
from kelp.agent.plugin import BufferOverflow, Output, Router, register
from kelp.agent.plugin.clock import Ticker

_FORGET_SECONDS = 600.0
_STREAMS = 2  # streams of a tag that are looked for ahead: stdout and stderr
Identity = str | tuple[str]
"""What tells streams apart: a text, or how any other value is written."""


def _identity(value: Any) -> Identity:
    return value if type(value) is str else (repr(value),)


@register("output", "detect_exceptions")
class DetectExceptionsOutput(Output):
    """Join the lines of a stack trace into one event; everything goes on under the tag without its prefix."""

    remove_tag_prefix: str = param.string(description="Prefix to remove from the tag of what is sent on.")
    message: str = param.string("", description="Field that holds the line; without it, message or log.")
    languages: list[str] = param.array(
        [], value_type="string", description="Languages whose traces are looked for; without it, all."
    )
    multiline_flush_interval: float | None = param.time(
        None, description="Seconds after which an unfinished trace is sent on; without it, never."
    )
    force_line_breaks: bool = param.boolean(
        False, description="Put line breaks between joined lines that lack them."
    )
    max_lines: int = param.integer(1000, description="Lines of one trace at most; 0: no limit.")
    max_bytes: int = param.integer(0, description="Characters of one trace at most; 0: no limit.")
    stream: str = param.string("", description="Field that keeps streams of one tag apart.")

    def configure(self) -> None:
        try:
            self._rules = Rules(self.languages)
        except ValueError as error:
            raise self.error(
                f"option 'languages' must be {error}, got {self.languages}", "languages"
            ) from None
        self._collectors: dict[str, dict[Identity, TraceCollector]] = {}
        self._lock = threading.RLock()
        seconds = self.multiline_flush_interval
        flush = partial(self._flush_older_than, seconds or 0.0)
        pause = None if seconds is None else max(seconds * 0.1, 1.0)
        self._ticker = Ticker(pause, flush, self.log, "detect-exceptions")

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def shutdown(self) -> None:
        self._ticker.join()
        self._flush_older_than(0.0)

    def process(self, tag: str, batch: Batch) -> None:
        # Held while emitting too: the lines of a stream must leave in the order they came.
        with self._lock:
            collectors = self._collectors.setdefault(tag, {})
            if self.stream and len(collectors) < _STREAMS:
                self._meet(collectors, batch)
            beginnings = self._beginnings(batch)
            idle = all(collector.is_idle for collector in collectors.values())
            if beginnings is None or beginnings or not idle:
                remember(self._collectors, tag, self._lock)
                batch = self._collected(collectors, batch, beginnings, idle=idle)
            self._send(tag, batch)

    def _beginnings(self, batch: Batch) -> list[int] | None:
        """Indexes of the events that can begin a trace; None where that takes a look at each event."""
        field = self.message
        if not field:
            return None
        lines = [record.get(field) for record in batch.records]
        return possible_beginnings([line if type(line) is str else "" for line in lines])

    def _collected(
        self,
        collectors: dict[Identity, TraceCollector],
        batch: Batch,
        beginnings: list[int] | None,
        *,
        idle: bool,
    ) -> Batch:
        """Push events one by one, but pass over those that cannot matter: outside of traces, up to a beginning."""
        out = Batch()
        times, records = batch.times, batch.records
        at, count = 0, len(times)
        while at < count:
            if idle and beginnings is not None:
                found = bisect_left(beginnings, at)
                next_at = beginnings[found] if found < len(beginnings) else count
                out.times += times[at:next_at]
                out.records += records[at:next_at]
                at = next_at
                if at == count:
                    break
            stream = _identity(records[at].get(self.stream, "")) if self.stream else ""
            collector = self._collector(collectors, stream)
            collector.push(times[at], records[at], out)
            idle = collector.is_idle and all(one.is_idle for one in collectors.values())
            at += 1
        return out

    def _meet(self, collectors: dict[Identity, TraceCollector], batch: Batch) -> None:
        """Traces left at the end go on in the order in which their streams appeared, not in that of the traces."""
        field = self.stream
        values = [record.get(field, "") for record in batch.records]
        try:
            values = list(dict.fromkeys(values))
        except TypeError:  # lists and hashes among them
            values = list({repr(value): value for value in values}.values())
        for value in values:
            self._collector(collectors, _identity(value))

    def _collector(self, collectors: dict[Identity, TraceCollector], stream: Identity) -> TraceCollector:
        found = collectors.get(stream)
        if found is None:
            limits = (self.max_lines, self.max_bytes, self.force_line_breaks)
            found = collectors[stream] = TraceCollector(self._rules, self.message, *limits)
        return found

    def _send(self, tag: str, batch: Batch) -> None:
        if batch.times:
            self.emit(tag.removeprefix(self.remove_tag_prefix + "."), batch)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        return [(self.router, tag.removeprefix(self.remove_tag_prefix + "."))]

    def _flush_older_than(self, seconds: float) -> None:
        now = clock.monotonic()
        with self._lock:
            for tag, collectors in list(self._collectors.items()):
                try:
                    self._flush_tag(tag, [one for one in collectors.values() if now - one.since >= seconds])
                except BufferOverflow as error:
                    self.log.warning("cannot hand on a trace: it is tried again", tag=tag, error=error)
                    continue
                idle = all(one.is_idle and now - one.since > _FORGET_SECONDS for one in collectors.values())
                if idle:  # of a container that is gone, perhaps; it is made again when need be
                    del self._collectors[tag]

    def _flush_tag(self, tag: str, collectors: list[TraceCollector]) -> None:
        if all(one.is_idle for one in collectors):
            return
        with emission():
            remember(self._collectors, tag, self._lock)
            out = Batch()
            for collector in collectors:
                collector.flush(out)
            self._send(tag, out)
