"""What holds for every endpoint: methods, headers, bodies, errors."""

import gzip
import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest


def test_headers(server):
    answer = server("GET", "/", headers={"x-opaque-id": "mine"})
    assert answer.headers["x-elastic-product"] == "Elasticsearch"
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert answer.headers["x-opaque-id"] == "mine"


def test_head(server):
    get, head = server("GET", "/_cluster/health"), server("HEAD", "/_cluster/health")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("version", [7, 8, 9])
def test_vendor_type(server, version):
    kind = f"application/vnd.elasticsearch+json; compatible-with={version}"
    answer = server("GET", "/", headers={"accept": kind})
    assert answer.headers["content-type"] == kind.replace(" ", "")


@pytest.mark.parametrize(
    ("method", "path", "status", "want"),
    [
        ("GET", "/a/b/c/d/e", 400, {"error": "no handler found for uri [/a/b/c/d/e] and method [GET]"}),
        (
            "POST",
            "/_cluster/health",
            405,
            {
                "error": "Incorrect HTTP method for uri [/_cluster/health] and method [POST], allowed: [GET, HEAD]",
                "status": 405,
            },
        ),
    ],
)
def test_unknown_route(server, method, path, status, want):
    answer = server(method, path)
    assert (answer.status_code, answer.json()) == (status, want)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/yaml"])
def test_content_type(server, kind):
    answer = server("PUT", "/t-kind", b"{}", headers={"content-type": kind})
    assert answer.status_code == 406
    assert answer.json() == {"error": f"Content-Type header [{kind}] is not supported", "status": 406}


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "reason"),
    [
        ("PUT", "/t-bad", b"{", "parsing_exception", "cannot read the request body as JSON: "),
        ("PUT", "/t-bad", b"[]", "parsing_exception", "expected a JSON object as request body, got list"),
        ("POST", "/_aliases", b"", "parse_exception", "request body is required"),
        (
            "GET",
            "/?pretty=x",
            None,
            "illegal_argument_exception",
            "Failed to parse value [x] as only [true] or [false]",
        ),
    ],
)
def test_bad_request(server, method, path, body, kind, reason):
    answer = server(method, path, body)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["type"], error["reason"][: len(reason)]) == (kind, reason)
    assert error["root_cause"] == [{"type": error["type"], "reason": error["reason"]}]


def test_pretty_and_filter_path(server):
    assert server("GET", "/?pretty&filter_path=tagline").text == '{\n  "tagline": "You Know, for Search"\n}\n'


def test_yaml(server):
    answer = server("GET", "/?format=yaml&filter_path=tagline")
    assert answer.headers["content-type"] == "application/yaml"
    assert answer.text == '--- {"tagline":"You Know, for Search"}\n'


def test_body_in_the_url(server):
    answer = server(
        "GET", "/_analyze", params={"source": '{"text":"a b"}', "source_content_type": "application/json"}
    )
    assert [token["token"] for token in answer.json()["tokens"]] == ["a", "b"]


@pytest.mark.parametrize(("encoding", "want"), [("gzip", "gzip"), ("identity", None), ("br", None)])
def test_compressed_answer(server, encoding, want):
    answer = server("GET", "/_cat/indices?help&v", headers={"accept-encoding": encoding})
    small = server("GET", "/", headers={"accept-encoding": encoding})
    large = server("GET", "/_nodes/stats?pretty", headers={"accept-encoding": encoding})
    assert "content-encoding" not in small.headers
    assert large.headers.get("content-encoding") == want
    assert answer.status_code == large.status_code == 200


def test_compressed_request(server):
    lines = b'{"index":{"_index":"t-gzip"}}\n{"log":"a"}\n' * 3
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    answer = server("POST", "/_bulk?refresh=true", gzip.compress(lines), headers=headers)
    assert answer.json()["errors"] is False
    assert server("GET", "/_cat/count/t-gzip?h=count").text == "3\n"


def connect(server):
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=120)


def test_expect_continue(server):
    with connect(server) as stream:
        stream.sendall(
            b"POST /_analyze HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
            b"Content-Length: 12\r\n\r\n"
        )
        assert stream.recv(100).startswith(b"HTTP/1.1 100 Continue")
        stream.sendall(b'{"text":"a"}')
        assert stream.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_too_long_is_refused_before_it_is_sent(server):
    with connect(server) as stream:
        stream.sendall(
            b"POST /_bulk HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 104857601\r\n\r\n"
        )
        answer = http.client.HTTPResponse(stream)
        answer.begin()
        error = json.loads(answer.read())["error"]
    assert answer.status == 413
    assert error["reason"] == (
        "request body of 104857601 bytes is longer than http.max_content_length, 104857600 bytes; send smaller requests"
    )


def wait_until_running(server, wanted):
    """Wait until that many requests are worked on, the one that asks for their number left out."""
    deadline = time.monotonic() + 60
    while True:
        (node,) = server("GET", "/_nodes/stats/http").json()["nodes"].values()
        if node["http"]["current_open"] - 1 == wanted:
            return
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_client_that_goes_away(server):
    with connect(server) as stream:
        stream.sendall(
            b"POST /_bulk HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}"
        )
        wait_until_running(server, 1)
    wait_until_running(server, 0)
    assert server("GET", "/").status_code == 200
    assert "Traceback" not in server.log()
