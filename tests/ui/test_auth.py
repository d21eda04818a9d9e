from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from kelp.ui import auth
from kelp.ui.auth import COOKIE, SESSION_SECONDS, Sessions, basic_credentials

HTML = {"accept": "text/html,*/*"}


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "WRONG_PASSWORD_DELAY_SECONDS", 0)


@pytest.fixture
def protected(connect: Callable[..., TestClient]) -> TestClient:
    return connect(host="0.0.0.0", username="ann", password="pa:ss", client_headers={})


def test_sessions() -> None:
    sessions = Sessions("ann", "secret")
    cookie = sessions.issue(1000)
    assert sessions.valid(cookie, 1000 + SESSION_SECONDS - 1)
    assert not sessions.valid(cookie, 1000 + SESSION_SECONDS)
    assert Sessions("ann", "secret").valid(cookie, 1000), "a restart must not end the session"
    assert not Sessions("ann", "other").valid(cookie, 1000)
    for wrong in ("", "x", cookie[:-2], "A" + cookie[1:], "é"):
        assert not sessions.valid(wrong, 1000)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic YW5uOnBhOnNz", ("ann", "pa:ss")),
        ("basic YW5uOg==", ("ann", "")),
        ("Basic YW5u", None),
        ("Basic !", None),
        ("Bearer x", None),
        ("", None),
    ],
)
def test_basic_credentials(header: str, expected: tuple[str, str] | None) -> None:
    assert basic_credentials(header) == expected


@pytest.mark.parametrize(
    "path", ["/", "/app/kibana", "/api/es/_search", "/api/saved_objects/_find", "/assets/x.js"]
)
def test_strangers_see_nothing(protected: TestClient, path: str) -> None:
    assert protected.get(path).status_code == 401
    assert protected.get(path, headers={"authorization": "Basic YW5uOng="}).status_code == 401
    assert protected.get(path, headers={"cookie": f"{COOKIE}=x"}).status_code == 401


@pytest.mark.parametrize("path", ["/api/status", "/login.css", "/login.js", "/favicon.svg"])
def test_open_paths(protected: TestClient, path: str) -> None:
    assert protected.get(path).status_code == 200


def test_login_form_stands_in_for_the_page(protected: TestClient) -> None:
    reply = protected.get("/app/kibana", headers=HTML)
    assert reply.status_code == 401
    assert '<form method="post" action="./login">' in reply.text
    assert '<base href="../" />' in reply.text
    assert "www-authenticate" not in reply.headers


@pytest.mark.parametrize(
    ("headers", "asks"), [({}, True), ({"kbn-xsrf": "x"}, False), ({"sec-fetch-mode": "cors"}, False)]
)
def test_only_other_programs_are_asked_for_basic(
    protected: TestClient, headers: dict[str, str], asks: bool
) -> None:
    assert ("www-authenticate" in protected.get("/api/es/", headers=headers).headers) is asks


def test_basic(protected: TestClient) -> None:
    assert protected.get("/api/es/", headers={"authorization": "Basic YW5uOnBhOnNz"}).status_code == 200


@pytest.mark.parametrize(
    ("goal", "location"),
    [
        ("#/discover?_g=()", "./#/discover?_g=()"),
        ("", "./"),
        ("//evil.com", "./"),
        ("https://evil.com", "./"),
        ("#/a\r\nset-cookie: x=1", "./"),
    ],
)
def test_login(protected: TestClient, goal: str, location: str) -> None:
    reply = protected.post("/login", data={"user": "ann", "password": "pa:ss", "next": goal})
    assert (reply.status_code, reply.headers["location"]) == (303, location)
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=" not in cookie, "below a proxy's prefix the root would be somebody else's"
    assert "secure" not in cookie
    assert protected.get("/api/es/").status_code == 200
    out = protected.get("/logout")
    assert (out.status_code, out.headers["location"]) == (303, "./")


def test_cookie_is_secure_behind_https(protected: TestClient) -> None:
    data = {"user": "ann", "password": "pa:ss"}
    reply = protected.post("/login", data=data, headers={"x-forwarded-proto": "https"})
    assert "secure" in reply.headers["set-cookie"].lower()


def test_wrong_login(protected: TestClient) -> None:
    reply = protected.post("/login", data={"user": "ann", "password": "<x>", "next": ""})
    assert reply.status_code == 401
    assert "Wrong user or password." in reply.text
    assert "set-cookie" not in reply.headers


def test_login_from_elsewhere(protected: TestClient) -> None:
    data = {"user": "ann", "password": "pa:ss"}
    reply = protected.post("/login", data=data, headers={"sec-fetch-site": "cross-site"})
    assert (reply.status_code, reply.json()["message"]) == (403, "cannot sign in from another site's page")


def test_huge_form(protected: TestClient) -> None:
    reply = protected.post("/login", data={"user": "x" * 20_000})
    assert (reply.status_code, reply.json()["message"]) == (
        413,
        "cannot read the login form: it is too large",
    )


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("localhost:5601", {}, 200),
        ("127.0.0.1", {}, 200),
        ("[::1]:5601", {}, 200),
        ("10.0.0.61:38086", {}, 200),
        ("evil.com", {}, 403),
        ("evil.com:5601", {}, 403),
        ("logs.example", {"insecure": True}, 200),
    ],
)
def test_host_names(
    connect: Callable[..., TestClient], host: str, settings: dict[str, bool], status: int
) -> None:
    assert connect(**settings).get("/", headers={"host": host}).status_code == status
