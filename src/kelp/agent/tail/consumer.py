"""Bytes of a followed file to events: whole lines, parsed as a batch."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import partial

from kelp.agent.event import Batch
from kelp.agent.parse import ParserError
from kelp.agent.parse.record_parser import decode_line, encode_line
from kelp.agent.plugin.parser import Parsed, ParsedLines, Parser
from kelp.agent.tail.reader import Reader, Take
from kelp.agent.tail.throttle import GroupThrottle
from kelp.common.log import Log

StartOf = Callable[[int], int]
"""Index → where in the block it begins, in bytes."""
HandOn = Callable[[Reader, Batch, StartOf], None]
"""(reader, events, where the line of each begins)"""

_WARNING_PAUSE = 1.0
_SHOWN = 500


class EventConsumer(ABC):
    """What both kinds of consumers share: batches, unmatched lines, warnings."""

    multiline = False

    def __init__(
        self,
        parser: Parser,
        hand_on: HandOn,
        log: Log,
        *,
        emit_unmatched: bool = False,
        lines_at_once: int = 0,
        longest_line: int = 0,
        codec: str | None = None,
        throttle: GroupThrottle | None = None,
    ) -> None:
        self._parser = parser
        self._hand_on = hand_on
        self._log = log
        self._emit_unmatched = emit_unmatched
        self._lines_at_once = lines_at_once
        self._longest_line = longest_line
        self._codec = codec
        self._throttle = throttle
        self._newline = "\n".encode(_without_mark(codec)) if codec else b"\n"
        self._quiet_until = 0.0
        self._unsaid = 0

    @abstractmethod
    def consume(self, reader: Reader, data: bytes, take: Take) -> int:
        """Emit the events in `data`; returns the bytes used up."""

    def _end_of_lines(self, data: bytes, take: Take) -> int:
        """Bytes of `data` up to the end of its last whole line; all of them where nothing more will come."""
        if take is Take.ALL:
            return len(data)
        newline = self._newline
        end = data.rfind(newline) + len(newline)
        width = len(newline)
        while width > 1 and end % width and end >= width:  # UTF-16, UTF-32: only at whole characters
            end = data.rfind(newline, 0, end - 1) + width
        return end if end >= width else 0

    def _lines(self, body: bytes) -> list[str]:
        """The lines of `body` without their ends."""
        text = decode_line(body) if self._codec is None else _decoded(body, self._codec)
        text = text.removesuffix("\n")
        if "\r" in text:
            text = text.replace("\r\n", "\n").removesuffix("\r")
        return text.split("\n")

    def _emit(self, reader: Reader, parsed: ParsedLines, lines: list[str], start_of: StartOf) -> None:
        """Emit the events of some lines; `start_of` tells where a line begins."""
        if parsed.unmatched or parsed.errors:
            self._complain(reader, parsed, lines)
            if self._emit_unmatched and parsed.unmatched:
                parsed = _with_unmatched(parsed, lines)
        if parsed.records:
            of_line = parsed.lines
            self._hand_on(reader, Batch(parsed.times, parsed.records), lambda index: start_of(of_line[index]))
        if self._throttle is not None:
            self._throttle.count(reader.path, len(lines))

    def _complain(self, reader: Reader, parsed: ParsedLines, lines: list[str]) -> None:
        """Warn of lines that gave no event: once a second at most, or a file of such lines would flood the log."""
        now = time.monotonic()
        if now < self._quiet_until:
            self._unsaid += len(parsed.unmatched) + len(parsed.errors)
            return
        more = self._unsaid + len(parsed.unmatched) + len(parsed.errors) - 1
        self._quiet_until, self._unsaid = now + _WARNING_PAUSE, 0
        if parsed.errors:
            index, error = next(iter(parsed.errors.items()))
            self._log.warning(
                "invalid line found", path=reader.path, error=error, line=_show(lines[index]), more=more
            )
        else:
            line = _show(lines[parsed.unmatched[0]])
            self._log.warning("pattern not matched", path=reader.path, line=line, more=more)


class LineConsumer(EventConsumer):
    """Every line is an event."""

    def consume(self, reader: Reader, data: bytes, take: Take) -> int:
        end = self._end_of_lines(data, take)
        if not end:
            return 0
        lines = self._lines(data if end == len(data) else data[:end])
        count = len(lines)
        if self._longest_line:
            lines = self._without_long(reader, lines)
        starts = LineStarts(data, end, count) if self._codec is None and len(lines) == count else None
        step = self._lines_at_once or len(lines)
        for start in range(0, len(lines), max(step, 1)):
            some = lines[start : start + step]
            self._emit(reader, self._parsed(some), some, starts.after(start) if starts else _first)
        return end

    def _without_long(self, reader: Reader, lines: list[str]) -> list[str]:
        """The lines that are shorter, in bytes, than max_line_size, which counts the newline."""
        kept = [line for line in lines if len(encode_line(line)) < self._longest_line]
        if len(kept) < len(lines):
            self._log.warning(
                "lines are longer than max_line_size: thrown away",
                path=reader.path,
                lines=len(lines) - len(kept),
            )
        return kept

    def _parsed(self, lines: list[str]) -> ParsedLines:
        if self._parser.estimates_time:
            return self._parser.parse_texts(lines)
        parsed = ParsedLines()
        for index, line in enumerate(lines):
            add_events(parsed, index, partial(self._parser.parse_bytes, encode_line(line)))
        return parsed


def add_events(parsed: ParsedLines, index: int, parse: Callable[[], Iterable[Parsed | None]]) -> None:
    """Parse a text; events without a time do not count as matched, as the parser was not to estimate it."""
    try:
        for event in parse():
            if event is None or event[0] is None:
                parsed.unmatched.append(index)
            else:
                parsed.times.append(event[0])
                parsed.records.append(event[1])
                parsed.lines.append(index)
    except ParserError as error:
        parsed.errors[index] = str(error)


class LineStarts:
    """Where each line of a block begins, looked for from its end: what is asked for mostly stands there."""

    def __init__(self, data: bytes, end: int, count: int) -> None:
        self._data = data
        self._end = end - 1 if data[end - 1 : end] == b"\n" else end
        self._count = count

    def after(self, lines: int) -> StartOf:
        """The same for the lines that follow the first ones."""

        def start_of(index: int) -> int:
            begin = self._end
            for _ in range(self._count - lines - index):
                begin = self._data.rfind(b"\n", 0, begin)
            return begin + 1

        return start_of


def _first(index: int) -> int:
    """Where lines are not told apart, each begins with the block."""
    return 0


def _with_unmatched(parsed: ParsedLines, lines: list[str]) -> ParsedLines:
    """Put {"unmatched_line": line} in the place of lines that did not match."""
    now = time.time_ns()
    events = list(zip(parsed.lines, parsed.times, parsed.records, strict=True))
    for index in parsed.unmatched:
        events.append((index, now, {"unmatched_line": lines[index]}))
    events.sort(key=lambda event: event[0])
    return ParsedLines([e[1] for e in events], [e[2] for e in events], [e[0] for e in events])


def _decoded(body: bytes, codec: str) -> str:
    return body.decode(codec, "replace").encode("utf-8", "replace").decode()


def _show(line: str) -> str:
    text = encode_line(line[:_SHOWN]).decode("utf-8", "replace")
    return text + "…" if len(line) > _SHOWN else text


def _without_mark(codec: str | None) -> str:
    """The codec that writes no byte order mark: UTF-16 without a side is little-endian on the machines there are."""
    return {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec or "", codec or "utf-8")
