import asyncio
import gzip
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from kelp.ui.proxy import BadTarget, Proxy, target_of
from kelp.ui.settings import Settings
from kelp.ui.upstream import Upstream


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        (b"logs/_search", b"", b"/logs/_search"),
        (b"logs/_doc/a%2Fb%3F", b"x=1&y=%20", b"/logs/_doc/a%2Fb%3F?x=1&y=%20"),
        (b"", b"", b"/"),
        (b"%3Clogs-%7Bnow%2Fd%7D%3E/_search", b"", b"/%3Clogs-%7Bnow%2Fd%7D%3E/_search"),
        (b"logstash-*,-a/_search", b"", b"/logstash-*,-a/_search"),
        (b"a...b/_doc/..c", b"", b"/a...b/_doc/..c"),
    ],
)
def test_target(path: bytes, query: bytes, target: bytes) -> None:
    assert target_of(path, query) == target


@pytest.mark.parametrize(
    "path",
    [
        b"../x",
        b"a/../../b",
        b"a/%2e%2e/b",
        b"a/.%2E",
        b"/evil.com/",
        b"a//b",
        b"a\\b",
        b"a b",
        b"a%00b",
        b"http://x/",
    ],
)
def test_wrong_target(path: bytes) -> None:
    with pytest.raises(BadTarget):
        target_of(path, b"")


def test_everything_goes_through(client: TestClient, elasticsearch: Any) -> None:
    answer = gzip.compress(b'{"took":1}')
    headers = {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "x-elastic-product": "Elasticsearch",
    }
    elasticsearch.scripted["/a%2Fb/_search"] = (201, {**headers, "set-cookie": "x=1", "server": "y"}, answer)
    body = b'{"query":{"match_all":{}}}\n'
    reply = client.post(
        "/api/es/a%2Fb/_search?size=1&q=a%26b",
        content=body,
        headers={"content-type": "application/x-ndjson", "cookie": "kelp_session=1", "origin": "http://x"},
    )
    seen = elasticsearch.seen[-1]
    assert (seen.method, seen.target, seen.body) == ("POST", "/a%2Fb/_search?size=1&q=a%26b", body)
    sent = {name.lower() for name in seen.headers}
    assert seen.headers["content-type"] == "application/x-ndjson"
    assert not sent & {"cookie", "origin", "kbn-xsrf", "referer"}
    assert reply.status_code == 201
    assert reply.json() == {"took": 1}
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["x-elastic-product"] == "Elasticsearch"
    assert "set-cookie" not in reply.headers
    assert reply.headers["cache-control"] == "no-store"


def test_large_body_is_streamed(client: TestClient, elasticsearch: Any) -> None:
    elasticsearch.scripted["/_bulk"] = (200, {}, b"{}")
    body = b'{"index":{}}\n' * 200_000
    assert client.post("/api/es/_bulk", content=body).status_code == 200
    assert elasticsearch.seen[-1].body == body


def test_errors_of_elasticsearch_stay_as_they_are(client: TestClient, elasticsearch: Any) -> None:
    elasticsearch.scripted["/x"] = (404, {"content-type": "application/json"}, b'{"error":{"type":"t"}}')
    reply = client.get("/api/es/x")
    assert (reply.status_code, reply.json()) == (404, {"error": {"type": "t"}})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "Basic dTpw"),
        ({"elasticsearch_username": "a", "elasticsearch_password": "b"}, "Basic YTpi"),
        ({"username": "u", "password": "p"}, None),
    ],
)
def test_authorization(
    connect: Callable[..., TestClient], elasticsearch: Any, settings: dict[str, str], expected: str | None
) -> None:
    reply = connect(**settings).get("/api/es/", headers={"authorization": "Basic dTpw"})
    assert reply.status_code == 200
    assert elasticsearch.seen[-1].headers.get("authorization") == expected


def test_down(connect: Callable[..., TestClient]) -> None:
    reply = connect(elasticsearch=("http://user:secret@127.0.0.1:9",)).get("/api/es/_search")
    assert reply.status_code == 502
    body = reply.json()
    assert body["message"].startswith("cannot reach Elasticsearch at http://127.0.0.1:9: ")
    assert body["attributes"] == {"type": "elasticsearch_down"}


def test_next_address_when_one_is_down(connect: Callable[..., TestClient], elasticsearch: Any) -> None:
    client = connect(elasticsearch=("http://127.0.0.1:9", elasticsearch.url))
    assert [client.get("/api/es/").status_code for _ in range(2)] == [200, 200]


def test_timeout(connect: Callable[..., TestClient], elasticsearch: Any) -> None:
    given_up = threading.Event()

    def slow(request: object) -> tuple[int, dict[str, str], bytes]:
        given_up.wait(60)
        return 200, {}, b""

    elasticsearch.answer = slow
    reply = connect(timeout_seconds=0.1).get("/api/es/_search")
    given_up.set()
    message = f"cannot get an answer from Elasticsearch at {elasticsearch.url}: none within 0.1 s"
    assert (reply.status_code, reply.json()["message"]) == (504, message)


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
def test_other_methods(client: TestClient, method: str) -> None:
    assert client.request(method, "/api/es/_search").status_code == 405


def test_head(client: TestClient, elasticsearch: Any) -> None:
    elasticsearch.scripted["/logs"] = (200, {"content-type": "application/json"}, b"{}")
    reply = client.head("/api/es/logs")
    assert (reply.status_code, reply.content) == (200, b"")
    assert elasticsearch.seen[-1].method == "HEAD"


def test_changes_need_the_header(connect: Callable[..., TestClient], elasticsearch: Any) -> None:
    client = connect(client_headers={})
    for method in ("POST", "PUT", "DELETE"):
        reply = client.request(method, "/api/es/logs")
        assert (reply.status_code, reply.json()["message"]) == (
            400,
            "Request must contain a kbn-xsrf header.",
        )
    assert elasticsearch.seen == []
    assert client.get("/api/es/").status_code == 200


def test_search_is_given_up_when_the_browser_leaves(elasticsearch: Any) -> None:
    asked, left = threading.Event(), threading.Event()

    def slow(request: object) -> tuple[int, dict[str, str], bytes]:
        asked.set()
        left.wait(60)
        return 200, {}, b""

    elasticsearch.answer = slow
    messages: list[Message] = [{"type": "http.request", "body": b"{}", "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.to_thread(asked.wait, 60)
        return {"type": "http.disconnect"}

    async def visit() -> int:
        upstream = Upstream(Settings((elasticsearch.url,)))
        scope = {"type": "http", "method": "POST", "path": "/api/es/x", "query_string": b"", "headers": []}
        reply = await Proxy(upstream, forward_auth=False).forward(Request(scope, receive))
        await upstream.close()
        return reply.status_code

    # Elasticsearch would answer only after this.
    assert asyncio.run(visit()) == 499
    left.set()
