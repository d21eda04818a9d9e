"""A small Elasticsearch that stores bulk documents and can be told to misbehave."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.agent.agent_runner import free_port

# (status, error) for a document that is not stored
Verdict = tuple[int, Any] | None


class Sink(ThreadingHTTPServer):
    """`moods` are used up one per bulk request; then all is well. `judge` decides on each document."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port or free_port()), Handler)
        self.lock = threading.Lock()
        self.moods: list[str] = []
        self.judge: Callable[[str, dict[str, Any], dict[str, Any]], Verdict] = lambda op, meta, doc: None
        self.stored: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.by_id: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.version = "7.17.9"
        self.known: set[str] = set()  # paths that a GET finds
        self.limit_bytes = 1 << 40
        self.refuses_put = False
        self.poison: bytes | None = None  # requests that hold it are refused as a whole

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def docs(self) -> list[dict[str, Any]]:
        with self.lock:
            return [doc for _, _, doc in self.stored]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the game."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sink

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def _answer(self, status: int, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.requests.append(("GET", self.path, dict(self.headers), b""))
        if self.path.rstrip("/") == "":
            self._answer(200, json.dumps({"version": {"number": self.server.version}}).encode())
        elif self.path in self.server.known:
            self._answer(200, b"{}")
        else:
            self._answer(404, b"{}")

    def do_PUT(self) -> None:
        body = self._body()
        with self.server.lock:
            self.server.requests.append(("PUT", self.path, dict(self.headers), body))
            if not self.server.refuses_put:
                self.server.known.add(self.path)
        if self.server.refuses_put:
            self._answer(500, b'{"error":"no"}')
        else:
            self._answer(200, b'{"acknowledged":true}')

    def do_POST(self) -> None:
        body = self._body()
        with self.server.lock:
            self.server.requests.append(("POST", self.path, dict(self.headers), body))
            mood = self.server.moods.pop(0) if self.server.moods else "ok"
        if len(body) > self.server.limit_bytes:
            mood = "413"
        if self.server.poison is not None and self.server.poison in body:
            mood = "400"
        if mood.isdigit():
            self._answer(int(mood), b'{"error":"no"}')
        elif mood == "garbage":
            self._answer(200, b"<html>proxy login</html>")
        elif mood == "lie":
            self._answer(200, b'{"took":1,"errors":true}')
        elif mood == "never":
            time.sleep(3)
            self.close_connection = True
        elif mood == "close":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            answer = self._store(body)
            if mood == "half":  # stored, but the answer is cut off
                self._answer(200, answer[: len(answer) // 2], len(answer))
                self.close_connection = True
            else:
                self._answer(200, answer)

    def _store(self, body: bytes) -> bytes:
        lines = [json.loads(line) for line in body.split(b"\n") if line]
        items = []
        with self.server.lock:
            for action, doc in zip(lines[::2], lines[1::2], strict=True):
                ((op, meta),) = action.items()
                items.append({op: self._item(op, meta, doc)})
        errors = any("error" in next(iter(item.values())) for item in items)
        return json.dumps({"took": 1, "errors": errors, "items": items}, separators=(",", ":")).encode()

    def _item(self, op: str, meta: dict[str, Any], doc: dict[str, Any]) -> dict[str, Any]:
        verdict = self.server.judge(op, meta, doc)
        known = meta.get("_id")
        if verdict is None and op == "create" and known in self.server.by_id:
            verdict = (409, {"type": "version_conflict_engine_exception", "reason": "exists"})
        if verdict is not None:
            return {"_index": meta.get("_index"), "status": verdict[0], "error": verdict[1]}
        if known is not None:
            self.server.by_id[known] = doc
        self.server.stored.append((op, meta, doc))
        return {"_index": meta.get("_index"), "_id": known or "x", "status": 201, "result": "created"}


@contextmanager
def bulk_sink(port: int = 0) -> Iterator[Sink]:
    """A running sink on a free port."""
    sink = Sink(port)
    threading.Thread(target=sink.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield sink
    finally:
        sink.shutdown()
        sink.server_close()
