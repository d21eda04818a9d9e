"""A small API server for tests: objects, lists, and watches that a test feeds, cuts or lets hang."""

import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CUT = object()  # break the connection off
END = object()  # end the watch in good order


class WatchApi:
    """`items` are what lists give; `send` feeds the open watch of a kind ("pods", "namespaces")."""

    def __init__(self) -> None:
        self.items: dict[str, list[dict[str, Any]]] = {"pods": [], "namespaces": []}
        self.objects: dict[str, dict[str, Any]] = {}
        self.version = 10
        self.status = 200
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.moments: dict[str, list[float]] = {}  # when each path was asked for, by time.monotonic
        self.tokens: list[str | None] = []
        self._feeds: dict[str, queue.Queue[Any]] = {kind: queue.Queue() for kind in self.items}
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                path = parts.path.removeprefix("/api/v1/")
                fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
                api.asked.append((path, fields))
                api.moments.setdefault(path, []).append(time.monotonic())
                api.tokens.append(self.headers.get("Authorization"))
                if api.status != 200:
                    self._answer(api.status, {})
                elif "watch" in fields:
                    self._watch(api._feeds[path])
                elif path in api.items:
                    metadata = {"resourceVersion": str(api.version)}
                    self._answer(200, {"metadata": metadata, "items": api.items[path]})
                else:
                    self._answer(200 if path in api.objects else 404, api.objects.get(path, {}))

            def _answer(self, status: int, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _watch(self, feed: "queue.Queue[Any]") -> None:
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                while (event := feed.get()) is not CUT and event is not END:
                    line = json.dumps(event).encode() + b"\n"
                    for part in (line[:7], line[7:]):  # an event may come in several chunks
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                if event is END:
                    self.wfile.write(b"0\r\n\r\n")
                self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def send(self, kind: str, event: object) -> None:
        self._feeds[kind].put(event)

    def change(self, kind: str, change: str, one: dict[str, Any]) -> None:
        self.version += 1
        one = {**one, "metadata": {**one["metadata"], "resourceVersion": str(self.version)}}
        self.send(kind, {"type": change, "object": one})

    def requests(self, path: str, *, watch: bool = False) -> list[dict[str, str]]:
        return [
            fields for asked, fields in list(self.asked) if asked == path and ("watch" in fields) == watch
        ]

    def close(self) -> None:
        for kind in self._feeds:
            self.send(kind, CUT)
        self.server.shutdown()
        self.server.server_close()
