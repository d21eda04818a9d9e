"""The concat filter: join the lines of one message that arrived as several events."""

import threading
import time as clock
from collections.abc import Callable
from functools import partial
from itertools import count

from kelp.agent.concat.modes import CriTag, DockerPartial, LineCount, Mode, PartialField, Patterns
from kelp.agent.concat.streams import Stream, joined
from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.origin import emission, remember
from kelp.agent.plugin import BufferOverflow, Filter, Router, register
from kelp.agent.plugin.clock import Ticker
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.text import to_s
from kelp.common.errors import KelpError

_OWN_TAGS = ("fluent.trace", "fluent.debug", "fluent.info", "fluent.warn", "fluent.error", "fluent.fatal")
_CHECK_SECONDS = 1.0


class ConcatTimeout(KelpError):
    """A message whose last line did not come in time."""


@register("filter", "concat")
class ConcatFilter(Filter):
    """Join the lines of one message: by patterns, by number, or by the marks of Docker and CRI."""

    sees_single_events = False

    key: str = param.string(description="Field that holds a part of the message.")
    separator: str = param.string("\n", description="Text put between the parts.")
    n_lines: int | None = param.integer(None, description="Join this many events.")
    multiline_start_regexp: str | None = param.string(
        None, description="/Pattern/ of the first line of a message."
    )
    multiline_end_regexp: str | None = param.string(
        None, description="/Pattern/ of the last line of a message."
    )
    continuous_line_regexp: str | None = param.string(None, description="/Pattern/ of the lines between.")
    stream_identity_key: str | None = param.string(
        None, description="Field that keeps streams of one tag apart."
    )
    flush_interval: float = param.time(
        60, description="Seconds after the last part until a message is handed on unfinished; 0: never."
    )
    timeout_label: str | None = param.string(
        None,
        description="Label that takes messages handed on unfinished; without it @ERROR takes them, or they go on their way.",
    )
    use_first_timestamp: bool = param.boolean(
        False, description="Give the message the time of its first part."
    )
    partial_key: str | None = param.string(
        None, description="Field that tells whether a part is the last one."
    )
    partial_value: str | None = param.string(
        None, description="Value of `partial_key` in all parts but the last."
    )
    keep_partial_key: bool = param.boolean(False, description="Leave `partial_key` in the message.")
    use_partial_metadata: bool = param.boolean(False, description="Use the marks of Docker's log drivers.")
    partial_metadata_format: str = param.enum(
        list(DockerPartial.PREFIXES),
        "docker-fluentd",
        description="Which of Docker's log drivers made the marks.",
    )
    keep_partial_metadata: bool = param.boolean(False, description="Leave those marks in the message.")
    use_partial_cri_logtag: bool = param.boolean(False, description="Use the P and F of CRI log lines.")
    partial_cri_logtag_key: str | None = param.string(None, description="Field that holds the P or F.")
    partial_cri_stream_key: str = param.string(
        "stream", description="Field that holds the stream name; it is removed, as in Fluentd."
    )
    buffer_limit_size: int = param.size(512_000, description="Bytes of one message (with `partial_key`).")
    buffer_overflow_method: str = param.enum(
        ["ignore", "truncate", "drop", "new"],
        "ignore",
        description="What happens beyond `buffer_limit_size`: go on, cut, drop all, or begin a new message.",
    )

    def configure(self) -> None:
        self._mode = self._choose_mode()
        self._streams: dict[str, dict[str, Stream]] = {}  # by tag and identity
        self._numbers = count()
        self._lock = threading.Lock()
        seconds = _CHECK_SECONDS if self.flush_interval > 0 else None
        self._ticker = Ticker(seconds, self._flush_late, self.log, "concat")
        self._late: Router | None = self.context.router(self.timeout_label) if self.timeout_label else None

    def _choose_mode(self) -> Mode:
        patterns = self.multiline_start_regexp or self.multiline_end_regexp
        ways = {
            "n_lines": self.n_lines is not None,
            "multiline_start_regexp/multiline_end_regexp": bool(patterns),
            "partial_key": self.partial_key is not None,
            "use_partial_metadata": self.use_partial_metadata,
            "use_partial_cri_logtag": self.use_partial_cri_logtag,
        }
        chosen = [name for name, given in ways.items() if given]
        if not chosen:
            raise self.error("one of these is required: " + ", ".join(ways))
        if len(chosen) > 1 and chosen != ["use_partial_metadata", "use_partial_cri_logtag"]:
            raise self.error(" and ".join(chosen) + " are exclusive")
        if self.n_lines is not None:
            return LineCount(self.n_lines)
        if self.partial_key is not None:
            if self.partial_value is None:
                raise self.error("option 'partial_value' is required with partial_key", "partial_key")
            limit = (self.buffer_limit_size, self.buffer_overflow_method, self.use_first_timestamp)
            return PartialField(self.partial_key, self.partial_value, self.keep_partial_key, *limit)
        if self.use_partial_metadata:
            return DockerPartial(self.partial_metadata_format, self.keep_partial_metadata)
        if self.use_partial_cri_logtag:
            if self.partial_cri_logtag_key is None:
                raise self.error("option 'partial_cri_logtag_key' is required with use_partial_cri_logtag")
            return CriTag(self.partial_cri_logtag_key, self.partial_cri_stream_key, self.keep_partial_key)
        names = ("multiline_start_regexp", "multiline_end_regexp", "continuous_line_regexp")
        return Patterns(self.key, *(self._pattern(name) for name in names))

    def _pattern(self, option: str) -> "Callable[[str], object] | None":
        text: str | None = getattr(self, option)
        if text is None:
            return None
        try:
            # The first and the last character are the slashes, as in Fluentd.
            return compile_regexp(text[1:-1]).search
        except ValueError as error:
            raise self.error(f"option {option!r} must be a regular expression ({error})", option) from None

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()

    def shutdown(self) -> None:
        self._ticker.join()
        with self._lock:
            streams = [one for named in self._streams.values() for one in named.values() if one.parts]
            self._streams.clear()
        for stream in sorted(streams, key=lambda one: one.number):
            if self._late is None and not self.context.has_error_label and stream.kept.is_of_file:
                # Fluentd loses such a message; here its file is read again from before it next time.
                self.log.info("unfinished message: it is read again at the next start", stream=stream.name)
                continue
            with emission():
                time, record = joined(stream.take(), self.key, self.separator, self._mode.order)
                self._hand_on(stream.tag, time, record, f"flush remaining buffer: {stream.name}")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        key = self.key
        if tag in _OWN_TAGS or not any(key in record for record in batch.records):
            return batch
        out = Batch()
        with self._lock:
            remember(self._streams, tag, self._lock)
            streams = self._streams.setdefault(tag, {})
            mode, name_of, now = self._mode, self._identity(), clock.monotonic()
            for time, record in zip(batch.times, batch.records, strict=True):
                if key not in record or not mode.applies(record):
                    out.append(time, record)
                    continue
                identity = name_of(record)
                stream = streams.get(identity)
                if stream is None:
                    stream = streams[identity] = Stream(tag, identity, next(self._numbers))
                stream.touched = now
                try:
                    if not stream.parts and mode.is_whole(record) and type(record[key]) is str:
                        mode.clean(record, record)
                        out.append(time, record)
                    else:
                        self._add(stream, time, record, out)
                except (TypeError, AttributeError, ValueError) as error:
                    self.emit_error(tag, time, record, error)
            self._forget_ended(tag)
        return out

    def _forget_ended(self, tag: str) -> None:
        """Streams that hold nothing go, unless a timer does that."""
        streams = self._streams[tag]
        if not self._mode.is_lasting or self.flush_interval <= 0:
            for name in [name for name, stream in streams.items() if not stream.parts]:
                del streams[name]
        if not streams:
            del self._streams[tag]

    def _identity(self) -> Callable[[Record], str]:
        """What tells the streams of a tag apart."""
        field, of_mode = self.stream_identity_key, self._mode.identity
        if not field:
            return of_mode
        if self._mode.is_lasting:
            return lambda record: to_s(record.get(field))
        return lambda record: to_s(record.get(field)) + of_mode(record)

    def _add(self, stream: Stream, time: int, record: Record, out: Batch) -> None:
        try:
            messages = self._mode.add(stream, time, record)
        finally:
            if stream.parts:
                stream.kept.add(record)
        at = time
        for parts in messages:
            if parts is None:
                out.append(at, record)
                continue
            first_time, message = joined(parts, self.key, self.separator, self._mode.order)
            message = {**record, **message}
            self._mode.clean(message, record)
            if self.use_first_timestamp:
                at = first_time
            out.append(at, message)

    def _flush_late(self) -> None:
        """Hand on what waited for `flush_interval`."""
        for stream in self._take_late(clock.monotonic() - self.flush_interval):
            try:
                with emission() as now_emitted:
                    now_emitted.undo.append(partial(self._put_back, stream.copy()))
                    time, record = joined(stream.take(), self.key, self.separator, self._mode.order)
                    now_nanos = time if self.use_first_timestamp else clock.time_ns()
                    self._hand_on(stream.tag, now_nanos, record, f"timeout flush: {stream.name}")
            except BufferOverflow as error:
                self.log.warning(
                    "cannot hand on a message: it is tried again", stream=stream.name, error=error
                )

    def _take_late(self, moment: float) -> list[Stream]:
        """Forget the streams last touched before a moment (monotonic seconds); those of them with parts."""
        late = []
        with self._lock:
            for tag, streams in list(self._streams.items()):
                for identity in [name for name, stream in streams.items() if stream.touched <= moment]:
                    late.append(streams.pop(identity))
                if not streams:
                    del self._streams[tag]
        return [stream for stream in sorted(late, key=lambda one: one.number) if stream.parts]

    def _put_back(self, stream: Stream) -> None:
        with self._lock:
            streams = self._streams.setdefault(stream.tag, {})
            newer = streams.get(stream.identity)
            if newer is not None:
                stream.parts += newer.parts
                stream.size_bytes += newer.size_bytes
                stream.kept.join(newer.kept)
            streams[stream.identity] = stream

    def _hand_on(self, tag: str, time: int, record: Record, message: str) -> None:
        """Unfinished messages go to `timeout_label`, or `@ERROR`.

        Without both, Fluentd only logs them; here they go on their way, so that no line is lost.
        """
        self.log.info(message)
        if self._late is not None:
            self._late.emit(tag, Batch([time], [record]))
        elif self.context.has_error_label:
            self.emit_error(tag, time, record, ConcatTimeout(message))
        else:
            self.emit_downstream(tag, Batch([time], [record]))
