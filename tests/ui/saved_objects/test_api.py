import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

ROOT = "/api/saved_objects"
PATTERN = {"title": "logstash-*", "timeFieldName": "@timestamp"}


def make(client: TestClient, kind: str, object_id: str, attributes: Any, references: Any = ()) -> None:
    body = {"attributes": attributes, "references": list(references)}
    assert client.post(f"{ROOT}/{kind}/{object_id}", json=body).status_code == 200


def test_life_of_an_object(client: TestClient, elasticsearch: Any) -> None:
    created = client.post(f"{ROOT}/index-pattern/a%2Fb", json={"attributes": PATTERN}).json()
    assert (created["id"], created["type"], created["attributes"]) == ("a/b", "index-pattern", PATTERN)
    document = elasticsearch.indices[".kelp"]["index-pattern:a/b"]
    assert (document["type"], document["index-pattern"]) == ("index-pattern", PATTERN)

    assert client.get(f"{ROOT}/index-pattern/a%2Fb").json()["attributes"] == PATTERN
    again = client.post(f"{ROOT}/index-pattern/a%2Fb", json={"attributes": PATTERN})
    assert (again.status_code, again.json()["message"]) == (409, "Saved object [index-pattern/a/b] conflict")
    changed = client.put(f"{ROOT}/index-pattern/a%2Fb", json={"attributes": {"title": "x-*"}}).json()
    assert changed["attributes"] == {**PATTERN, "title": "x-*"}
    over = client.post(f"{ROOT}/index-pattern/a%2Fb?overwrite=true", json={"attributes": {"title": "y"}})
    assert over.json()["attributes"] == {"title": "y"}

    assert client.delete(f"{ROOT}/index-pattern/a%2Fb").json() == {}
    for reply in (client.get(f"{ROOT}/index-pattern/a%2Fb"), client.delete(f"{ROOT}/index-pattern/a%2Fb")):
        assert (reply.status_code, reply.json()["message"]) == (
            404,
            "Saved object [index-pattern/a/b] not found",
        )


def test_index_has_a_mapping_that_no_attribute_can_break(client: TestClient, elasticsearch: Any) -> None:
    make(client, "query", "q", {"title": "t", "query": {"query": "x", "language": "kuery"}})
    (put,) = [seen for seen in elasticsearch.seen if seen.method == "PUT" and seen.target == "/.kelp"]
    assert json.loads(put.body)["mappings"]["dynamic"] is False
    assert json.loads(put.body)["settings"]["index"]["hidden"] is True


def test_own_id_when_none_is_given(client: TestClient) -> None:
    ids = {client.post(f"{ROOT}/index-pattern", json={"attributes": PATTERN}).json()["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["b", "a", "c"]),
        ("?type=index-pattern", ["b", "a"]),
        ("?type=search", ["c"]),
        ("?type=search&type=index-pattern", ["b", "a", "c"]),
        ("?type=dashboard", []),
        ("?search=log*", ["a"]),
        ("?sort_order=desc", ["c", "a", "b"]),
        ("?per_page=2", ["b", "a"]),
        ("?per_page=2&page=2", ["c"]),
    ],
)
def test_find(client: TestClient, query: str, ids: list[str]) -> None:
    make(client, "index-pattern", "a", {"title": "logstash-*"})
    make(client, "index-pattern", "b", {"title": "Apps"})
    make(client, "search", "c", {"title": "my search"})
    body = client.get(f"{ROOT}/_find{query}").json()
    assert [one["id"] for one in body["saved_objects"]] == ids


def test_find_before_anything_was_saved(client: TestClient, elasticsearch: Any) -> None:
    elasticsearch.scripted["/.kelp/_search"] = (404, {}, b'{"error":{"type":"index_not_found_exception"}}')
    body = {"page": 1, "per_page": 20, "total": 0, "saved_objects": []}
    assert client.get(f"{ROOT}/_find").json() == body


def test_bulk(client: TestClient) -> None:
    items = [
        {"type": "index-pattern", "id": "a", "attributes": PATTERN},
        {"type": "map", "id": "m", "attributes": {}},
    ]
    first = client.post(f"{ROOT}/_bulk_create", json=items).json()["saved_objects"]
    assert first[0]["attributes"] == PATTERN
    assert first[1]["error"] == {"statusCode": 400, "message": "Unsupported saved object type: 'map'"}
    again = client.post(f"{ROOT}/_bulk_create", json=items[:1]).json()["saved_objects"]
    assert again[0]["error"]["statusCode"] == 409

    wanted = [{"type": "index-pattern", "id": "a"}, {"type": "search", "id": "no"}]
    found = client.post(f"{ROOT}/_bulk_get", json=wanted).json()["saved_objects"]
    assert found[0]["attributes"] == PATTERN
    assert found[1]["error"]["statusCode"] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "/map/x", {"attributes": {}}, 400, "Unsupported saved object type: 'map'"),
        (
            "POST",
            "/index-pattern/x",
            {"attributes": {}},
            400,
            "cannot save index-pattern 'x': attribute 'title' is missing",
        ),
        (
            "POST",
            "/index-pattern/x",
            {},
            400,
            "cannot read a saved object of type 'index-pattern': 'attributes' is missing",
        ),
        ("POST", "/index-pattern/x", [], 400, "cannot read the request body: it must be a JSON object"),
        ("PUT", "/index-pattern/x", {}, 400, "cannot change index-pattern 'x': 'attributes' is missing"),
        ("PUT", "/index-pattern/x", {"attributes": {}}, 404, "Saved object [index-pattern/x] not found"),
        ("POST", "/_bulk_get", {}, 400, "cannot read the request body: it must be a list of JSON objects"),
        ("POST", "/_export", {}, 400, "Either `type` or `objects` are required."),
        (
            "GET",
            "/_find?per_page=x",
            None,
            400,
            "cannot use per_page 'x': it must be a number from 1 to 10000",
        ),
    ],
)
def test_wrong_requests(
    client: TestClient, method: str, path: str, body: Any, status: int, message: str
) -> None:
    reply = client.request(method, ROOT + path, json=body)
    assert (reply.status_code, reply.json()["message"]) == (status, message)


def test_elasticsearch_that_fails(client: TestClient, elasticsearch: Any) -> None:
    elasticsearch.scripted["/.kelp/_search"] = (503, {}, b'{"error":{"type":"x","reason":"no master"}}')
    reply = client.get(f"{ROOT}/_find")
    assert (reply.status_code, reply.json()["message"]) == (503, "cannot reach the saved objects: no master")


@pytest.mark.parametrize(
    ("settings", "asks"),
    [({}, True), ({"elasticsearch_username": "u", "elasticsearch_password": "p"}, False)],
)
def test_elasticsearch_that_wants_a_password(
    connect: Callable[..., TestClient], elasticsearch: Any, settings: dict[str, str], asks: bool
) -> None:
    error = b'{"error":{"type":"security_exception","reason":"missing authentication"}}'
    elasticsearch.scripted["/.kelp/_search"] = (401, {}, error)
    reply = connect(**settings).get(f"{ROOT}/_find")
    message = "cannot reach the saved objects: missing authentication"
    assert (reply.status_code, reply.json()["message"]) == (401, message)
    assert ("www-authenticate" in reply.headers) is asks
