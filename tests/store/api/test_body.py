import asyncio
import gzip
import zlib

import pytest

from kelp.store.api import body
from kelp.store.errors import ApiError

TEXT = b'{"index":{}}\n{"log":"x"}\n' * 100
RAW = zlib.compressobj(1, zlib.DEFLATED, -15)
RAW_DEFLATE = RAW.compress(TEXT) + RAW.flush()


@pytest.mark.parametrize(
    ("sent", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), " GZIP "),
        (gzip.compress(TEXT[:30]) + gzip.compress(TEXT[30:]), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (RAW_DEFLATE, "deflate"),
    ],
)
def test_decompress(sent, encoding):
    assert body.decompress(sent, encoding) == TEXT


@pytest.mark.parametrize(
    ("sent", "encoding", "status", "reason"),
    [
        (b"x", "br", 415, "Content-Encoding [br] is not supported, use gzip or deflate"),
        (
            gzip.compress(TEXT)[:-12],
            "gzip",
            400,
            "cannot decompress the gzip request body: it ends too early",
        ),
        (b"no gzip", "gzip", 400, "cannot decompress the gzip request body: Error -3"),
        (gzip.compress(bytes(3_000_000)), "gzip", 413, "request body of 1000001 bytes is longer than"),
    ],
)
def test_decompress_faults(sent, encoding, status, reason):
    with pytest.raises(ApiError) as fault:
        body.decompress(sent, encoding, limit_bytes=1_000_000)
    assert fault.value.status == status
    assert fault.value.reason.startswith(reason)


def read(chunks, declared=None, limit=100):
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request"})

    async def receive():
        return messages.pop(0)

    return asyncio.run(body.read(receive, declared, limit))


def test_read():
    assert read([]) == b""
    assert read([b"a" * 60, b"b" * 40]) == b"a" * 60 + b"b" * 40


@pytest.mark.parametrize(("chunks", "declared"), [([b"a" * 60, b"b" * 41], None), ([], 101)])
def test_too_long(chunks, declared):
    with pytest.raises(ApiError) as fault:
        read(chunks, declared)
    assert fault.value.status == 413
    assert "request body of 101 bytes is longer than http.max_content_length, 100 bytes" in fault.value.reason


def test_client_gone():
    async def receive():
        return {"type": "http.disconnect"}

    with pytest.raises(body.ClientGoneError):
        asyncio.run(body.read(receive, None))
