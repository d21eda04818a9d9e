"""Events as the collector takes them.

https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector
"""

import re
import socket
from collections.abc import Callable
from typing import Any

from kelp.agent.event import Batch, Record
from kelp.agent.output.json_text import dump_clean
from kelp.agent.output.splunk.options import EventOptions
from kelp.agent.plugin import Formatter
from kelp.agent.ruby.text import to_s
from kelp.common.errors import KelpError

_NANOS = 1_000_000_000
_TAG = "${tag}"
_NOT_UTF8 = re.compile("[\udc80-\udcff]+")
_KEYS = ("index", "host", "source", "sourcetype", "metric_name", "metric_value", "time")

Read = Callable[[str, Record], Any]
Choose = Callable[[str], Formatter | None]


class BadEvent(KelpError):
    """An event that cannot be sent."""


class PayloadMaker:
    """JSON objects of events, or of their metrics."""

    def __init__(self, options: EventOptions, formatter_of: Choose) -> None:
        self._options = options
        self._formatter_of = formatter_of
        self._host = socket.gethostname()
        found = {name: self._reader(name) for name in _KEYS}
        self._read = {name: read for name, read in found.items() if read is not None}
        fields = options.fields_element
        self._fields = {name: str(path or name) for name, path in fields.items()} if fields else None

    def _reader(self, name: str) -> Read | None:
        key = getattr(self._options, f"{name}_key")
        text = getattr(self._options, name, None)
        if key:
            return _field(key.split("."), keep=self._options.keep_keys)
        if text is None:
            return None
        return (lambda tag, _: text.replace(_TAG, tag)) if _TAG in text else (lambda _, __: text)

    def make(self, tag: str, time: int, record: Record) -> bytes:
        """What is sent of an event; b"" for one without anything to send. Raises BadEvent."""
        own = _copied(record)
        payload: dict[str, Any] = {"host": self._host, "time": to_s(time // _NANOS + time % _NANOS / 1e9)}
        if self._options.data_type == "metric":
            return self._metric(tag, own, payload)
        self._describe(tag, own, payload)
        for name in ("host", "index", "source", "sourcetype"):
            if payload.get(name, "") is None:
                del payload[name]
        if self._fields is not None:
            payload["fields"] = self._extra(own)
            for field in self._fields.values():
                own.pop(field, None)
        formatter = self._formatter_of(tag)
        event: Any = own
        if formatter is not None:
            batch = Batch([time], [own])
            event = formatter.format_batch(tag, batch).decode("utf-8", "surrogateescape")
            if event == "{}":
                return b""
        payload["event"] = self._clean(event)
        return dump_clean(payload)

    def _describe(self, tag: str, record: Record, payload: dict[str, Any]) -> None:
        read = self._read
        if "host" in read:
            payload["host"] = read["host"](tag, record)
        if "time" in read and (time := read["time"](tag, record)) is not None:
            payload["time"] = time
        for name in ("index", "source", "sourcetype"):
            if name in read:
                payload[name] = read[name](tag, record)

    def _metric(self, tag: str, record: Record, payload: dict[str, Any]) -> bytes:
        payload["event"] = "metric"
        self._describe(tag, record, payload)
        if self._options.metrics_from_event:
            fields = ({"metric_name": name, "_value": value} for name, value in record.items())
            return b"".join([dump_clean({"fields": one, **payload}) for one in fields])
        found = {
            "metric_name": self._read["metric_name"](tag, record),
            "_value": self._read["metric_value"](tag, record),
        }
        found |= record if self._fields is None else self._extra(record)
        payload["fields"] = self._clean({name: value for name, value in found.items() if value is not None})
        return dump_clean(payload)

    def _extra(self, record: Record) -> Record:
        found = {name: record.get(field) for name, field in (self._fields or {}).items()}
        return {name: value for name, value in found.items() if value is not None}

    def _clean(self, value: Any) -> Any:
        """A value without bytes that are no UTF-8. Raises BadEvent where they are not to be replaced."""
        if isinstance(value, str):
            if value.isascii() or not _NOT_UTF8.search(value):
                return value
            if not self._options.coerce_to_utf8:
                raise BadEvent("cannot send an event with bytes that are no UTF-8: coerce_to_utf8 is false")
            return _NOT_UTF8.sub(lambda _: self._options.non_utf8_replacement_string, value)
        if isinstance(value, dict):
            return {self._clean(key): self._clean(one) for key, one in value.items()}
        return [self._clean(one) for one in value] if isinstance(value, list) else value


def _field(path: list[str], *, keep: bool) -> Read:
    """Reads a field, and takes it out unless it is to be kept. The function raises BadEvent."""

    def read(_: str, record: Record) -> Any:
        parent: Any = record
        for key in path[:-1]:
            parent = parent.get(key) if isinstance(parent, dict) else None
        if not isinstance(parent, dict):
            raise BadEvent(f"cannot reach field {'.'.join(path)}")
        return parent.get(path[-1]) if keep else parent.pop(path[-1], None)

    return read


def _copied(record: Record) -> Record:
    """A copy whose hashes can be changed."""
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in record.items()}
