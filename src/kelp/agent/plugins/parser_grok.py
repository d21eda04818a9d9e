"""Parser `grok`: expressions put together from named patterns."""

import glob
import os
import re
import time
from typing import Any

from kelp.agent.config import ConfigError, Element, Section, param
from kelp.agent.event import Record
from kelp.agent.grok.expand import Expansion, UnknownPattern, definitions, expand, read
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.regexp import compile_regexp, split_literal


class GrokSection(Section):
    """One pattern among several."""

    name: str | None = param.string(default=None, description="Its name, see grok_name_key.")
    pattern: str = param.string(description="The pattern, such as `%{IP:address} %{GREEDYDATA:message}`.")
    keep_time_key: bool = param.boolean(default=False, description="Leave the time field in the record.")
    time_key: str = param.string(default="time", description="Field that holds the time.")
    time_format: str | None = param.string(default=None, description="strptime format of the time.")
    timezone: str | None = param.string(default=None, description="Zone of times without one.")


class _Pattern(RecordParser):
    """One compiled pattern with its own time options."""

    type_name = "grok"
    expansion: Expansion
    expression: "re.Pattern[str]"

    time_key: str | None = param.string(default="time", description="Field that holds the time.")

    def compile(self, expansion: Expansion, multiline: bool) -> None:
        """Raises ValueError."""
        source, ignore_case, dot_all = split_literal(expansion.source)
        self.expansion = expansion
        self.expression = compile_regexp(source, ignore_case=ignore_case, multiline=dot_all or multiline)
        if not expansion.fields:
            raise ValueError("no field is named in the pattern")

    def parse_record(self, text: str) -> Record | None:
        found = self.expression.search(text)
        if found is None:
            return None
        record: Record = {}
        for field, value in zip(self.expansion.fields, found.groups(), strict=True):
            if value is not None:
                record[field] = value
        return record


@register("parser", "grok")
class GrokParser(RecordParser):
    """Take the first grok pattern that matches; text that none matches becomes the field `message`."""

    dot_matches_newline = False

    time_key: str | None = param.string(
        default="time", description="Field that holds the time; it is removed unless keep_time_key is set."
    )
    grok_pattern: str | None = param.string(default=None, description="The pattern, if it is a single one.")
    custom_pattern_path: str | None = param.string(
        default=None, description="File, or folder of files, with definitions `NAME expression`."
    )
    grok_failure_key: str | None = param.string(
        default=None, description="Field that says that no pattern matched."
    )
    grok_name_key: str | None = param.string(
        default=None, description="Field for the name (or else the number) of the pattern that matched."
    )
    grok_pattern_series: str = param.enum(
        ["legacy", "ecs-v1"], default="legacy", description="Which field names the known patterns give."
    )
    groks: list[GrokSection] = param.sections("grok", GrokSection, description="Patterns, tried in order.")

    def configure(self) -> None:
        super().configure()
        known = definitions(self.grok_pattern_series)
        if self.custom_pattern_path is not None:
            known |= self._custom(self.custom_pattern_path)
        self._patterns: list[tuple[Any, _Pattern]] = []
        self._unusable: list[str] = []
        if self.grok_pattern is not None:
            self._add("grok_pattern", self.grok_pattern, self.element, known)
        else:
            for number, section in enumerate(self.groks):
                name = number if section.name is None else section.name
                self._add(name, section.pattern, section.element, known)
        if not self._patterns:
            missing = ["option 'grok_pattern' or a section <grok> is required"]
            raise self.error("; ".join(self._unusable or missing))
        for reason in self._unusable:  # Fluentd goes on with the others
            self.log.error("cannot use a grok pattern", error=reason)

    def _custom(self, path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in sorted(glob.glob(f"{glob.escape(path)}/*")) if os.path.isdir(path) else [path]:
            try:
                with open(name, encoding="utf-8") as file:
                    found |= read(file)
            except OSError as error:  # Fluentd goes without
                self.log.warning("cannot read custom_pattern_path", path=name, error=error.strerror)
        return found

    def _add(self, name: Any, text: str, source: Element, known: dict[str, str]) -> None:
        option = "grok_pattern" if source is self.element else "pattern"
        try:
            expansion = expand(text, known)
            pattern = self._pattern(source, expansion)
            pattern.compile(expansion, self.dot_matches_newline)
        except UnknownPattern as error:
            raise self.error(
                f"option {option!r}: {error}", option if option in self.element else None
            ) from error
        except (ConfigError, ValueError) as error:
            self._unusable.append(f"option {option!r}: {error}")
            return
        self._patterns.append((name, pattern))

    def _pattern(self, source: Element, expansion: Expansion) -> _Pattern:
        """A parser with the time options of its own section, or else of this parser."""
        element = source.implied("parse")
        given = [name for name in RecordParser.params if name in source]
        inherited = [name for name in ("keep_time_key", "time_format", "timezone") if name in self.element]
        for name in [*inherited, *given]:
            owner = source if name in given else self.element
            element.set(name, owner.get(name), owner.attrs[name])
        if expansion.types:
            element.set("types", dict(expansion.types))
        pattern = _Pattern()
        pattern.setup(element, self.context, self.router)
        return pattern

    def parse_record(self, text: str) -> Record | None:
        return self.parse(text)[1]

    def parse(self, text: str) -> Parsed:
        for name, pattern in self._patterns:
            try:
                parsed = pattern.parse(text)
            except ParserError:
                continue
            if parsed is not None and parsed[0] is not None:
                if self.grok_name_key is not None:
                    parsed[1][self.grok_name_key] = name
                return parsed
        record: Record = {"message": text}
        if self.grok_failure_key is not None:
            record[self.grok_failure_key] = "No grok pattern matched"
        return time.time_ns(), record
