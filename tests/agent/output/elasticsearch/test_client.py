"""Addresses of Elasticsearch, and connections to it."""

import base64
import socket
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from kelp.agent.output.elasticsearch.client import Client, SinkError, parse_hosts
from kelp.agent.output.http import shorten
from kelp.common.errors import KelpError
from kelp.common.log import Log

CLOUD = "name:" + base64.b64encode(b"cloud.example:9243$abc$def").decode()


def options(**given: Any) -> Any:
    return SimpleNamespace(
        **{"scheme": "http", "port": 9200, "path": None, "cloud_id": None, "cloud_auth": None, **given}
    )


@pytest.mark.parametrize(
    ("host", "hosts", "given", "expected"),
    [
        ("es", None, {}, ["http://es:9200"]),
        ("es", None, {"scheme": "https", "port": 1, "path": "/x/"}, ["https://es:1/x"]),
        ("::1", None, {}, ["http://[::1]:9200"]),
        ("x", "a, b:1", {}, ["http://a:9200", "http://b:1"]),
        ("x", "https://u:p%40@c/y,http://d:2", {"path": "z"}, ["https://c:443/y", "http://d:2/z"]),
        ("x", "http://%{u@x}:%{p:/}@e", {}, ["http://e:80"]),
        ("x", None, {"cloud_id": CLOUD, "cloud_auth": "u:p"}, ["https://abc.cloud.example:9243"]),
    ],
)
def test_parse_hosts(host: str, hosts: str | None, given: dict[str, Any], expected: list[str]) -> None:
    assert [str(one) for one in parse_hosts(options(**given), host, hosts)] == expected


@pytest.mark.parametrize(
    ("hosts", "user", "password"),
    [("https://u:p%40@c", "u", "p@"), ("http://%{u@x}:%{p:/}@e", "u@x", "p:/"), ("http://e", None, None)],
)
def test_credentials(hosts: str, user: str | None, password: str | None) -> None:
    (host,) = parse_hosts(options(), "x", hosts)
    assert (host.user, host.password) == (user, password)


@pytest.mark.parametrize(
    ("host", "given", "message"),
    [
        ("es:x", {}, "cannot use host 'es:x': 'x' is no port"),
        ("es", {"cloud_id": "n:?"}, "cannot use cloud_id"),
    ],
)
def test_faults(host: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(KelpError) as caught:
        parse_hosts(options(**given), host, None)
    assert message in str(caught.value)


def test_shorten() -> None:
    assert shorten(b"x" * 5, 3) == "xxx…"
    assert shorten(b" \xffok\n") == "\ufffdok"


def connection_options(**given: Any) -> Any:
    common = {"request_timeout": 60, "compression_level": "no_compression", "with_transporter_log": False}
    identity = {"user": None, "password": None, "api_key": None, "custom_headers": {}}
    return options(**common, **identity, resurrect_after=60, **given)


@pytest.mark.parametrize("reconnect", [True, False])
def test_goes_on_after_a_broken_connection(reconnect: bool) -> None:
    def serve() -> None:
        """Answers every second request only."""
        for number in range(4):
            stream, _ = listener.accept()
            with stream:
                stream.recv(65536)
                if number % 2:
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        given = connection_options(reconnect_on_error=reconnect)
        hosts = parse_hosts(given, f"127.0.0.1:{listener.getsockname()[1]}", None)
        client = Client(given, hosts, 1, Log("test"))
        for _ in range(2):
            with pytest.raises(SinkError, match="cannot reach Elasticsearch at http://127"):
                client.request("GET", "/")
            assert client.request("GET", "/") == (200, b"ok")
        client.close()
        thread.join()
