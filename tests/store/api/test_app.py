"""The ASGI application with handlers of its own, without a store."""

import asyncio
import threading

import httpx2
import pytest

from kelp.store.api import app as app_module
from kelp.store.api.access import Access
from kelp.store.api.app import App
from kelp.store.api.pools import Pools
from kelp.store.api.route import Call, Reply, Route
from kelp.store.errors import ApiError


def fail(call: Call):
    raise ApiError(418, "teapot_exception", "short and stout", index="tea", **{"resource.id": "pot"})


def crash(call: Call):
    raise RuntimeError("secret detail")


ROUTES = [
    Route("GET", "/ready", lambda call: Reply(b'{"a":{"b":1,"c":2}}')),
    Route("GET", "/big", lambda call: {"n": 2**70, "keys": {1: "x"}}),
    Route("GET", "/text", lambda call: Reply("plain", content_type="text/plain; charset=UTF-8")),
    Route("GET", "/made", lambda call: Reply({"ok": True}, 201, headers={"Location": "/x"})),
    Route("GET", "/fail", fail),
    Route("GET", "/crash", crash),
    Route("POST", "/echo", lambda call: {"got": call.json()}),
]


def ask(app, method, path, **options):
    async def send():
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://store") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


@pytest.fixture
def get():
    app = App(ROUTES, Pools())
    return lambda path: ask(app, "GET", path)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/ready", 200, '{"a":{"b":1,"c":2}}'),
        ("/ready?filter_path=a.b", 200, '{"a":{"b":1}}'),
        ("/ready?filter_path=-a.b", 200, '{"a":{"c":2}}'),
        ("/ready?pretty", 200, '{\n  "a": {\n    "b": 1,\n    "c": 2\n  }\n}\n'),
        ("/ready?pretty=false", 200, '{"a":{"b":1,"c":2}}'),
        ("/big", 200, '{"n": 1180591620717411303424, "keys": {"1": "x"}}'),
        ("/text", 200, "plain"),
        ("/text?filter_path=a", 200, "plain"),
        ("/made", 201, '{"ok":true}'),
        (
            "/fail",
            418,
            '{"error":{"root_cause":[{"type":"teapot_exception","reason":"short and stout","index":"tea",'
            '"resource.id":"pot"}],"type":"teapot_exception","reason":"short and stout","index":"tea",'
            '"resource.id":"pot"},"status":418}',
        ),
        ("/fail?filter_path=error.type", 418, '{"error":{"type":"teapot_exception"}}'),
    ],
)
def test_answers(get, path, status, text):
    answer = get(path)
    assert (answer.status_code, answer.text) == (status, text)


def test_headers_of_a_reply(get):
    assert get("/made").headers["location"] == "/x"
    assert get("/text").headers["content-type"] == "text/plain; charset=UTF-8"


def test_unexpected_fault(get, caplog):
    answer = get("/crash?pretty=x")
    assert answer.status_code == 500
    reason = answer.json()["error"]["reason"]
    assert reason.startswith("unexpected RuntimeError; the store's log tells more under request_id=")
    assert "secret detail" not in answer.text
    record = caplog.records[-1]
    assert record.getMessage() == "cannot answer request"
    assert reason.endswith(record.fields["request_id"])


def test_counts():
    app = App(ROUTES, Pools())
    ask(app, "POST", "/echo", json={"a": 1})
    ask(app, "GET", "/crash")
    ask(app, "GET", "/nowhere")
    counts = app.counts
    assert (counts.requests, counts.failures, counts.running, counts.received_bytes) == (3, 1, 0, 7)
    assert counts.sent_bytes > 100


def test_password_is_asked_before_the_route_is_looked_up():
    app = App(ROUTES, Pools(), Access("u", "p"))
    assert ask(app, "GET", "/nowhere").status_code == 401
    assert ask(app, "GET", "/nowhere", auth=("u", "p")).status_code == 400


def test_closing_runs_when_the_server_stops():
    done, sent = [], []

    async def send(message):
        sent.append((message["type"], list(done)))

    async def live():
        messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive():
            return messages.pop(0)

        await App(ROUTES, Pools(), on_close=lambda: done.append(True))({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    assert sent == [("lifespan.startup.complete", []), ("lifespan.shutdown.complete", [True])]


def test_too_much_in_flight(monkeypatch):
    monkeypatch.setattr(app_module, "IN_FLIGHT_LIMIT_BYTES", 100)
    gate, entered = threading.Event(), threading.Semaphore(0)

    def wait(call: Call):
        entered.release()
        return {"waited": gate.wait(60)}

    app = App([Route("POST", "/wait", wait)], Pools())

    async def post(size):
        messages = [{"type": "http.request", "body": b'"' + b"x" * (size - 2) + b'"'}]
        sent = []

        async def receive():
            return messages.pop(0)

        async def send(message):
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"content-length", str(size).encode())]
        scope = {"type": "http", "method": "POST", "path": "/wait", "query_string": b"", "headers": headers}
        await app(scope, receive, send)
        return sent[0]["status"]

    async def run():
        first = asyncio.create_task(post(80))
        await asyncio.to_thread(entered.acquire)
        refused = await post(30)
        fits = asyncio.create_task(post(20))
        await asyncio.to_thread(entered.acquire)
        gate.set()
        return refused, await first, await fits, await post(200)

    assert asyncio.run(run()) == (429, 200, 200, 200)
