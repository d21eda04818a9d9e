"""Parser `multiline`: events that span lines, put together by whoever reads the lines."""

import re
import time
from collections.abc import Iterable

from kelp.agent.config import param
from kelp.agent.config.values import to_string
from kelp.agent.event import Record
from kelp.agent.parse.multiline import MultilineText
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.translate import named_groups

_MOST_FORMATS = 20


@register("parser", "multiline")
class MultilineParser(MultilineText):
    """Match the joined `format1` … `format20` against text of several lines."""

    time_key: str | None = param.string(
        default="time", description="Field that holds the time; it is removed unless keep_time_key is set."
    )
    format_firstline: str | None = param.string(
        default=None, description="Expression that the first line of an event matches."
    )
    unmatched_lines: str | None = param.string(
        default=None, description='Give text that does not match as {"unmatched_line": text}.'
    )

    def configure(self) -> None:
        super().configure()
        source = "".join(self._formats())
        self._expression = self._compile(source, "format1", multiline=True)
        if not self._expression.groupindex:
            raise self.error("the formats need at least one named group", "format1")
        self._first_line = (
            self._compile(self._strip("format_firstline"), "format_firstline")
            if self.format_firstline is not None
            else None
        )

    def _formats(self) -> list[str]:
        numbers = [int(n[6:]) for n in self.element.attrs if re.fullmatch(r"format\d+", n)]
        for number in sorted(numbers):
            if not 1 <= number <= _MOST_FORMATS:
                name = f"format{number}"
                raise self.error(f"option {name!r}: formats are numbered from 1 to {_MOST_FORMATS}", name)
            if number > 1 and number - 1 not in numbers:
                raise self.error(f"format{number} stands without format{number - 1}", f"format{number}")
        names = [f"format{number}" for number in sorted(numbers)]
        sources = [self._strip(name) for name in names]
        for name, source in zip(names, sources, strict=True):
            self._compile(source, name, multiline=True)
        return sources

    def _strip(self, name: str) -> str:
        text = to_string(self.element.get(name, ""))
        if len(text) < 2 or text[0] != "/" or text[-1] != "/":
            raise self.error(f"option {name!r} must be an expression between slashes, got {text!r}", name)
        return text[1:-1]

    def _compile(self, source: str, name: str, multiline: bool = False) -> re.Pattern[str]:
        try:
            return compile_regexp(source, multiline=multiline)
        except ValueError as error:
            raise self.error(f"option {name!r}: cannot compile {source!r}: {error}", name) from error

    @property
    def has_first_line(self) -> bool:
        return self._first_line is not None

    def is_first_line(self, line: str) -> bool:
        return self._first_line is not None and self._first_line.search(line) is not None

    def parse_record(self, text: str) -> Record | None:
        found = self._expression.search(text)
        if found is None:
            return None
        return {name: value for name, value in named_groups(found).items() if value is not None}

    def parse_all(self, text: str) -> Iterable[Parsed | None]:
        """Every event in `text`: behind a match the rest is matched again."""
        while True:
            found = self._expression.search(text)
            if found is None:
                yield (time.time_ns(), {"unmatched_line": text}) if self.unmatched_lines else None
                return
            yield self.finish({k: v for k, v in named_groups(found).items() if v is not None})
            rest = text[found.end() :].removeprefix("\n")
            if not rest or len(rest) == len(text):
                return
            text = rest
