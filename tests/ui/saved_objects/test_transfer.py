import json
from typing import Any

import pytest
from starlette.testclient import TestClient

ROOT = "/api/saved_objects"
PATTERN = {"type": "index-pattern", "id": "p", "attributes": {"title": "logstash-*"}, "references": []}
REFERENCE = {"type": "index-pattern", "id": "p", "name": "kibanaSavedObjectMeta.searchSourceJSON.index"}
SEARCH = {"type": "search", "id": "s", "attributes": {"title": "errors"}, "references": [REFERENCE]}
TOTALS = {"exportedCount": 2, "missingRefCount": 0, "missingReferences": []}


def ndjson(*objects: Any) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in objects) + b"\n"


def send(client: TestClient, data: bytes, query: str = "") -> Any:
    return client.post(
        f"{ROOT}/_import{query}", files={"file": ("export.ndjson", data, "application/ndjson")}
    )


def test_there_and_back(client: TestClient, elasticsearch: Any) -> None:
    body = send(client, ndjson(PATTERN, SEARCH, TOTALS)).json()
    assert (body["success"], body["successCount"]) == (True, 2)
    assert {"search:s", "index-pattern:p"} == set(elasticsearch.indices[".kelp"])

    wanted = {"objects": [{"type": "search", "id": "s"}], "includeReferencesDeep": True}
    reply = client.post(f"{ROOT}/_export", json=wanted)
    assert reply.headers["content-type"] == "application/ndjson"
    assert reply.headers["content-disposition"] == 'attachment; filename="export.ndjson"'
    *objects, totals = [json.loads(line) for line in reply.content.splitlines()]
    assert [(one["type"], one["id"]) for one in objects] == [("search", "s"), ("index-pattern", "p")]
    assert objects[0]["references"] == [REFERENCE]
    assert totals == {**TOTALS, "excludedObjects": [], "excludedObjectsCount": 0}

    elasticsearch.indices.clear()
    assert send(client, reply.content).json()["successCount"] == 2


def test_export_names_lost_references(client: TestClient, elasticsearch: Any) -> None:
    send(client, ndjson(PATTERN, SEARCH))
    del elasticsearch.indices[".kelp"]["index-pattern:p"]
    reply = client.post(f"{ROOT}/_export", json={"type": "search", "includeReferencesDeep": True})
    totals = json.loads(reply.content.splitlines()[-1])
    assert totals["missingReferences"] == [{"type": "index-pattern", "id": "p"}]
    assert (totals["exportedCount"], totals["missingRefCount"]) == (1, 1)


@pytest.mark.parametrize(
    ("objects", "query", "count", "errors"),
    [
        ([PATTERN], "", 0, [("p", {"type": "conflict"})]),
        ([PATTERN], "?overwrite=true", 1, []),
        ([PATTERN, SEARCH], "?createNewCopies=true", 2, []),
        ([{**PATTERN, "id": "d", "type": "dashboard"}], "", 0, [("d", {"type": "unsupported_type"})]),
        (
            [{**SEARCH, "references": [{**REFERENCE, "id": "gone"}]}],
            "",
            0,
            [("s", {"type": "missing_references", "references": [{"type": "index-pattern", "id": "gone"}]})],
        ),
    ],
)
def test_import(client: TestClient, objects: Any, query: str, count: int, errors: Any) -> None:
    send(client, ndjson(PATTERN))
    body = send(client, ndjson(*objects), query).json()
    assert (body["success"], body["successCount"]) == (not errors, count)
    assert [(one["id"], one["error"]) for one in body.get("errors", [])] == errors


def test_new_copies_refer_to_each_other(client: TestClient, elasticsearch: Any) -> None:
    send(client, ndjson(PATTERN, SEARCH), "?createNewCopies=true")
    documents = elasticsearch.indices[".kelp"]
    (pattern,) = [name.partition(":")[2] for name in documents if name.startswith("index-pattern:")]
    (search,) = [source for name, source in documents.items() if name.startswith("search:")]
    assert pattern != "p"
    assert search["references"][0]["id"] == pattern


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{\n", "cannot read line 1 of the file: "),
        (
            ndjson(PATTERN) + b'{"id":"x"}',
            "line 2 of the file: cannot read a saved object: 'type' is missing",
        ),
        (b"[]", "line 1 of the file: cannot read a saved object: it must be a JSON object"),
    ],
)
def test_malformed_files(client: TestClient, elasticsearch: Any, data: bytes, message: str) -> None:
    reply = send(client, data)
    assert reply.status_code == 400
    assert reply.json()["message"].startswith(message)
    assert elasticsearch.indices == {}


def test_form_without_file(client: TestClient) -> None:
    reply = client.post(f"{ROOT}/_import", files={"other": b"x"})
    assert reply.status_code == 400
    assert "request body.file" in reply.json()["message"]


def test_plain_body(client: TestClient) -> None:
    assert client.post(f"{ROOT}/_import", content=ndjson(PATTERN)).json()["successCount"] == 1
