import pytest
from starlette.testclient import TestClient


def test_there_and_back(client: TestClient) -> None:
    url = "/#/discover?_g=(time:(from:now-1h,to:now))&_a=(query:(language:kuery,query:'a b'))".replace(
        " ", "%20"
    )
    ids = [client.post("/api/shorten_url", json={"url": url}).json()["urlId"] for _ in range(2)]
    assert ids[0] == ids[1]
    reply = client.get(f"/goto/{ids[0]}")
    assert (reply.status_code, reply.headers["location"]) == (303, f"../{url[1:]}")


@pytest.mark.parametrize(
    "url", ["https://evil.com", "//evil.com", "/app/../x", "/\\evil.com", "javascript:alert(1)", "/#/a b", 5]
)
def test_only_links_into_the_page(client: TestClient, url: object) -> None:
    reply = client.post("/api/shorten_url", json={"url": url})
    assert reply.status_code == 400
    assert (
        reply.json()["message"] == "cannot shorten the link: it must be one of this page, such as /#/discover"
    )


def test_malformed(client: TestClient) -> None:
    reply = client.post("/api/shorten_url", content=b"{")
    assert (reply.status_code, reply.json()["message"]) == (400, 'cannot shorten the link: send {"url": …}')


def test_unknown(client: TestClient) -> None:
    reply = client.get("/goto/abc")
    assert (reply.status_code, reply.json()["message"]) == (404, "Saved object [url/abc] not found")
