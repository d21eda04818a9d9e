"""Bytes of a followed file to events that span lines."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import cast

from kelp.agent.parse.multiline import MultilineText
from kelp.agent.parse.record_parser import decode_line
from kelp.agent.plugin.parser import ParsedLines
from kelp.agent.tail.consumer import EventConsumer, add_events
from kelp.agent.tail.reader import Reader, Take


class MultilineConsumer(EventConsumer):
    """Lines are gathered from one first line to the next, or until the formats match.

    An event that may go on stays unused, so that the position never passes what was not handed on.
    """

    multiline = True

    def consume(self, reader: Reader, data: bytes, take: Take) -> int:
        end = self._end_of_lines(data, take)
        if not end:
            return 0
        body = data[:end]
        parser = cast("MultilineText", self._parser)
        used, starts = (
            self._by_first_line(parser, body) if parser.has_first_line else self._by_match(parser, body)
        )
        if take is not Take.WHOLE_EVENTS and used < end:
            starts.append(used)
            used = end
        if starts:
            self._emit_texts(reader, parser, body[:used], starts)
        return used

    def _by_first_line(self, parser: MultilineText, body: bytes) -> tuple[int, list[int]]:
        """Cut before each first line; what stands before the first of them is a text of its own for each line.

        Returns the bytes used, and where each text in them begins.
        """
        starts: list[int] = []
        begin: int | None = None
        for start, line in self._numbered(body):
            if parser.is_first_line(self._text(line)):
                if begin is not None:
                    starts.append(begin)
                begin = start
            elif begin is None:
                starts.append(start)
        return (len(body) if begin is None else begin), starts

    def _by_match(self, parser: MultilineText, body: bytes) -> tuple[int, list[int]]:
        if self._emit_unmatched:  # the parser takes any text then: each line is one
            return len(body), [start for start, _ in self._numbered(body)]
        starts: list[int] = []
        begin = 0
        for start, line in self._numbered(body):
            end = start + len(line)
            if parser.parse_record(self._text(body[begin:end])) is not None:
                starts.append(begin)
                begin = end
        return begin, starts

    def _numbered(self, body: bytes) -> Iterator[tuple[int, bytes]]:
        """Each line with its end, and where it begins."""
        start = 0
        newline = self._newline
        while start < len(body):
            end = body.find(newline, start) + len(newline)
            if end < len(newline):
                end = len(body)
            yield start, body[start:end]
            start = end

    def _text(self, raw: bytes) -> str:
        return decode_line(raw) if self._codec is None else raw.decode(self._codec, "replace")

    def _emit_texts(self, reader: Reader, parser: MultilineText, body: bytes, starts: list[int]) -> None:
        """Emit the texts of `body`, which begin at `starts`."""
        texts = [_chomp(self._text(body[start:end])) for start, end in pairwise([*starts, len(body)])]
        parsed = ParsedLines()
        for index, text in enumerate(texts):
            add_events(parsed, index, partial(parser.parse_all, text))
        self._emit(reader, parsed, texts, starts.__getitem__)


def _chomp(text: str) -> str:
    """Ruby's String#chomp: one line end, of any kind."""
    if text.endswith("\r\n"):
        return text[:-2]
    return text[:-1] if text.endswith(("\n", "\r")) else text
