"""The detect_exceptions output: joins the lines of stack traces and sends events on under another tag."""

import threading
import time as clock

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.exceptions.detector import Rules, TraceCollector, may_begin
from kelp.agent.origin import emission, present
from kelp.agent.plugin import BufferOverflow, Output, register
from kelp.agent.ruby.values import to_s

_FORGET_SECONDS = 600.0


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
        self._collectors: dict[str, dict[str, TraceCollector]] = {}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._timer: threading.Thread | None = None

    def start(self) -> None:
        if self.multiline_flush_interval is not None:
            self._timer = threading.Thread(target=self._watch, name="detect-exceptions", daemon=True)
            self._timer.start()

    def stop(self) -> None:
        self._ended.set()

    def shutdown(self) -> None:
        if self._timer is not None:
            self._timer.join()
        self._flush_older_than(0.0)

    def process(self, tag: str, batch: Batch) -> None:
        # Held while emitting too: the lines of a stream must leave in the order they came.
        with self._lock:
            collectors = self._collectors.setdefault(tag, {})
            if not self._is_plain(collectors, batch):
                self._remember(tag)
                batch = self._collected(collectors, batch)
            self._send(tag, batch)

    def _remember(self, tag: str) -> None:
        """Should the emission fail, its events come again: they must find the same state as now."""
        now = present()
        if now is None:
            return
        before = {stream: one.copy() for stream, one in self._collectors[tag].items()}

        def restore() -> None:
            with self._lock:
                self._collectors[tag] = before

        now.undo.append(restore)

    def _is_plain(self, collectors: dict[str, TraceCollector], batch: Batch) -> bool:
        """Whether no trace is open and none can begin in this batch: the usual case, settled in one look."""
        if not self.message or not all(collector.is_idle for collector in collectors.values()):
            return False
        field = self.message
        return not may_begin("\n".join([line for r in batch.records if type(line := r.get(field)) is str]))

    def _collected(self, collectors: dict[str, TraceCollector], batch: Batch) -> Batch:
        out = Batch()
        for time, record in zip(batch.times, batch.records, strict=True):
            self._collector(collectors, record).push(time, record, out)
        return out

    def _collector(self, collectors: dict[str, TraceCollector], record: Record) -> TraceCollector:
        stream = to_s(record.get(self.stream, "")) if self.stream else ""
        found = collectors.get(stream)
        if found is None:
            limits = (self.max_lines, self.max_bytes, self.force_line_breaks)
            found = collectors[stream] = TraceCollector(self._rules, self.message, *limits)
        return found

    def _send(self, tag: str, batch: Batch) -> None:
        if batch.times:
            self.emit(tag.removeprefix(self.remove_tag_prefix + "."), batch)

    def _watch(self) -> None:
        interval = self.multiline_flush_interval or 0.0
        while not self._ended.wait(max(interval * 0.1, 1.0)):
            self._flush_older_than(interval)

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
            self._remember(tag)
            out = Batch()
            for collector in collectors:
                collector.flush(out)
            self._send(tag, out)
