"""HTTP/1.x requests from a connection, read into memory."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from kelp.agent.listen.tcp import Connection
from kelp.common.errors import KelpError

_MOST_HEADER_BYTES = 64 << 10
_WINDOW_BITS = {"gzip": 31, "deflate": 15}  # 31: with gzip's header
REASONS = {
    200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 413: "Request Entity Too Large",
    417: "Expectation Failed", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip
Default = TypeVar("Default", str, None)


class BadRequest(KelpError):
    """A request that cannot be read; the connection is closed after the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Request:
    """A request; header names are in lower case, `fields` has every value of each."""

    method: str
    target: str
    version: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str, default: Default) -> str | Default:
        """The value of a header, `default` without it; what is given twice is joined by commas."""
        values = self.fields.get(name)
        return default if values is None else ", ".join(values)

    @property
    def keep_alive(self) -> bool:
        wish = self.header("connection", "").lower()
        return "keep-alive" in wish if self.version == "HTTP/1.0" else "close" not in wish


def read_requests(connection: Connection, body_limit: int) -> Iterator[Request]:
    """Every request of a connection in turn. Raises BadRequest."""
    source = _Source(connection)
    while (head := source.until(b"\r\n\r\n", _MOST_HEADER_BYTES)) is not None:
        request = _parse_head(head)
        _answer_expectation(connection, request, body_limit)
        request.body = _read_body(source, request, body_limit)
        yield request


def respond(
    connection: Connection, status: int, body: bytes, headers: dict[str, str], *, keep_alive: bool
) -> None:
    """Send a response."""
    lines = [f"HTTP/1.1 {status} {REASONS[status]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if status != 204:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: " + ("Keep-Alive" if keep_alive else "close"))
    connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if status == 204 else body))


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo a Content-Encoding of gzip or deflate; others are left to the parser. Raises BadRequest."""
    window_bits = _WINDOW_BITS.get(encoding.lower())
    if window_bits is None:
        return body
    decoder = zlib.decompressobj(window_bits)
    try:
        out = decoder.decompress(body, limit)
    except zlib.error as error:
        raise BadRequest(400, f"cannot decode body: {error}") from error
    if decoder.unconsumed_tail:
        raise BadRequest(413, f"cannot decode body: it is larger than {limit} bytes")
    if not decoder.eof:
        raise BadRequest(400, "cannot decode body: its end is missing")
    return out


class _Source:
    """The bytes of a connection with look-ahead."""

    def __init__(self, connection: Connection) -> None:
        self._blocks = connection.blocks()
        self._data = bytearray()

    def _more(self) -> bool:
        block = next(self._blocks, b"")
        self._data += block
        return bool(block)

    def until(self, mark: bytes, limit: int) -> bytes | None:
        """What stands before `mark`, which is consumed too; None at the end of the connection."""
        while (end := self._data.find(mark)) < 0:
            if len(self._data) > limit:
                raise BadRequest(431, "cannot read request: its header is too long")
            if not self._more():
                return None
        found = bytes(self._data[:end])
        del self._data[: end + len(mark)]
        return found

    def exactly(self, count: int) -> bytes:
        while len(self._data) < count:
            if not self._more():
                raise BadRequest(400, "cannot read request: the connection ended within the body")
        found = bytes(self._data[:count])
        del self._data[:count]
        return found


def _parse_head(head: bytes) -> Request:
    first, *rest = head.decode("utf-8", "replace").lstrip("\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest(400, f"cannot read request: {first[:100]!r} is no HTTP/1.x request line")
    request = Request(parts[0], parts[1], parts[2])
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest(400, f"cannot read request: header {line[:100]!r} has no colon")
        name, value = name.strip().lower(), value.strip()
        request.fields.setdefault(name, []).append(value)
    return request


def _answer_expectation(connection: Connection, request: Request, body_limit: int) -> None:
    expectation = request.header("expect", None)
    if expectation is None:
        return
    if expectation.lower() != "100-continue":
        raise BadRequest(417, f"cannot meet expectation {expectation!r}")
    if _length(request) > body_limit:
        raise BadRequest(413, "Too large")
    connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def _length(request: Request) -> int:
    text = request.header("content-length", "0")
    if not text.isdigit():
        raise BadRequest(400, f"cannot read request: Content-Length {text!r} is no number")
    return int(text)


def _read_body(source: _Source, request: Request, limit: int) -> bytes:
    if "chunked" not in request.header("transfer-encoding", "").lower():
        length = _length(request)
        if length > limit:
            raise BadRequest(413, "Too large")
        return source.exactly(length)
    out = bytearray()
    while True:
        size_line = source.until(b"\r\n", _MOST_HEADER_BYTES)
        try:
            size = int((size_line or b"").split(b";")[0], 16)
        except ValueError:
            raise BadRequest(400, "cannot read request: a chunk has no size") from None
        if len(out) + size > limit:
            raise BadRequest(413, "Too large")
        if size == 0:
            while source.until(b"\r\n", _MOST_HEADER_BYTES):
                pass
            return bytes(out)
        out += source.exactly(size)
        source.exactly(2)
