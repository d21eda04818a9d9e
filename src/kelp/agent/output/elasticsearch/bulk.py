"""Events to the lines of a `_bulk` request.

https://www.elastic.co/guide/en/elasticsearch/reference/7.17/docs-bulk.html
"""

import time as clock
from collections.abc import Callable, Iterator
from typing import Any

from kelp.agent.buffer.metadata import Metadata
from kelp.agent.event import Batch, Record
from kelp.agent.event_time import EventTime
from kelp.agent.output.elasticsearch.actions import Actions, Names
from kelp.agent.output.elasticsearch.options import ElasticsearchOptions
from kelp.agent.output.elasticsearch.times import (
    NANOS,
    Moment,
    build_record_time,
    iso8601,
    local_moment,
    offset_text,
    parse_iso,
    second_text,
    seconds_texts,
)
from kelp.agent.output.json_text import dump_clean, dump_open
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.timefmt import TimeParseError
from kelp.common.errors import KelpError

TIMESTAMP = "@timestamp"
OnError = Callable[[str, int, Record, Exception], None]
_MINUTE = 60 * NANOS
_MINUTES_KEPT = 4096


# Begins the line that follows a document which does not show its event's record: it holds that record.
ORIGINAL = b"\0"


class BadRecord(KelpError):
    """A record that cannot become a document."""


class IdMissing(KelpError):
    """A document without the id that its operation needs."""

    def __init__(self, document: Record, options: ElasticsearchOptions) -> None:
        super().__init__(f"cannot {options.write_operation} a document: field {options.id_key!r} is missing")
        self.document = document


