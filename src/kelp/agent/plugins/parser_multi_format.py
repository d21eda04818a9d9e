"""Parser `multi_format`: the first of several formats that matches."""

from typing import Any, cast

from kelp.agent.config import Element, param
from kelp.agent.event import Record
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.plugin.parser import Parsed, ParsedLines, Parser
from kelp.agent.plugin.registry import register


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
            self.log.warning("no text will match: there is no section <pattern>")

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

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        if not self.estimates_time:  # an event without time does not match, and only `parse` tells
            return super().parse_texts(texts)
        times = [0] * len(texts)
        records: list[Record | None] = [None] * len(texts)
        left = list(range(len(texts)))
        for name, parser in self._formats:
            found = parser.parse_texts(texts if len(left) == len(texts) else [texts[i] for i in left])
            if self.format_key is not None:
                for record in found.records:
                    record[self.format_key] = name
            if self._is_all(found, len(texts)):
                return found
            # Backwards, so that the first of several events of a text stays.
            for at, when, made in zip(
                reversed(found.lines), reversed(found.times), reversed(found.records), strict=True
            ):
                index = left[at]
                times[index], records[index] = when, made
            missed = [*found.unmatched, *found.errors] if found.errors else found.unmatched
            left = [index for index in [left[i] for i in missed] if records[index] is None]
            if not left:
                break
        matched = [index for index, record in enumerate(records) if record is not None]
        if len(matched) < len(texts):
            times = [times[index] for index in matched]
        return ParsedLines(times, [one for one in records if one is not None], matched, sorted(left))

    @staticmethod
    def _is_all(found: ParsedLines, count: int) -> bool:
        """Whether each of `count` texts gave one event in this format."""
        return len(found.lines) == count and not found.unmatched and found.lines == list(range(count))
