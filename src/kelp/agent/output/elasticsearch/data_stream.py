"""What the data stream outputs of Elasticsearch and OpenSearch share."""

import json
import threading
from typing import Any
from urllib.parse import quote

import orjson

from kelp.agent.output.elasticsearch.client import Client, HttpError
from kelp.agent.output.elasticsearch.setup import DEFAULT_POLICY
from kelp.agent.output.http import shorten

_JSON = {"Content-Type": "application/json"}
_FORBIDDEN = '\\/*?"<>| ,#:'


def name_fault(name: str) -> str | None:
    """Why `name` cannot be a data stream's, None if it can.

    https://www.elastic.co/guide/en/elasticsearch/reference/7.17/indices-create-data-stream.html
    """
    if name in (".", ".."):
        return "it must not be . or .."
    if name.startswith(("-", "_", "+", ".")):
        return "it must not start with - _ + ."
    if any(char in name for char in _FORBIDDEN):
        return f"it must not contain any of {_FORBIDDEN}"
    if name != name.lower():
        return "it must be lower case"
    if len(name.encode()) > 255:
        return "it must not be longer than 255 bytes"
    return None


class DataStreams:
    """Creates data streams with their templates and policies, once per name."""

    def __init__(self, wildcard: bool, policy: str | None, overwrite_policy: bool) -> None:
        self._wildcard = "*" if wildcard else ""
        self._policy: dict[str, Any] = json.loads(policy) if policy else DEFAULT_POLICY
        self._overwrite = overwrite_policy
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def ensure(self, client: Client, name: str, template: str, policy: str | None) -> None:
        """Create the data stream unless it is there; `policy` None: without lifecycle. Raises SinkError."""
        with self._lock:
            if name in self._known:
                return
            if self._overwrite and policy is not None:
                _put(client, f"/_ilm/policy/{quote(policy)}", self._policy)
            if not _exists(client, f"/_data_stream/{quote(name)}"):
                self._create(client, name, template, policy)
            self._known.add(name)

    def _create(self, client: Client, name: str, template: str, policy: str | None) -> None:
        settings: dict[str, Any] = {}
        if policy is not None:
            settings["index.lifecycle.name"] = policy
            path = f"/_ilm/policy/{quote(policy)}"
            if not self._overwrite and not _exists(client, path):
                _put(client, path, self._policy)
        path = f"/_index_template/{quote(template)}"
        if not _exists(client, path):
            body = {
                "index_patterns": [name + self._wildcard],
                "data_stream": {},
                "template": {"settings": settings},
            }
            _put(client, path, body)
        _put(client, f"/_data_stream/{quote(name)}", None)


def _exists(client: Client, path: str) -> bool:
    status, body = client.request("GET", path)
    if status in (200, 404):
        return status == 200
    raise HttpError(status, shorten(body))


def _put(client: Client, path: str, body: dict[str, Any] | None) -> None:
    data = None if body is None else orjson.dumps(body)
    status, answer = client.request("PUT", path, data, _JSON)
    if not 200 <= status < 300 and b"already_exists" not in answer:
        raise HttpError(status, shorten(answer))
