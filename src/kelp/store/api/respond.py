"""From a handler's result to bytes on the wire: JSON or YAML, `pretty`, `filter_path`, gzip."""

import gzip
import json
from typing import Any

import orjson

from kelp.store.api import filter_path
from kelp.store.api.route import Call, Reply

JSON_TYPE = "application/json; charset=UTF-8"
GZIP_MIN_BYTES = 4096
_GZIP_LEVEL = 1
_OPTIONS = orjson.OPT_NON_STR_KEYS

Sent = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers, body."""


def render(result: Any, call: Call) -> Sent:
    """Turn what a handler returned into status, headers and body."""
    reply = result if isinstance(result, Reply) else Reply(result)
    body, content_type = _body(reply, call)
    headers = [
        (b"X-elastic-product", b"Elasticsearch"),
        (b"content-type", content_type.encode("latin-1")),
    ]
    opaque = call.headers.get("x-opaque-id")
    if opaque:
        headers.append((b"X-Opaque-Id", opaque.encode("latin-1")))
    headers += [(name.encode("latin-1"), text.encode("latin-1")) for name, text in reply.headers.items()]
    if len(body) >= GZIP_MIN_BYTES and "gzip" in call.headers.get("accept-encoding", ""):
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode("ascii")))
    return reply.status, headers, body


def _body(reply: Reply, call: Call) -> tuple[bytes, str]:
    value = reply.body
    parameters = call.parameters
    is_json = reply.content_type.startswith("application/json")
    if isinstance(value, str):
        return value.encode("utf-8"), reply.content_type
    if isinstance(value, bytes):
        # Handlers may hand over finished JSON; only an option that changes its form makes us read it again.
        changed = "filter_path" in parameters or "pretty" in parameters or "format" in parameters
        if not (is_json and changed):
            return value, _json_type(call) if is_json else reply.content_type
        value = orjson.loads(value)
    paths = parameters.get("filter_path")
    if paths:
        value = filter_path.apply(value, paths)
    if _wants_yaml(call):
        return _yaml(value), "application/yaml"
    return dumps(value, parameters.flag("pretty")), _json_type(call)


def dumps(value: Any, pretty: bool = False) -> bytes:
    """JSON text; numbers beyond 64 bits stay exact."""
    try:
        text = orjson.dumps(value, option=_OPTIONS | (orjson.OPT_INDENT_2 if pretty else 0))
    except TypeError:  # orjson writes no integers beyond 64 bits
        text = json.dumps(value, indent=2 if pretty else None, ensure_ascii=False).encode("utf-8")
    return text + b"\n" if pretty else text


def _json_type(call: Call) -> str:
    """Clients of version 8 and later ask for a vendor type and want it back."""
    accept = call.headers.get("accept", "")
    if accept.startswith("application/vnd.elasticsearch+json"):
        return accept.partition(",")[0].replace(" ", "")
    return JSON_TYPE


def _wants_yaml(call: Call) -> bool:
    wanted = call.parameters.get("format") or call.headers.get("accept", "")
    return wanted in ("yaml", "application/yaml")


def _yaml(value: Any) -> bytes:
    """YAML 1.2 is a superset of JSON, so the document marker and JSON text are a YAML document."""
    return b"--- " + dumps(value) + b"\n"
