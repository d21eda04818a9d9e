"""A small Elasticsearch on a real socket: documents by id, search by type, and whatever a test scripts."""

import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Seen:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeElasticsearch:
    """`scripted` maps a path to (status, headers, body); everything else goes to the documents."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    scripted: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    indices: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: Seen) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(request.target).path
        if path in self.scripted:
            return self.scripted[path]
        status, value = self.document_api(
            request.method, [unquote(part) for part in path.split("/")[1:]], request
        )
        return status, {"content-type": "application/json"}, json.dumps(value).encode()

    def document_api(self, method: str, parts: list[str], request: Seen) -> tuple[int, Any]:
        match method, parts:
            case "GET", [""]:
                return 200, {"version": {"number": "7.17.9"}}
            case "POST", ["_bulk"]:
                return 200, {"items": list(self.bulk(request.body))}
            case "HEAD", [index]:
                return (200 if index in self.indices else 404), {}
            case "PUT", [index]:
                if index in self.indices:
                    return 400, {"error": {"type": "resource_already_exists_exception"}}
                self.indices[index] = {}
                return 200, {"acknowledged": True}
            case "POST", [index, "_search"]:
                return self.search(index, json.loads(request.body))
            case _, [index, endpoint, document_id]:
                documents = self.indices.get(index, {})
                if method == "PUT":
                    return self.put(index, document_id, endpoint == "_create", json.loads(request.body))
                if document_id not in documents:
                    return 404, {"found": False}
                if method == "DELETE":
                    return 200, documents.pop(document_id)
                return 200, {"found": True, "_id": document_id, "_source": documents[document_id]}
        return 400, {"error": {"reason": f"the test's Elasticsearch has no {method} {parts}"}}

    def put(self, index: str, document_id: str, create: bool, source: Any) -> tuple[int, Any]:
        documents = self.indices.setdefault(index, {})
        if create and document_id in documents:
            return 409, {"error": {"type": "version_conflict_engine_exception"}, "status": 409}
        documents[document_id] = source
        return 201, {"result": "created", "_seq_no": 1, "_primary_term": 1, "status": 201}

    def bulk(self, body: bytes) -> Any:
        lines = [json.loads(line) for line in body.splitlines()]
        for action, source in zip(lines[::2], lines[1::2], strict=True):
            ((name, meta),) = action.items()
            status, result = self.put(meta["_index"], meta["_id"], name == "create", source)
            yield {name: {**result, "status": status}}

    def search(self, index: str, body: Any) -> tuple[int, Any]:
        wanted = body["query"]["bool"]["filter"][0]["terms"]["type"]
        hits = [
            {"_id": document_id, "_source": source}
            for document_id, source in self.indices.get(index, {}).items()
            if source["type"] in wanted
        ]
        return 200, {"hits": {"hits": hits}}


class Running:
    """Runs a FakeElasticsearch as a context manager."""

    def __enter__(self) -> FakeElasticsearch:
        fake = FakeElasticsearch()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                seen = Seen(
                    self.command,
                    self.path,
                    {k.lower(): v for k, v in self.headers.items()},
                    self.rfile.read(length),
                )
                fake.seen.append(seen)
                status, headers, body = fake.answer(seen)
                with suppress(ConnectionError):  # the one who asked has gone
                    self.reply(status, headers, body)

            def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_one

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        fake.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return fake

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
