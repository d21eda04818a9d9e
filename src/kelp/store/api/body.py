"""Reading a request's body: limits, compression, content types."""

import zlib
from typing import Any

from starlette.types import Receive

from kelp.store.errors import ApiError

CONTENT_LIMIT_BYTES = 100 * 1024 * 1024
"""Elasticsearch's default of `http.max_content_length`; counts for the body as sent and as decompressed."""

_JSON_TYPES = (
    "application/json",
    "application/x-ndjson",
    "application/vnd.elasticsearch+json",
    "application/vnd.elasticsearch+x-ndjson",
)


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


async def read(receive: Receive, declared_bytes: int | None, limit_bytes: int = CONTENT_LIMIT_BYTES) -> bytes:
    """Receive the whole body. Raises ApiError 413 as soon as it is known to be too long."""
    if declared_bytes is not None and declared_bytes > limit_bytes:
        raise _too_long(declared_bytes, limit_bytes)
    chunks: list[bytes] = []
    received = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        received += len(chunk)
        if received > limit_bytes:
            raise _too_long(received, limit_bytes)
        if chunk:
            chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def decompress(body: bytes, encoding: str, limit_bytes: int = CONTENT_LIMIT_BYTES) -> bytes:
    """Undo `Content-Encoding: gzip` or `deflate`; several gzip members in a row are one body."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ApiError(
            415,
            "illegal_argument_exception",
            f"Content-Encoding [{encoding}] is not supported, use gzip or deflate",
        )
    parts: list[bytes] = []
    room = limit_bytes
    rest = body
    while rest:
        # Some clients send raw deflate streams where RFC 9110 wants a zlib header: 0x78 tells them apart.
        bits = 31 if encoding.endswith("gzip") else (15 if rest[0] & 0x0F == 8 else -15)
        stream = zlib.decompressobj(bits)
        try:
            part = stream.decompress(rest, room + 1)
        except zlib.error as error:
            raise ApiError(
                400, "parse_exception", f"cannot decompress the {encoding} request body: {error}"
            ) from error
        room -= len(part)
        if room < 0:
            raise _too_long(limit_bytes + 1, limit_bytes)
        if not stream.eof:
            raise ApiError(
                400, "parse_exception", f"cannot decompress the {encoding} request body: it ends too early"
            )
        parts.append(part)
        rest = stream.unused_data
    return parts[0] if len(parts) == 1 else b"".join(parts)


def accepts(content_type: str) -> bool:
    """Whether a body of this Content-Type can be read: JSON and newline-delimited JSON, in UTF-8."""
    return content_type.partition(";")[0].strip().lower() in _JSON_TYPES


def _too_long(got_bytes: int, limit_bytes: int) -> ApiError:
    return ApiError(
        413,
        "content_too_long_exception",
        f"request body of {got_bytes} bytes is longer than http.max_content_length, {limit_bytes} bytes; "
        "send smaller requests",
    )
