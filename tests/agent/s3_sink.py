"""A small S3 and STS on a local port: what the s3 output needs, no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_ROLE = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials>
<AccessKeyId>{1}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></{0}Result></{0}Response>"""


@dataclass
class Sink:
    """What the server has and what it was asked."""

    port: int = 0
    buckets: dict[str, dict[str, tuple[bytes, dict[str, str]]]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    sts: list[dict[str, str]] = field(default_factory=list)
    failures: list[tuple[str, int]] = field(default_factory=list)  # (method, status) of the next requests

    @property
    def keys(self) -> list[str]:
        return [key for objects in self.buckets.values() for key in objects]

    def key_id(self, index: int = -1) -> str:
        """The access key id that signed a request."""
        return self.requests[index][2]["authorization"].partition("Credential=")[2].partition("/")[0]


class Handler(BaseHTTPRequestHandler):
    """Answers path-style requests: /bucket and /bucket/key."""

    sink: Sink
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        sink = self.sink
        if self.command == "PUT" and parts.path == "/latest/api/token":
            self.answer(200, b"imds")
            return
        if self.command == "POST":
            form = dict(parse_qsl(body.decode()))
            sink.sts.append(form)
            self.answer(200, _ROLE.format(form["Action"], form["Action"]).encode())
            return
        if parts.path.startswith("/latest/"):
            self.metadata(parts.path)
            return
        sink.requests.append((self.command, self.path, headers))
        if sink.failures and sink.failures[0][0] == self.command:
            self.answer(sink.failures.pop(0)[1], b"<Error><Code>InternalError</Code></Error>")
            return
        bucket, _, key = unquote(parts.path)[1:].partition("/")
        self.object(bucket, key, parts.query, body, headers)

    def object(self, bucket: str, key: str, query: str, body: bytes, headers: dict[str, str]) -> None:
        objects = self.sink.buckets.get(bucket)
        if self.command == "PUT" and not key and "lifecycle" not in query:
            self.sink.buckets[bucket] = {}
            self.answer(200, b"")
        elif objects is None:
            self.answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        elif self.command == "PUT":
            objects[key or f"?{query}"] = (body, headers)
            self.answer(200, b"")
        elif key:
            self.answer(200 if key in objects else 404, b"")
        else:
            self.answer(200, b"<ListBucketResult></ListBucketResult>")

    def metadata(self, path: str) -> None:
        """The instance's metadata service."""
        if path.endswith("/security-credentials/"):
            self.answer(200, b"role")
        else:
            text = b'"AccessKeyId":"INSTANCE","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"'
            self.answer(200, b'{"Code":"Success",' + text + b"}")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass

    do_GET = do_HEAD = do_PUT = do_POST = handle_any


@contextmanager
def s3_sink(*buckets: str) -> Iterator[Sink]:
    """A running server with these buckets."""
    sink = Sink(buckets={name: {} for name in buckets})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"sink": sink}))
    server.daemon_threads = True
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
