"""Parser `regexp`: the named groups of a Ruby regular expression."""

import re
import time
from operator import methodcaller
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import RecordParser
from kelp.agent.parse.cri_shape import CriShape
from kelp.agent.plugin.parser import ParsedLines
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.translate import named_groups, renamed_groups
from kelp.agent.timefmt import TimeParseError


@register("parser", "regexp")
class RegexpParser(RecordParser):
    """Match text against an expression; groups that took no part are left out of the record."""

    time_key: str | None = param.string(
        default="time", description="Field that holds the time; it is removed unless keep_time_key is set."
    )
    expression: re.Pattern[str] = param.regexp(description="Ruby regular expression with named groups.")
    ignorecase: bool = param.boolean(
        default=False, description="Match either case.", deprecated="write /pattern/i instead"
    )
    multiline: bool = param.boolean(
        default=False, description="Let the dot match newlines.", deprecated="write /pattern/m instead"
    )

    def configure(self) -> None:
        super().configure()
        if self.ignorecase or self.multiline:
            self.expression = self._with_flags()
        if not self.expression.groupindex:
            raise self.error("option 'expression' needs at least one named group", "expression")
        self._groups = named_groups if renamed_groups(self.expression) else methodcaller("groupdict")
        self._search = self._bounded_search() if self.timeout else self.expression.search
        self._shape = CriShape.of(self.expression.pattern) if not self.expression.flags & re.DOTALL else None

    def _with_flags(self) -> re.Pattern[str]:
        flags = re.IGNORECASE if self.ignorecase else 0
        flags |= re.DOTALL if self.multiline else 0
        try:
            return re.compile(self.expression.pattern, self.expression.flags | flags)
        except re.error as error:
            raise self.error(f"cannot compile expression: {error}", "expression") from error

    def _bounded_search(self) -> Any:
        import regex

        pattern, seconds = regex.compile(self.expression.pattern, int(self.expression.flags)), self.timeout

        def search(text: str) -> Any:
            try:
                return pattern.search(text, timeout=seconds)
            except TimeoutError:
                self.log.warning("parsing timed out", seconds=seconds, text=text[:200])
                return None

        return search

    def parse_record(self, text: str) -> Record | None:
        found = self._search(text)
        if found is None:
            return None
        return {name: value for name, value in self._groups(found).items() if value is not None}

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        out = ParsedLines()
        shape = self._shape
        if shape is None or self.keep_time_key or self.time_key != shape.time or self.timeout:
            return self._parse_each(enumerate(texts), out)
        odd = shape.parse(texts, self.read_time, out)
        if self.converts:
            for record in out.records:
                self.convert(record)
        return self._merge(out, self._parse_each(odd, ParsedLines())) if odd else out

    def _parse_each(self, texts: Any, out: ParsedLines) -> ParsedLines:
        search, key, keep, converts = self._search, self.time_key, self.keep_time_key, self.converts
        groups = self._groups
        now = time.time_ns()
        for index, text in texts:
            found = search(text)
            if found is None:
                out.unmatched.append(index)
                continue
            record: Record = groups(found)
            if None in record.values():
                record = {name: value for name, value in record.items() if value is not None}
            if key in record:
                value = record[key] if keep else record.pop(key)
                try:
                    out.times.append(self.read_time(value))
                except TimeParseError as error:
                    out.errors[index] = str(error)
                    continue
            else:
                out.times.append(now)
            if converts:
                self.convert(record)
            out.records.append(record)
            out.lines.append(index)
        return out

    @staticmethod
    def _merge(out: ParsedLines, more: ParsedLines) -> ParsedLines:
        """Put the events of odd lines back among the others, in the order of the lines."""
        out.unmatched.extend(more.unmatched)
        out.errors.update(more.errors)
        if more.lines:
            lines = out.lines + more.lines
            order = sorted(range(len(lines)), key=lines.__getitem__)
            times, records = out.times + more.times, out.records + more.records
            out.lines = [lines[i] for i in order]
            out.times = [times[i] for i in order]
            out.records = [records[i] for i in order]
        return out


def build_expression(source: str, *, ignore_case: bool = False, multiline: bool = False) -> re.Pattern[str]:
    """Compile a Ruby expression for a parser that brings its own. Raises ValueError."""
    return compile_regexp(source, ignore_case=ignore_case, multiline=multiline)
