"""The action lines of a `_bulk` request: which index, type and pipeline a document goes to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.placeholders import time_unit
from kelp.agent.output.elasticsearch.options import ElasticsearchOptions
from kelp.agent.output.elasticsearch.times import NANOS, Moment
from kelp.agent.output.json_text import dump_clean
from kelp.agent.timefmt import TimeFormatter, build_time_formatter

_DAY = 86400
_MOST_NAMES = 1000
_MOST_LINES = 10_000


@dataclass(slots=True)
class Names:
    """The options with placeholders, filled for one combination of chunk keys."""

    logstash_prefix: str
    date: TimeFormatter
    date_unit: int
    index_name: str
    type_name: str | None
    pipeline: str | None
    minutes: dict[int, tuple[bytes, bytes, bytes]] = field(default_factory=dict)


class Actions:
    """Makes action lines, and keeps them."""

    def __init__(self, options: ElasticsearchOptions, extract: Callable[[str, Metadata], str]) -> None:
        self._options = options
        self._extract = extract
        self._names: dict[Metadata, Names] = {}
        self._lines: dict[tuple[str, str | None], bytes] = {}
        self._major: int | None = None

    def set_major_version(self, major: int | None) -> None:
        """Adapt to the version of Elasticsearch: it decides on `_type`."""
        self._major = major
        self._lines.clear()
        self._names.clear()

    def names(self, metadata: Metadata) -> Names:
        """What the options say for events of this metadata."""
        names = self._names.get(metadata)
        if names is None:
            options = self._options
            date_format = self._extract(options.logstash_dateformat, metadata)
            unit = time_unit(date_format)
            names = Names(
                self._extract(options.logstash_prefix, metadata) + options.logstash_prefix_separator,
                build_time_formatter(time_format=date_format, utc=True),
                unit[0] if unit else _DAY,
                self._extract(options.index_name, metadata),
                self._extract(options.type_name_, metadata),
                self._extract(options.pipeline, metadata) if options.pipeline else None,
            )
            if len(self._names) > _MOST_NAMES:
                self._names.clear()
            self._names[metadata] = names
        return names

    def dated_index(self, moment: Moment, names: Names) -> str:
        """The index of `logstash_format` for a moment."""
        ns = moment.ns if self._options.utc_index else moment.ns + moment.offset * NANOS
        return names.logstash_prefix + names.date(ns)

    def line(self, index: str, names: Names, wanted_type: Any = None) -> bytes:
        """The action line; `wanted_type`: the event's own type."""
        type_name = names.type_name if wanted_type is None else str(wanted_type)
        key = (index, type_name if names.pipeline is None else f"{type_name}\0{names.pipeline}")
        line = self._lines.get(key)
        if line is None:
            meta: dict[str, Any] = {"_index": index.lower()}
            self.set_type(meta, type_name, names.type_name)
            if names.pipeline is not None:
                meta["pipeline"] = names.pipeline
            operation = (
                "update" if self._options.write_operation == "upsert" else self._options.write_operation
            )
            line = dump_clean({operation: meta}) + b"\n"
            if len(self._lines) > _MOST_LINES:
                self._lines.clear()
            self._lines[key] = line
        return line

    def retyped(self, line: bytes) -> bytes:
        """An action line made for another version, or none, with the type that this version wants."""
        action = orjson.loads(line)
        meta = next(iter(action.values()))
        had, configured = meta.pop("_type", None), self._options.type_name_
        if "${" in configured:  # filled when the line was made, if it was
            configured = had
        self.set_type(meta, had or configured, configured)
        return dump_clean(action)

    def set_type(self, meta: dict[str, Any], wanted: str | None, configured: str | None) -> None:
        """Elasticsearch 8 knows no types, 7 only `_doc`, 6 one per index; unknown versions get none."""
        major = self._major
        if major is None or major >= 8:
            return
        if major == 7:
            meta["_type"] = None if self._options.suppress_type_name else "_doc"
        else:
            meta["_type"] = configured if major == 6 else wanted
