"""Base of parsers that make records: the options every `<parse>` section has."""

import re
import time
from abc import abstractmethod

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse.types import Converter, build_converters
from kelp.agent.plugin.parser import Parsed, ParsedLines, Parser
from kelp.agent.timefmt import TimeParseError, TimeParser, build_time_parser
from kelp.common.errors import KelpError

TIME_TYPES = ["string", "unixtime", "float", "mixed"]


class ParserError(KelpError):
    """Text that has the right shape but a time that cannot be read; Fluentd drops it with a warning."""


class Unfit(ParserError):
    """Text of another shape, at which Fluentd's parser breaks; among many lines it counts as unmatched."""


class RecordParser(Parser):
    """Turns text into records, cuts the time out of them and converts values."""

    time_key: str | None = param.string(
        default=None, description="Field that holds the time; it is removed unless keep_time_key is set."
    )
    time_type: str = param.enum(
        TIME_TYPES, default="string", description="What the time field holds: text, seconds, or any of them."
    )
    time_format: str | None = param.string(
        default=None, description="strptime format of the time, or %iso8601; without it the form is guessed."
    )
    time_format_fallbacks: list[str] = param.array(
        default=[], description="Further formats, unixtime or float, tried in order with time_type mixed."
    )
    localtime: bool = param.boolean(
        default=True, description="Times without a zone are local; if false they are UTC."
    )
    utc: bool = param.boolean(default=False, description="Times without a zone are UTC.")
    timezone: str | None = param.string(
        default=None, description="Zone of times without one: +HH:MM, +HHMM, +HH or Region/City."
    )
    estimate_current_event: bool = param.boolean(
        default=True, description="Give the present as time to a record without one."
    )
    keep_time_key: bool = param.boolean(default=False, description="Leave the time field in the record.")
    types: dict[str, str] | None = param.hash(
        default=None,
        description="Types of fields: `name:type,…` of string, integer, float, bool, time, array.",
    )
    null_value_pattern: re.Pattern[str] | None = param.regexp(
        default=None, description="Text values matching this become null."
    )
    null_empty_string: bool = param.boolean(default=False, description="Empty text values become null.")
    timeout: float | None = param.time(
        default=None,
        description="Longest time to spend on one text, in seconds; then it counts as unmatched.",
    )

    read_time: TimeParser
    _converters: dict[str, Converter]

    def configure(self) -> None:
        """Compile the time and type options. Raises ConfigError."""
        utc = self._reads_utc()
        try:
            self.read_time = build_time_parser(
                time_type=self.time_type,
                time_format=self.time_format,
                localtime=not utc,
                timezone=self.timezone,
                fallbacks=self.time_format_fallbacks,
            )
            self._converters = build_converters(self.types or {}, self._field_time)
        except KelpError as error:
            raise self.error(str(error)) from error
        # without conversions a record is left alone
        self.converts = bool(self._converters or self.null_value_pattern or self.null_empty_string)

    def _reads_utc(self) -> bool:
        if "localtime" in self.element and "utc" in self.element and self.localtime == self.utc:
            raise self.error("both utc and localtime are given, use only one of them", "utc")
        return self.utc or not self.localtime

    def _field_time(self, kind: str, form: str | None, timezone: str | None) -> TimeParser:
        return build_time_parser(
            time_type=kind, time_format=form, localtime=not self._reads_utc(), timezone=timezone
        )

    @abstractmethod
    def parse_record(self, text: str) -> Record | None:
        """The record in `text`, its time still among the fields; None when the text does not match."""

    def parse(self, text: str) -> Parsed | None:
        """Time and record of one event. Raises ParserError when its time cannot be read."""
        record = self.parse_record(text)
        return None if record is None else self.finish(record)

    def finish(self, record: Record) -> Parsed:
        """Cut the time out of a record and convert its values."""
        when = self.cut_time(record)
        if self.converts:
            self.convert(record)
        return when, record

    def cut_time(self, record: Record) -> int | None:
        """The time of a record: its time field, else the present, or None if that must not be estimated."""
        key = self.time_key
        if key is not None and key in record:
            value = record[key] if self.keep_time_key else record.pop(key)
            try:
                return self.read_time(value)
            except TimeParseError as error:
                raise ParserError(str(error)) from error
        return time.time_ns() if self.estimate_current_event else None

    def convert(self, record: Record) -> None:
        """Apply null_empty_string, null_value_pattern and types in place; null and false stay as they are."""
        converters, pattern = self._converters, self.null_value_pattern
        for key, value in record.items():
            if value is None or value is False:
                continue
            if type(value) is str and (
                (self.null_empty_string and not value) or (pattern is not None and pattern.search(value))
            ):
                record[key] = None
            elif key in converters:
                record[key] = converters[key](value)

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        out = ParsedLines()
        now = time.time_ns()
        for index, text in enumerate(texts):
            self._parse_into(out, index, text, now)
        return out

    def _parse_into(self, out: ParsedLines, index: int, text: str, now: int) -> None:
        """Add what one line gives to `out`; events whose time is unknown get `now`."""
        try:
            for event in self.parse_all(text):
                if event is None:
                    out.unmatched.append(index)
                else:
                    out.times.append(now if event[0] is None else event[0])
                    out.records.append(event[1])
                    out.lines.append(index)
        except Unfit:
            out.unmatched.append(index)
        except ParserError as error:
            out.errors[index] = str(error)


def encode_line(text: str) -> bytes:
    """The inverse of `decode_line`."""
    return text.encode("utf-8", "surrogateescape")


def decode_line(line: bytes) -> str:
    """Lines as text; bytes that are not UTF-8 become lone surrogates, which outputs write as those bytes again."""
    return line.decode("utf-8", "surrogateescape")
