"""Parser `multi_format`: the first of several formats that matches."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from kelp.agent.config import Element, param
from kelp.agent.event import Record
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.parse.record_parser import decode_line
from kelp.agent.plugin.parser import Parsed, ParsedLines, Parser
from kelp.agent.plugin.registry import register

T = TypeVar("T", bytes, str)


@register("parser", "multi_format")
class MultiFormatParser(RecordParser):
    """Try the formats of the `<pattern>` sections in order."""

    format_key: str | None = param.string(
        default=None,
        description="Field that takes the `format_name` of the format that matched, null where it has none.",
    )

    def configure(self) -> None:
        super().configure()
        self._formats: list[tuple[str | None, Parser]] = []
        for pattern in self.element.children("pattern", "format"):
            self._formats.append(self._build(pattern))
        if not self._formats:
            raise self.error("at least one section <pattern> is required")

    def _build(self, pattern: Element) -> tuple[str | None, Parser]:
        attr = pattern.attr("format") or pattern.attr("@type")
        if attr is None:
            raise self.error("each section <pattern> needs an option 'format'")
        text = str(attr.value)
        name = pattern.get("format_name")
        if text.startswith("/") and text.endswith("/") and len(text) > 1:
            pattern.set("expression", text, attr)
            text = "regexp"
        pattern.set("@type", text, attr)
        return None if name is None else str(name), cast("Parser", self.create_plugin("parser", pattern))

    def parse_record(self, text: str) -> Record | None:
        parsed = self.parse(text)
        return None if parsed is None else parsed[1]

    def parse(self, text: str) -> Parsed | None:
        for name, parser in self._formats:
            try:
                for parsed in parser.parse_all(text):
                    if parsed is not None and parsed[0] is not None:
                        return self._marked(parsed, name)
            except ParserError:
                continue
        return None

    def parse_value(self, value: Any) -> Parsed | None:
        for name, parser in self._formats:
            parsed = parser.parse_value(value)
            if parsed is not None and parsed[0] is not None:
                return self._marked(parsed, name)
        return None

    def _marked(self, parsed: Parsed, name: str | None) -> Parsed:
        """The event with the name of its format."""
        if self.format_key is not None:
            parsed[1][self.format_key] = name
        return parsed

    def parse_lines(self, lines: list[bytes]) -> ParsedLines:
        return self._parse_many(lines, lambda parser, some: parser.parse_lines(some))

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        return self._parse_many(texts, lambda parser, some: parser.parse_texts(some))

    def _parse_many(self, lines: list[T], parse: "Callable[[Parser, list[T]], ParsedLines]") -> ParsedLines:
        if not self.estimates_time:  # an event without time does not match, and only `parse` tells
            return super().parse_texts([one if isinstance(one, str) else decode_line(one) for one in lines])
        times = [0] * len(lines)
        records: list[Record | None] = [None] * len(lines)
        left = list(range(len(lines)))
        for name, parser in self._formats:
            found: ParsedLines = parse(parser, lines if len(left) == len(lines) else [lines[i] for i in left])
            if self.format_key is not None:
                for record in found.records:
                    record[self.format_key] = name
            if self._is_all(found, len(lines)):
                return found
            # Backwards, so that the first of several events of a line stays.
            for at in range(len(found.lines) - 1, -1, -1):
                line = left[found.lines[at]]
                times[line] = found.times[at]
                records[line] = found.records[at]
            missed = [*found.unmatched, *found.errors] if found.errors else found.unmatched
            left = [left[i] for i in missed if records[left[i]] is None]
            if not left:
                break
        left.sort()
        matched = [at for at, record in enumerate(records) if record is not None]
        kept = [one for one in records if one is not None]
        return ParsedLines([times[at] for at in matched], kept, matched, left)

    @staticmethod
    def _is_all(found: ParsedLines, count: int) -> bool:
        """Whether each of `count` lines gave one event in this format."""
        return len(found.lines) == count and not found.unmatched and found.lines == list(range(count))
