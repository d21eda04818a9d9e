import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kelp.common.errors import KelpError
from kelp.ui.page import Page, base_href, depth_of


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("/", "./"),
        ("/index.html", "./"),
        ("/app", "./"),
        ("/app/kibana", "../"),
        ("/app/kibana/", "../../"),
        ("/app/management/kibana/indexPatterns", "../../../"),
        ("/s/team/app/discover", "../../../"),
    ],
)
def test_base(client: TestClient, path: str, base: str) -> None:
    assert base_href(depth_of(path)) == base
    reply = client.get(path)
    assert reply.status_code == 200
    assert f'<base href="{base}" />' in reply.text
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"


def test_styles_need_the_nonce_of_this_answer(client: TestClient) -> None:
    nonces = []
    for _ in range(2):
        reply = client.get("/")
        (nonce,) = re.findall(r'<meta name="csp-nonce" content="([\w-]{20,})" />', reply.text)
        policy = reply.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{nonce}'" in policy
        assert "script-src 'self';" in policy
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip;q=0.9", "gzip", b"gzipped"),
        ("identity", None, b"let plain"),
    ],
)
def test_encodings(client: TestClient, accepted: str, encoding: str | None, body: bytes) -> None:
    with client.stream("GET", "/assets/app-1a2B_3-d.js", headers={"accept-encoding": accepted}) as reply:
        assert b"".join(reply.iter_raw()) == body
    assert reply.headers.get("content-encoding") == encoding
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["vary"] == "accept-encoding"
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_unhashed_files_are_asked_for_again(client: TestClient) -> None:
    reply = client.get("/favicon.svg")
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-cache")
    again = client.get("/favicon.svg", headers={"if-none-match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/nope", "/assets/../index.html.gz", "/assets/%2e%2e/%2e%2e/secret", "/api/nope"]
)
def test_missing_files(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_built_anew_while_the_server_runs(client: TestClient, static: Path) -> None:
    assert "the page" in client.get("/").text
    index = static / "index.html"
    text = index.read_text()
    index.unlink()
    assert "the page" in client.get("/").text
    (static / "assets" / "new-1a2B_3-d.js").write_text("let fresh")
    index.write_text(text.replace("the page", "a new page"))
    assert "a new page" in client.get("/").text
    assert client.get("/assets/new-1a2B_3-d.js").text == "let fresh"


def test_not_built(tmp_path: Path) -> None:
    with pytest.raises(
        KelpError, match=r"cannot read the built page .*/index.html: No such file or directory; "
    ):
        Page(tmp_path)


def test_foreign_build(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html></html>")
    with pytest.raises(KelpError, match=r"cannot use the built page .*: it has no <base"):
        Page(tmp_path)


def test_base_path_is_taken_off(connect: Callable[..., TestClient]) -> None:
    client = connect(base_path="/logs/kelp", rewrite_base_path=True)
    assert client.get("/logs/kelp/api/es/").status_code == 200
    assert '<base href="../" />' in client.get("/logs/kelp/app/kibana").text
    redirect = client.get("/logs/kelp")
    assert (redirect.status_code, redirect.headers["location"]) == (308, "/logs/kelp/")
    # A proxy that takes it off itself is served as well.
    assert client.get("/app/kibana").status_code == 200
