"""The ways to know where a message ends: number of lines, patterns, marks of Docker and CRI."""

from collections.abc import Callable
from typing import ClassVar

from kelp.agent.concat.streams import Part, Parts, Stream
from kelp.agent.event import Record
from kelp.agent.ruby.values import ruby_size, to_s

Search = Callable[[str], object]


class Mode:
    """Decides about the events of one stream."""

    # Sorts the parts of a message; None: as they came.
    order: Callable[[Part], int] | None = None

    def applies(self, record: Record) -> bool:
        """Whether the event may be part of a message at all; others pass."""
        return True

    def is_whole(self, record: Record) -> bool:
        """Whether the event is a message by itself where nothing waits."""
        return False

    def identity(self, record: Record) -> str:
        """What tells apart messages of one stream that arrive mixed."""
        return ""

    def add(self, stream: Stream, time: int, record: Record) -> list[Parts]:
        """Take an event; the messages that are complete now."""
        raise NotImplementedError

    def clean(self, record: Record) -> None:
        """Remove the marks from a complete message."""


class LineCount(Mode):
    """Every n events are a message."""

    def __init__(self, lines: int) -> None:
        self._lines = lines

    def add(self, stream: Stream, time: int, record: Record) -> list[Parts]:
        stream.parts.append((time, record))
        return [stream.take()] if len(stream.parts) >= self._lines else []


class PartialField(Mode):
    """A field has a certain value in all parts but the last."""

    def __init__(self, key: str, value: str, keep: bool, limit_bytes: int, overflow: str) -> None:
        self._key = key
        self._value = value
        self._keep = keep
        self._limit = limit_bytes
        self._overflow = overflow

    def applies(self, record: Record) -> bool:
        return self._key in record

    def add(self, stream: Stream, time: int, record: Record) -> list[Parts]:
        size = ruby_size(record)
        is_last = record[self._key] != self._value
        if stream.size_bytes + size <= self._limit or self._overflow == "ignore":
            stream.size_bytes += size
            stream.parts.append((time, record))
            return [stream.take()] if is_last else []
        if self._overflow == "drop":
            stream.take()
            return []
        messages = [stream.take()] if stream.parts else []
        if self._overflow == "new":
            stream.parts.append((time, record))
            stream.size_bytes = size
            if is_last:
                messages.append(stream.take())
        return messages

    def clean(self, record: Record) -> None:
        if not self._keep:
            record.pop(self._key, None)


class DockerPartial(Mode):
    """Docker's log drivers number the parts of a message and mark the last one."""

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
        self.order = lambda part: int(to_s(part[1].get(self._ordinal)) or 0)

    def applies(self, record: Record) -> bool:
        return self._indicator in record

    def identity(self, record: Record) -> str:
        return to_s(record.get(self._id))

    def add(self, stream: Stream, time: int, record: Record) -> list[Parts]:
        stream.parts.append((time, record))
        return [stream.take()] if record.get(self._last) == "true" else []

    def clean(self, record: Record) -> None:
        if not self._keep:
            for name in (self._message, self._id, self._ordinal, self._last):
                record.pop(name, None)


class CriTag(Mode):
    """CRI log lines carry P (a part) or F (the last, or whole)."""

    def __init__(self, key: str, stream_key: str, keep: bool) -> None:
        self._key = key
        self._stream_key = stream_key
        self._keep = keep

    def is_whole(self, record: Record) -> bool:
        return record.get(self._key) == "F"

    def add(self, stream: Stream, time: int, record: Record) -> list[Parts]:
        tag = record.get(self._key)
        if not isinstance(tag, str):
            raise ValueError(f"field {self._key!r} holds no CRI tag, got {tag!r}")
        stream.parts.append((time, record))
        return [stream.take()] if tag.partition(":")[0] == "F" else []

    def clean(self, record: Record) -> None:
        if not self._keep:
            record.pop(self._key, None)
        record.pop(self._stream_key, None)


class Patterns(Mode):
    """Patterns of the first line, the last line, and the lines between."""

    def __init__(self, key: str, first: Search | None, last: Search | None, between: Search | None) -> None:
        self._key = key
        self._first = first
        self._last = last
        self._between = between

    def is_whole(self, record: Record) -> bool:
        text = record[self._key]
        return isinstance(text, str) and self._last is not None and bool(self._last(text))

    def add(self, stream: Stream, time: int, record: Record) -> list[Parts]:
        text = record[self._key]
        if text is None:
            text = ""
        part = (time, record)
        if self._first and self._first(text):
            messages = [stream.take()] if stream.parts else []
            stream.parts.append(part)
            if self._last and self._last(text):
                messages.append(stream.take())
            return messages
        if self._last and self._last(text):
            stream.parts.append(part)
            return [stream.take()]
        if not stream.parts:
            if self._first:  # no message has begun: the line is one by itself
                return [[part]]
            stream.parts.append(part)
            return []
        if self._between is None or self._between(text):
            stream.parts.append(part)
            return []
        return [stream.take(), [part]]
