"""Parser `json`: an object per text, or an array of objects."""

import re
import time
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import msgspec

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import RecordParser
from kelp.agent.parse.json_oddities import load_odd_json
from kelp.agent.parse.record_parser import TIME_TYPES, decode_line
from kelp.agent.plugin.parser import Parsed, ParsedLines
from kelp.agent.plugin.registry import register
from kelp.agent.timefmt import TimeParseError

_ABSENT = object()
# How a text begins that may be JSON this parser takes: an object, or an array of something, after comments.
_MAY_BEGIN = re.compile(r'[ \t\n\r\f]*(?:\{|\[\s*(?:[\[{"\d\]/-]|true|false|null|[nN]a[nN]|Infinity)|/[*/])')
_BEGINNINGS = frozenset("{[/ \t\n\r\f")
# Integers may have any size: this decoder keeps them whole.
_load_object = msgspec.json.Decoder(dict).decode
_load_value = msgspec.json.Decoder().decode
_FAULTS = (ValueError, RecursionError)


def load_json(text: str | bytes) -> Any:
    """The value of a JSON text, taken as Fluentd takes it. Raises ValueError or RecursionError."""
    try:
        return _load_value(text)
    except ValueError:
        return load_odd_json(text if isinstance(text, str) else decode_line(text))


@register("parser", "json")
class JsonParser(RecordParser):
    """Read JSON."""

    time_key: str | None = param.string(
        default="time", description="Field that holds the time; it is removed unless keep_time_key is set."
    )
    time_type: str = param.enum(
        TIME_TYPES,
        default="float",
        description="What the time field holds; text as soon as time_format is given.",
    )
    json_parser: str = param.enum(
        ["oj", "yajl", "json"],
        default="oj",
        description="Accepted for Fluentd's sake: one parser takes what any of them takes.",
    )
    stream_buffer_size: int = param.integer(
        default=8192, description="Accepted for Fluentd's sake; texts are parsed whole."
    )

    def configure(self) -> None:
        if "time_format" in self.element and "time_type" not in self.element:
            self.time_type = "string"
        super().configure()

    def parse_record(self, text: str) -> Record | None:
        try:
            value = load_json(text)
        except _FAULTS:
            return None
        return value if type(value) is dict else None

    def parse_all(self, text: str) -> Iterable[Parsed | None]:
        try:
            value = load_json(text)
        except _FAULTS:
            return (None,)
        if type(value) is list:
            return [self.finish(one) if type(one) is dict else None for one in value]
        return (self.finish(value) if type(value) is dict else None,)

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        if _BEGINNINGS.isdisjoint(map(itemgetter(slice(1)), texts)):
            return ParsedLines(unmatched=list(range(len(texts))))
        out = ParsedLines()
        times, records, origins = out.times, out.records, out.lines
        key, keep, read_time, converts = self.time_key, self.keep_time_key, self.read_time, self.converts
        loads, now = _load_object, time.time_ns()
        for index, text in enumerate(texts):
            begin = text[:1]
            if begin != "{":  # a failed attempt would cost more than a whole line
                if begin in _BEGINNINGS:
                    self._parse_oddity(text, index, now, out)
                else:
                    out.unmatched.append(index)
                continue
            try:
                record = loads(text)
            except _FAULTS:
                self._parse_oddity(text, index, now, out)
                continue
            value = _ABSENT
            if key is not None:
                value = record.get(key, _ABSENT) if keep else record.pop(key, _ABSENT)
            try:
                times.append(now if value is _ABSENT else read_time(value))
            except TimeParseError as error:
                out.errors[index] = str(error)
                continue
            if converts:
                self.convert(record)
            records.append(record)
            origins.append(index)
        return out

    def _parse_oddity(self, text: str, index: int, now: int, out: ParsedLines) -> None:
        """A text that is no JSON, not UTF-8, or not one object."""
        if _MAY_BEGIN.match(text) is None:
            out.unmatched.append(index)
        else:
            self._parse_into(out, index, text, now)
