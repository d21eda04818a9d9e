"""Input `http`: events posted as JSON, NDJSON, MessagePack or forms; the path is the tag."""

import email.parser
import email.policy
import re
import string
import time
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from kelp.agent.config import Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.event_time import EventTime
from kelp.agent.listen import Connection, TransportSection
from kelp.agent.listen.http import BadRequest, Request, decompress, read_requests, respond
from kelp.agent.listen.input import Listener, ListeningInput
from kelp.agent.plugin.input import BufferOverflow
from kelp.agent.plugin.parser import Parsed, Parser
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_json import JsonParser
from kelp.agent.plugins.parser_msgpack import MsgpackParser
from kelp.agent.ruby.numbers import to_f
from kelp.agent.timefmt import TimeParseError, TimeParser, build_time_parser
from kelp.common.errors import KelpError

_TEXT = {"Content-Type": "text/plain"}
_PIXEL = b"GIF89a\x01\x00\x01\x00\x80\xff\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
_BODY_KINDS = (
    ("application/json", "json"),
    ("application/csp-report", "json"),
    ("application/msgpack", "msgpack"),
    ("application/x-ndjson", "ndjson"),
)
_EVENT = "_event_record"
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
Params = dict[str, Any]


@register("input", "http")
class HttpInput(ListeningInput):
    """Take events by HTTP POST."""

    flat_options = ("parser",)

    port: int = param.integer(default=9880, description="Port to listen on.")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    body_size_limit: int = param.size(default=32 << 20, description="Largest body, in bytes.")
    decompression_size_limit: int = param.size(
        default=256 << 20, description="Largest body once decompressed, in bytes."
    )
    keepalive_timeout: float = param.time(
        default=10, description="Seconds after which a silent connection is closed."
    )
    backlog: int | None = param.integer(default=None, description="Connections that may wait to be accepted.")
    add_http_headers: bool = param.boolean(
        default=False, description="Add request headers to records as HTTP_…."
    )
    add_remote_addr: bool = param.boolean(
        default=False, description="Add the client's address as REMOTE_ADDR."
    )
    add_query_params: bool = param.boolean(
        default=False, description="Add query parameters to records as QUERY_…."
    )
    add_tag_prefix: str | None = param.string(default=None, description="Put before each tag, with a dot.")
    blocking_timeout: float = param.time(default=0.5, description="Accepted for Fluentd's sake.")
    cors_allow_origins: list[str] | None = param.array(
        default=None, description="Origins that pages may post from; * for all."
    )
    cors_allow_credentials: bool = param.boolean(
        default=False, description="Allow credentials in such posts."
    )
    respond_with_empty_img: bool = param.boolean(default=False, description="Answer with a GIF of one pixel.")
    use_204_response: bool = param.boolean(default=False, description="Answer 204 No Content.")
    dump_error_log: bool = param.boolean(default=True, description="Log requests that cannot be taken.")
    transport: TransportSection | None = param.section(
        "transport", TransportSection, description="TLS settings."
    )
    parse: Element | None = param.element("parse", description="How to parse bodies.", plugin_kind="parser")

    def configure(self) -> None:
        if self.add_tag_prefix == "":
            raise self.error("option 'add_tag_prefix' must not be empty", "add_tag_prefix")
        origins = self.cors_allow_origins
        if self.cors_allow_credentials and (origins is None or "*" in origins):
            raise self.error("cors_allow_credentials needs named origins", "cors_allow_credentials")
        self._parser: Parser | None = None
        self._time_key, self._keep_time_key = "time", False
        self._read_time: TimeParser | None = None
        if self.parse is not None and self.parse.get("@type", "in_http") != "in_http":
            self._parser = self.create_parser(self.parse)
        elif self.parse is not None:
            self._configure_default(self.parse)
        self._json = self._quiet_parser("json")
        self._msgpack = cast("MsgpackParser", self._quiet_parser("msgpack"))
        self._float_time = build_time_parser(time_type="float")

    def _configure_default(self, parse: Element) -> None:
        self._time_key = parse.get("time_key", "time")
        self._keep_time_key = parse.get("keep_time_key", "false") in ("true", "yes", "")
        if "time_type" in parse or "time_format" in parse:
            try:
                self._read_time = build_time_parser(
                    time_type=parse.get("time_type", "string"), time_format=parse.get("time_format")
                )
            except KelpError as error:
                raise self.error(str(error)) from error

    def _quiet_parser(self, name: str) -> JsonParser:
        """A parser that leaves the time in the record."""
        parser = cast("JsonParser", self.create_parser(None, name))
        parser.time_key, parser.estimate_current_event = None, False
        return parser

    def listeners(self) -> list[Listener]:
        return [self.tcp(self._serve, self.transport, backlog=self.backlog)]

    def _serve(self, connection: Connection) -> None:
        connection.idle_seconds = self.keepalive_timeout
        try:
            for request in read_requests(connection, self.body_size_limit):
                status, body, headers = self._answer(request, connection.address)
                keep_alive = request.keep_alive and request.method not in ("GET", "OPTIONS") and status != 403
                respond(connection, status, body, headers, keep_alive=keep_alive)
                if not keep_alive:
                    return
        except BadRequest as error:
            respond(connection, error.status, str(error).encode(), _TEXT, keep_alive=False)

    def _answer(self, request: Request, address: str) -> tuple[int, bytes, dict[str, str]]:
        if request.method == "GET":  # health checks
            return 200, b"", _TEXT
        if request.method == "OPTIONS":
            return self._answer_options(request)
        origin = request.header("origin", None)
        if origin is not None and self.cors_allow_origins is not None and not self._allows(origin):
            return 403, b"", _TEXT
        status, body, headers = self._take(request, address)
        return status, body, headers | self._cors(origin)

    def _take(self, request: Request, address: str) -> tuple[int, bytes, dict[str, str]]:
        try:
            tag, batch = self._events(request, address)
        except BadRequest:
            raise
        except (KelpError, ValueError, TypeError) as error:
            if self.dump_error_log:
                self.log.error("cannot process request", error=error)
            return 400, f"400 Bad Request\n{error}\n".encode(), _TEXT
        try:
            if len(batch):
                self.emit(tag, batch)
        except BufferOverflow as error:
            return 503, f"503 Service Unavailable\n{error}\n".encode(), _TEXT
        except Exception as error:  # noqa: BLE001 - the sender learns of it and may post again
            if self.dump_error_log:
                self.log.error("cannot emit events", error=error)
            return 500, f"500 Internal Server Error\n{error}\n".encode(), _TEXT
        if self.respond_with_empty_img:
            return 200, _PIXEL, {"Content-Type": "image/gif; charset=utf-8"}
        return (204, b"", {}) if self.use_204_response else (200, b"", _TEXT)

    def _events(self, request: Request, address: str) -> tuple[str, Batch]:
        target = urlsplit(request.target)
        tag = target.path[1:].rstrip("/").replace("/", ".")
        if self.add_tag_prefix is not None:
            tag = f"{self.add_tag_prefix}.{tag}"
        body = decompress(request.body, request.header("content-encoding", ""), self.decompression_size_limit)
        query = _query(target.query)
        params = query | self._body_params(request, body)
        extra = self._extra_fields(request, query, address)
        batch = Batch()
        for parsed in self._parse(params):
            if parsed is None:
                self.log.debug("incoming event is invalid", path=target.path)
                continue
            when, record = parsed
            record.update(extra)
            batch.append(self._time(params, when, record), record)
        if self._parser is not None and not len(batch):
            raise ValueError(f"Received event is not {self._parser.type_name}: {_text(body)}")
        return tag, batch

    def _body_params(self, request: Request, body: bytes) -> Params:
        kind = request.header("content-type", "")
        if self._parser is not None:
            return {_EVENT: body}
        if kind.startswith("application/x-www-form-urlencoded"):
            return _query(body.decode("utf-8", "surrogateescape"))
        if kind.startswith("multipart/form-data"):
            return _form_data(kind, body)
        for prefix, name in _BODY_KINDS:
            if kind.startswith(prefix):
                return {name: body}
        return {}

    def _extra_fields(self, request: Request, query: Params, address: str) -> Record:
        forwarded = request.header("x-forwarded-for", None)
        extra: Record = {}
        if self.add_http_headers:
            for name, values in request.fields.items():
                extra[_variable("HTTP_", name)] = values[0] if len(values) == 1 else values
        if self.add_query_params:
            extra.update({_variable("QUERY_", name): _text(value) for name, value in query.items()})
        if self.add_remote_addr:
            extra["REMOTE_ADDR"] = forwarded.split(",")[0] if forwarded else address
        return extra

    def _parse(self, params: Params) -> Iterable[Parsed | None]:
        if self._parser is not None:
            return self._parser.parse_bytes(params[_EVENT])
        if "msgpack" in params:
            return self._msgpack.parse_bytes(_raw(params["msgpack"]))
        if "json" in params:
            return self._json.parse_all(_text(params["json"]))
        if "ndjson" in params:
            return self._parse_lines(_text(params["ndjson"]))
        raise ValueError("'json', 'ndjson' or 'msgpack' parameter is required")

    def _parse_lines(self, text: str) -> Iterator[Parsed | None]:
        for line in re.split(r"\r?\n", text):
            if line:
                yield from self._json.parse_all(line)

    def _time(self, params: Params, when: int | None, record: Record) -> int:
        if "time" in params:
            seconds = to_f(_text(params["time"]))
            return self._float_time(seconds) if seconds else time.time_ns()
        if when is not None:
            return when
        value = record.get(self._time_key) if self._keep_time_key else record.pop(self._time_key, None)
        if value is None or value is False:
            return time.time_ns()
        if self._read_time is not None:
            return self._read_time(value)
        if isinstance(value, EventTime):
            return value.nanoseconds
        if isinstance(value, int | float) and value is not True:
            return self._float_time(value)
        raise TimeParseError(f"cannot read time {value!r}: it is no number; set time_type or time_format")

    def _answer_options(self, request: Request) -> tuple[int, bytes, dict[str, str]]:
        origin = request.header("origin", None)
        wanted = request.header("access-control-request-method", None)
        if wanted != "POST" or not self._allows(origin):
            return 403, b"", _TEXT
        allowed = request.header("access-control-request-headers", "")
        headers = {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": allowed}
        return 200, b"", _TEXT | headers | self._cors(origin)

    def _allows(self, origin: str | None) -> bool:
        for allowed in self.cors_allow_origins or ():
            if allowed in ("*", origin):
                return True
            start, star, end = allowed.partition("*")
            if star and origin is not None and origin.startswith(start) and origin.endswith(end):
                return True
        return False

    def _cors(self, origin: str | None) -> dict[str, str]:
        if "*" in (self.cors_allow_origins or ()):
            return {"Access-Control-Allow-Origin": "*"}
        if origin is None or not self._allows(origin):
            return {}
        headers = {"Access-Control-Allow-Origin": origin}
        if self.cors_allow_credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        return headers


def _variable(prefix: str, name: str) -> str:
    """The field for a header or parameter: only ASCII letters become upper case."""
    return prefix + _text(name).replace("-", "_").translate(_UPPER)


def _query(text: str) -> Params:
    """The parameters of a query or form, the first of each; bytes that are not UTF-8 stand as surrogates."""
    return dict(reversed(parse_qsl(text, keep_blank_values=True, errors="surrogateescape")))


def _text(value: str | bytes) -> str:
    return _raw(value).decode("utf-8", "replace")


def _raw(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


def _form_data(content_type: str, body: bytes) -> Params:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    params: Params = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            params[name] = part.get_payload(decode=True)
    return params
