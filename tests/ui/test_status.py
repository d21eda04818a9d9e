from collections.abc import Callable

from starlette.testclient import TestClient


def test_up(client: TestClient) -> None:
    reply = client.get("/api/status")
    body = reply.json()
    assert reply.status_code == 200
    assert body["name"] == "kelp"
    assert body["version"]["number"] == "7.17.9"
    assert body["status"]["overall"]["state"] == "green"
    (elasticsearch,) = body["status"]["statuses"]
    assert elasticsearch["id"] == "core:elasticsearch@7.17.9"
    assert elasticsearch["message"] == "Elasticsearch is available"


def test_down(connect: Callable[..., TestClient]) -> None:
    reply = connect(elasticsearch=("http://127.0.0.1:9",)).get("/api/status")
    body = reply.json()
    assert reply.status_code == 200, "a probe must not restart the page because Elasticsearch is down"
    assert body["status"]["overall"]["state"] == "red"
    assert body["status"]["statuses"][0]["message"].startswith(
        "cannot reach Elasticsearch at http://127.0.0.1:9: "
    )
