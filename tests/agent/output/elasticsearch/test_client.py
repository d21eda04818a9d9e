"""Addresses of Elasticsearch."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from kelp.agent.output.elasticsearch.client import parse_hosts, shorten
from kelp.common.errors import KelpError

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
