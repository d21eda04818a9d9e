"""Events to entries of Cloud Logging.

https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
"""

import itertools
import os
import re
from typing import Any
from urllib.parse import quote

import orjson

from kelp.agent.event import Record
from kelp.agent.output.google import fields
from kelp.agent.output.google.options import EntryOptions
from kelp.agent.output.google.resource import CONTAINER, Resource, Resources
from kelp.agent.ruby.text import to_s

_LOCAL_ID = "logging.googleapis.com/local_resource_id"
_TRACE_ID = re.compile(r"[0-9a-fA-F]{32}")
_STREAM = "container.googleapis.com/stream"
_TIMES = ("time", "timeNanos", "timestamp", "timestampNanos", "timestampSeconds", "severity")


class EntryMaker:
    """Makes entries as the options say."""

    def __init__(self, options: EntryOptions, project: str, resources: Resources) -> None:
        self._options = options
        self._project = project
        self._resources = resources
        self._labels = {str(k): to_s(v) for k, v in (options.labels or {}).items()}
        self._label_map = {str(k): str(v) for k, v in (options.label_map or {}).items()}
        self._keys = {
            "httpRequest": options.http_request_key,
            "operation": options.operation_key,
            "sourceLocation": options.source_location_key,
        }
        self._kept = {
            *_TIMES, *self._keys.values(), options.insert_id_key, options.labels_key, options.span_id_key,
            options.trace_key, options.trace_sampled_key,
        }  # fmt: skip
        # Insert ids make retries harmless, and sort entries of the same time.
        self._prefix = os.urandom(6).hex()
        self._serial = itertools.count()

    def make(self, tag: str, time_ns: int, record: Record) -> dict[str, Any]:
        """The entry for an event; changes the record."""
        resource = self._resources.of(tag, record.pop(_LOCAL_ID, None))
        labels = {**self._labels, **resource.common}
        about = dict(resource.labels)
        if resource.type == CONTAINER:
            _take_kubernetes(record, about, labels)
        for old, new in self._label_map.items():
            if (value := record.pop(old, None)) not in (None, False):
                labels[new] = to_s(value)
        inner = self._inner_json(record) if self._options.detect_json else None
        if inner is not None:
            record = inner
        entry = self._fields(record, time_ns, resource, labels)
        entry["logName"] = f"projects/{self._project}/logs/{_log_name(tag, resource.type, about)}"
        entry["resource"] = {"type": resource.type, "labels": about}
        if labels:
            entry["labels"] = labels
        self._payload(entry, record, resource, structured=inner is not None)
        return entry

    def _inner_json(self, record: Record) -> Record | None:
        """The JSON object that is all a record holds, with the fields of entries beside it."""
        if len(record.keys() - self._kept) != 1:
            return None
        for name in ("log", "message", "msg"):
            text = record.get(name)
            if isinstance(text, str) and text.lstrip(" \t\r\n").startswith("{"):
                try:
                    found: Record = orjson.loads(text)
                except orjson.JSONDecodeError:
                    continue
                return {**{key: record[key] for key in self._kept if key in record}, **found}
        return None

    def _fields(
        self, record: Record, time_ns: int, resource: Resource, labels: dict[str, str]
    ) -> dict[str, Any]:
        options = self._options
        entry: dict[str, Any] = {}
        when = fields.take_time(record, time_ns)
        if when is not None and options.adjust_invalid_timestamps:
            when = fields.adjust_time(when)
        if when is not None:
            entry["timestamp"] = fields.rfc3339(when)
        if "severity" in record:
            entry["severity"] = fields.severity(record.pop("severity"))
        elif resource.type == CONTAINER:
            entry["severity"] = {"stdout": "INFO", "stderr": "ERROR"}.get(labels.get(_STREAM, ""), "DEFAULT")
        own = record.pop(options.labels_key, None)
        if isinstance(own, dict) and all(isinstance(value, str) for value in own.values()):
            labels.update(own)
        elif own:
            options.log.warning(
                "labels must be an object of texts", key=options.labels_key, got=type(own).__name__
            )
        entry["insertId"] = (
            to_s(record.pop(options.insert_id_key, None)) or f"{self._prefix}{next(self._serial):012x}"
        )
        if (span := record.pop(options.span_id_key, None)) is not None:
            entry["spanId"] = to_s(span)
        if (trace := record.pop(options.trace_key, None)) is not None:
            entry["trace"] = self._trace(to_s(trace))
        if (sampled := record.pop(options.trace_sampled_key, None)) is not None:
            entry["traceSampled"] = fields.to_boolean(sampled)
        for name, members in fields.OBJECTS.items():
            found = fields.take_object(record, self._keys[name], members)
            if found is not None:
                entry[name] = found
        return entry

    def _trace(self, trace: str) -> str:
        bare = self._options.autoformat_stackdriver_trace and _TRACE_ID.fullmatch(trace)
        return f"projects/{self._project}/traces/{trace}" if bare else trace

    @staticmethod
    def _payload(entry: dict[str, Any], record: Record, resource: Resource, structured: bool) -> None:
        if not structured and resource.type == CONTAINER and "log" in record:
            entry["textPayload"] = to_s(record["log"])
        elif not structured and len(record) == 1 and "message" in record:
            entry["textPayload"] = to_s(record["message"])
        else:
            entry["jsonPayload"] = record


def _take_kubernetes(record: Record, about: dict[str, str], labels: dict[str, str]) -> None:
    """Move what kubernetes_metadata added, and the stream, to labels."""
    if (stream := record.pop("stream", None)) is not None:
        labels[_STREAM] = to_s(stream)
    pod = record.get("kubernetes")
    if not isinstance(pod, dict):
        return
    for name in ("namespace_id", "pod_id", "container_name"):
        if pod.get(name):
            about[name] = to_s(pod[name])
    for name in ("namespace_name", "pod_name"):
        if pod.get(name):
            labels[f"container.googleapis.com/{name}"] = to_s(pod[name])
    if isinstance(pod.get("labels"), dict):
        labels.update({f"label/{name}": to_s(value) for name, value in pod["labels"].items()})
    del record["kubernetes"]
    record.pop("docker", None)


def _log_name(tag: str, kind: str, about: dict[str, str]) -> str:
    name = about.get("container_name") if kind == CONTAINER else None
    return quote(name or tag or "_", safe="-_.~")