class BulkFormatter:
    """Turns batches into an action line and a document line per event."""

    def __init__(
        self, options: ElasticsearchOptions, extract: Callable[[str, Metadata], str], on_error: OnError
    ) -> None:
        self._options = options
        self._on_error = on_error
        self._actions = Actions(options, extract)
        self._time_format = options.time_key_format
        self._record_time = build_record_time(self._time_format)
        self._stamps = options.logstash_format or options.include_timestamp
        self._meta_fields = self._meta_accessors(None)
        self._removed = options.removed_keys
        self._needs_id = options.write_operation != "index" and options.id_required
        self._simple = (
            options.write_operation in ("index", "create")
            and not self._needs_id
            and not (options.flatten_hashes or self._removed or self._meta_fields)
            and not (options.target_index_path or options.target_type_path or options.time_key)
        )

    def set_major_version(self, major: int | None) -> None:
        """Adapt to the version of Elasticsearch: it decides on `_type`."""
        self._actions.set_major_version(major)
        self._meta_fields = self._meta_accessors(major)

    def retyped(self, body: bytes) -> bytes:
        """A bulk request made for another version of Elasticsearch, or none, with the types this one wants."""
        lines = body.split(b"\n")
        lines[:-1:2] = map(self._actions.retyped, lines[:-1:2])
        return b"\n".join(lines)

    def _meta_accessors(self, major: int | None) -> list[tuple[str, Callable[[Record], Any]]]:
        options = self._options
        routing = "_routing" if major is not None and major < 7 else "routing"
        wanted = (("_id", options.id_key), ("_parent", options.parent_key), (routing, options.routing_key))
        return [(name, Accessor(nested_key(key)).getter()) for name, key in wanted if key]

    def format(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        """The lines of each event; b"" for those that were left out or sent to `@ERROR`."""
        names = self._actions.names(metadata)
        if self._simple and names.date_unit >= 60:  # an index a second would not fit what minutes share
            return self._format_simple(tag, batch, names)
        return [
            self._guarded(tag, time, record, names)
            for time, record in zip(batch.times, batch.records, strict=True)
        ]

    def _format_simple(self, tag: str, batch: Batch, names: Names) -> list[bytes]:
        """Without options that look into records: fields are added to the JSON text, not to the record."""
        times, records = batch.times, batch.records
        odd = self._with_added_fields(records)
        if len(odd) == len(records):
            return [self._guarded(tag, *event, names) for event in zip(times, records, strict=True)]
        end = b"}\n"
        if self._options.include_tag_key:
            end = b"," + dump_clean({self._options.tag_key: clean(tag)})[1:] + b"\n"
        texts = dump_open(records)
        if self._stamps:
            out = self._with_stamps(times, texts, end, names)
        else:
            action = self._actions.line(names.index_name, names)
            out = [action + text + end for text in texts]
        for index in odd:
            out[index] = self._guarded(tag, times[index], records[index], names)
        return out

    def _with_added_fields(self, records: list[Record]) -> set[int]:
        """The indexes of records that have a field which is added to documents, or no field to add it to."""
        options = self._options
        odd = {index for index, record in enumerate(records) if not record}
        for name, is_added in ((TIMESTAMP, self._stamps), (options.tag_key, options.include_tag_key)):
            if is_added:
                odd.update([index for index, record in enumerate(records) if name in record])
        return odd

    def _with_stamps(self, times: list[int], texts: list[bytes], end: bytes, names: Names) -> list[bytes]:
        """Action and document lines from documents without their ends."""
        precision = self._options.time_precision
        padding = b"0" * (precision - 9)
        distinct = set(times)  # few where a parser found no time: all its events have the present
        shown = list(distinct) if 2 * len(distinct) < len(times) else times
        minutes = [time // _MINUTE for time in shown]
        shared: dict[int, tuple[bytes, bytes, bytes]] = {}
        for minute in set(minutes):
            action, head, offset = names.minutes.get(minute) or self._minute(minute, names)
            shared[minute] = action, head, padding + offset + end
        seconds = seconds_texts(shown)
        if precision < 9:
            width = len("00.") + precision if precision > 0 else len("00")
            seconds = [text[:width] for text in seconds]
        around: Iterator[tuple[bytes, tuple[bytes, bytes, bytes]]]
        around = zip(seconds, map(shared.__getitem__, minutes), strict=True)
        if shown is not times:
            around = map(dict(zip(shown, around, strict=True)).__getitem__, times)
        return [
            b"".join((action, text, head, second, tail))
            for text, (second, (action, head, tail)) in zip(texts, around, strict=True)
        ]

    def _minute(self, minute: int, names: Names) -> tuple[bytes, bytes, bytes]:
        """What documents of one minute share: action line, begin and end of the stamp."""
        time = minute * _MINUTE
        moment = local_moment(time)
        if self._options.logstash_format:
            action = self._actions.line(self._actions.dated_index(moment, names), names)
        else:
            action = self._actions.line(names.index_name, names)
        head = f',"{TIMESTAMP}":"{second_text(time // NANOS, moment.offset)[:-2]}'
        found = action, head.encode(), offset_text(moment.offset).encode() + b'"'
        if len(names.minutes) >= _MINUTES_KEPT:
            names.minutes.clear()
        names.minutes[minute] = found
        return found

    def _guarded(self, tag: str, time: int, record: Record, names: Names) -> bytes:
        try:
            return self._format_one(tag, time, record, names)
        except IdMissing as error:
            self._on_error(tag, time, error.document, error)
        except (BadRecord, TypeError, ValueError, ArithmeticError) as error:
            self._on_error(tag, time, record, error)
        return b""

    def _format_one(self, tag: str, time: int, original: Record, names: Names) -> bytes:
        options = self._options
        if options.flatten_hashes:
            record = flatten(original, options.flatten_hashes_separator)
        else:
            record = dict(original)
        moment = self._stamp(tag, time, record) if self._stamps else None
        index: Any = None
        if options.target_index_path:
            index = take(record, options.target_index_path)
        if not index:
            dated = moment is not None and options.logstash_format
            index = (
                self._actions.dated_index(moment, names) if dated and moment is not None else names.index_name
            )
        if not isinstance(index, str):
            raise BadRecord(f"cannot use {index!r} as an index name: it is no text")
        if options.include_tag_key:
            record[options.tag_key] = clean(tag)
        wanted_type = take(record, options.target_type_path) if options.target_type_path else None
        fields = {}
        for name, read in self._meta_fields:
            value = read(record)
            if value is not None and value is not False:
                fields[name] = value
        if self._needs_id and "_id" not in fields:
            if options.emit_error_for_missing_id:
                raise IdMissing(self._without_removed(record), options)
            return b""
        self._without_removed(record)
        action = self._actions.line(index, names, wanted_type)
        if fields:
            action = action[:-3] + b"," + dump_clean(fields)[1:] + b"}\n"
        return self._lines(action, self._body(record, options.write_operation), original)

    def _lines(self, action: bytes, body: dict[str, Any], original: Record) -> bytes:
        lines = action + dump_clean(body) + b"\n"
        if self.original(body) != original:
            return lines + ORIGINAL + dump_clean(original) + b"\n"
        return lines

    def _without_removed(self, record: Record) -> Record:
        for key in self._removed:
            record.pop(key, None)
        return record

    def original(self, body: Record) -> Record:
        """The event's record, as far as the document line shows it: the fields that were added are at its end."""
        options = self._options
        if options.write_operation in ("update", "upsert"):
            inner = body.get("upsert", body.get("doc"))
            body = inner if isinstance(inner, dict) else body
        added = (options.tag_key if options.include_tag_key else None, TIMESTAMP if self._stamps else None)
        record = dict(body)
        for name in added:
            if name is not None and next(reversed(record), None) == name:
                del record[name]
        return record

    def _stamp(self, tag: str, time: int, record: Record) -> Moment:
        """The time that dates the document; sets `@timestamp` where it is missing."""
        options = self._options
        if TIMESTAMP in record:
            return self._read_time(record[TIMESTAMP], time, tag)
        if options.time_key and options.time_key in record:
            moment = self._read_time(record[options.time_key], time, tag)
            if not options.time_key_exclude_timestamp:
                record[TIMESTAMP] = iso8601(moment, options.time_precision)
            return moment
        moment = local_moment(time)
        record[TIMESTAMP] = iso8601(moment, options.time_precision)
        return moment

    def _read_time(self, value: Any, time: int, tag: str) -> Moment:
        if self._time_format is None and isinstance(value, str):
            moment = parse_iso(value)
            if moment is not None:
                return moment
        try:
            return self._record_time(value)
        except TimeParseError as error:
            when = EventTime(time // NANOS, time % NANOS)
            bad = {"tag": tag, "time": when, "format": self._time_format, "value": value}
            self._on_error(self._options.time_parse_error_tag, clock.time_ns(), bad, error)
            return local_moment(time)

    def _body(self, record: Record, operation: str) -> dict[str, Any]:
        """What the document line holds: the record, wrapped for updates."""
        options = self._options
        if operation not in ("update", "upsert"):
            return record
        update = self._without_update_keys(record)
        if options.suppress_doc_wrap:
            return update
        body: dict[str, Any] = {"doc": update}
        if operation == "upsert":
            if update == record:
                body["doc_as_upsert"] = True
            else:
                body["upsert"] = record
        return body

    def _without_update_keys(self, record: Record) -> Record:
        options = self._options
        named: Any = None
        if options.remove_keys_on_update_key is not None:
            named = record.pop(options.remove_keys_on_update_key, None)
        keys = named or [key for key in options.remove_keys_on_update.split(",") if key]
        if not isinstance(keys, list):
            raise BadRecord(f"cannot remove the fields {keys!r} from an update: they are no array")
        return {key: value for key, value in record.items() if key not in keys} if keys else record


def nested_key(key: str) -> str:
    """`a.b` names a nested field in these options, even without `$.`."""
    return f"$.{key}" if "." in key and not key.startswith(("$.", "$[")) else key


def clean(text: str) -> str:
    """`text` without what is no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def take(record: Record, path: list[str]) -> Any:
    """Remove and return a nested value; None where it is missing. Inner objects on the way are copied first."""
    parent: Any = record
    for key in path[:-1]:
        child = parent.get(key)
        if not isinstance(child, dict):
            return None
        parent[key] = dict(child)
        parent = parent[key]
    return parent.pop(path[-1], None) if parent.get(path[-1]) not in (None, False) else None


def flatten(record: Record, separator: str) -> Record:
    """Nested objects as one level of joined keys; arrays stay."""
    out: Record = {}

    def walk(value: dict[str, Any], prefix: str) -> None:
        for key, item in value.items():
            if isinstance(item, dict):
                walk(item, f"{prefix}{key}{separator}")
            else:
                out[f"{prefix}{key}"] = item

    walk(record, "")
    return out
