"""The ways to know where a message ends: number of lines, patterns, marks of Docker and CRI."""

from collections.abc import Callable
from typing import Any, ClassVar

from kelp.agent.concat.streams import Part, Parts, Stream
from kelp.agent.event import Record
from kelp.agent.ruby.numbers import to_i
from kelp.agent.ruby.text import ruby_size, to_s

Search = Callable[[Any], object]
Onward = list[Parts | None]
"""What goes on now: the parts of a complete message, or None for the event at hand, as it is."""


class Mode:
    """Decides about the events of one stream."""

    # Sorts the parts of a message; None: as they came.
    order: Callable[[Part], int] | None = None
    # Whether a stream goes on after a message; else each message is a stream of its own.
    is_lasting: bool = True

    def applies(self, record: Record) -> bool:
        """Whether the event may be part of a message at all; others pass."""
        return True

    def is_whole(self, record: Record) -> bool:
        """Whether the event is a message by itself where nothing of its stream waits."""
        return False

    def identity(self, record: Record) -> str:
        """What tells apart messages of one stream that arrive mixed."""
        return ""

    def add(self, stream: Stream, time: int, record: Record) -> Onward:
        """Take an event. Raises TypeError or ValueError where its fields are of no use."""
        raise NotImplementedError

    def clean(self, message: Record, last: Record) -> None:
        """Remove the marks from a complete message, or put there those of its last part."""


class LineCount(Mode):
    """Every n events are a message."""

    def __init__(self, lines: int) -> None:
        self._lines = lines

    def add(self, stream: Stream, time: int, record: Record) -> Onward:
        stream.parts.append((time, record))
        return [stream.take()] if len(stream.parts) >= self._lines else []


class PartialField(Mode):
    """A field has a certain value in all parts but the last."""

    def __init__(
        self, key: str, value: str, keep: bool, limit_bytes: int, overflow: str, first_time: bool
    ) -> None:
        self._first_time = first_time
        self._key = key
        self._value = value
        self._keep = keep
        self._limit = limit_bytes
        self._overflow = overflow

    def applies(self, record: Record) -> bool:
        return self._key in record

    def add(self, stream: Stream, time: int, record: Record) -> Onward:
        size = ruby_size(record)
        is_last = record[self._key] != self._value
        if stream.size_bytes + size <= self._limit or self._overflow == "ignore":
            stream.size_bytes += size
            stream.parts.append((time, record))
            return [stream.take()] if is_last else []
        messages = self._before_overflow(stream, is_last=is_last)
        if self._overflow == "new":
            if self._first_time and messages and messages[0]:
                time = messages[0][0][0]
            stream.parts.append((time, record))
            stream.size_bytes = size
            if is_last:
                messages.append(stream.take())
        return messages

    def _before_overflow(self, stream: Stream, *, is_last: bool) -> Onward:
        parts = stream.take()
        if parts and self._overflow != "drop":
            return [parts]
        if self._overflow == "truncate" or (self._overflow == "drop" and is_last):
            raise ValueError("event does not fit into buffer_limit_size: nothing of the message is left")
        return []

    def clean(self, message: Record, last: Record) -> None:
        if self._keep:
            message[self._key] = last[self._key]
        else:
            message.pop(self._key, None)


class DockerPartial(Mode):
    """Docker's log drivers number the parts of a message and mark the last one."""

    is_lasting = False
    PREFIXES: ClassVar[dict[str, str]] = {
        "docker-fluentd": "partial_",
        "docker-journald": "CONTAINER_PARTIAL_",
        "docker-journald-lowercase": "container_partial_",
    }

    def __init__(self, form: str, keep: bool) -> None:
        prefix = self.PREFIXES[form]
        cased = str.upper if prefix.isupper() else str.lower
        self._message, self._id, self._ordinal, self._last = (
            prefix + cased(name) for name in ("message", "id", "ordinal", "last")
        )
        # journald does not mark the last part as partial, so there the id tells.
        self._indicator = self._message if form == "docker-fluentd" else self._id
        self._keep = keep
        self.order = lambda part: to_i(to_s(part[1].get(self._ordinal)))

    def applies(self, record: Record) -> bool:
        return self._indicator in record

    def identity(self, record: Record) -> str:
        return to_s(record.get(self._id))

    def add(self, stream: Stream, time: int, record: Record) -> Onward:
        stream.parts.append((time, record))
        return [stream.take()] if record.get(self._last) == "true" else []

    def clean(self, message: Record, last: Record) -> None:
        if not self._keep:
            for name in (self._message, self._id, self._ordinal, self._last):
                message.pop(name, None)


class CriTag(Mode):
    """CRI log lines carry P (a part) or F (the last, or whole)."""

    def __init__(self, key: str, stream_key: str, keep: bool) -> None:
        self._key = key
        self._stream_key = stream_key
        self._keep = keep

    def is_whole(self, record: Record) -> bool:
        return record.get(self._key) == "F"

    def add(self, stream: Stream, time: int, record: Record) -> Onward:
        tag = record.get(self._key)
        stream.parts.append((time, record))
        if not isinstance(tag, str):
            raise ValueError(f"field {self._key!r} holds no CRI tag, got {tag!r}")
        return [stream.take()] if tag.partition(":")[0] == "F" else []

    def clean(self, message: Record, last: Record) -> None:
        if self._keep:
            message[self._key] = last[self._key]
        else:
            message.pop(self._key, None)
        message.pop(self._stream_key, None)


class Patterns(Mode):
    """Patterns of the first line, the last line, and the lines between."""

    def __init__(self, key: str, first: Search | None, last: Search | None, between: Search | None) -> None:
        self._key = key
        self._first = first
        self._last = last
        self._between = between

    def is_whole(self, record: Record) -> bool:
        return self._last is not None and self._matches(self._last, record[self._key])

    @staticmethod
    def _matches(search: Search, text: object) -> bool:
        """Whether a pattern matches a text; nil never does. Raises TypeError for other values, as Ruby does."""
        return text is not None and bool(search(text))

    def add(self, stream: Stream, time: int, record: Record) -> Onward:
        text = record[self._key]
        messages: Onward = []
        is_last = self._last is not None and self._matches(self._last, text)
        if self._first is not None and self._matches(self._first, text):
            if stream.parts:
                messages.append(stream.take())
        elif not is_last:
            return self._between_ends(stream, time, record)
        stream.parts.append((time, record))
        if is_last:
            messages.append(stream.take())
        return messages

    def _between_ends(self, stream: Stream, time: int, record: Record) -> Onward:
        if not stream.parts:
            if self._first:  # no message has begun: the line is one by itself
                return [None]
        elif self._between is not None and not self._matches(self._between, record[self._key]):
            return [stream.take(), None]
        stream.parts.append((time, record))
        return []
