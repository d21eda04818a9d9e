"""Single documents over HTTP; every case runs against the store and, where one is named, a real Elasticsearch."""

import httpx2
import pytest

CASES = [
    # method, path, body → status, what the answer must hold
    ("PUT", "/{i}/_doc/1", {"a": 1, "b": {"c": 2, "d": 3}}, 201, {"_id": "1", "_version": 1, "result": "created", "_type": "_doc"}),
    ("PUT", "/{i}/_doc/1", {"a": 2, "b": {"c": 2, "d": 3}}, 200, {"_version": 2, "result": "updated"}),
    ("GET", "/{i}/_doc/1", None, 200, {"found": True, "_version": 2, "_source": {"a": 2, "b": {"c": 2, "d": 3}}}),
    ("GET", "/{i}/_doc/1?_source=false", None, 200, {"found": True}),
    ("GET", "/{i}/_doc/1?_source_includes=b.c", None, 200, {"_source": {"b": {"c": 2}}}),
    ("GET", "/{i}/_doc/1?_source_excludes=b", None, 200, {"_source": {"a": 2}}),
    ("GET", "/{i}/_doc/1?_source=b.*", None, 200, {"_source": {"b": {"c": 2, "d": 3}}}),
    ("GET", "/{i}/_doc/gone", None, 404, {"found": False, "_id": "gone"}),
    ("GET", "/{i}-gone/_doc/1", None, 404, {"status": 404}),
    ("GET", "/{i}/_source/1", None, 200, {"a": 2, "b": {"c": 2, "d": 3}}),
    ("GET", "/{i}/_source/1?_source_includes=a", None, 200, {"a": 2}),
    ("GET", "/{i}/_source/gone", None, 404, {"status": 404}),
    ("PUT", "/{i}/_create/1", {"a": 3}, 409, {"status": 409}),
    ("PUT", "/{i}/_doc/1?op_type=create", {"a": 3}, 409, {"status": 409}),
    ("PUT", "/{i}/_doc/1?op_type=wrong", {"a": 3}, 400, {"status": 400}),
    ("POST", "/{i}/_update/1", {"doc": {"a": 2}}, 200, {"result": "noop", "_version": 2, "_shards": {"total": 0, "successful": 0, "failed": 0}}),
    ("POST", "/{i}/_update/1", {"doc": {"b": {"c": 9}}}, 200, {"result": "updated", "_version": 3}),
    ("GET", "/{i}/_source/1", None, 200, {"a": 2, "b": {"c": 9, "d": 3}}),
    ("POST", "/{i}/_update/2", {"doc": {"x": 1}, "upsert": {"y": 1}}, 201, {"result": "created", "_version": 1}),
    ("POST", "/{i}/_update/gone", {"doc": {}}, 404, {"status": 404}),
    ("POST", "/{i}/_update/1", {"wrong": {}}, 400, {"status": 400}),
    ("POST", "/{i}/_update/1", {"script": "x"}, 400, {"status": 400}),
    ("PUT", "/{i}/_doc/3?refresh=true", {"a": 1}, 201, {"forced_refresh": True}),
    ("PUT", "/{i}/_doc/3?refresh=maybe", {"a": 1}, 400, {"status": 400}),
    ("PUT", "/{i}/_doc/3?version=7&version_type=external", {"a": 1}, 200, {"_version": 7}),
    ("PUT", "/{i}/_doc/3?version=7&version_type=external", {"a": 1}, 409, {"status": 409}),
    ("PUT", "/{i}/_doc/3?version=7", {"a": 1}, 400, {"status": 400}),
    ("PUT", "/{i}/_doc/3?if_seq_no=999999999&if_primary_term=1", {"a": 1}, 409, {"status": 409}),
    ("PUT", "/{i}/_doc/3", "{", 400, {"status": 400}),
    ("PUT", "/{i}/_doc/3", "", 400, {"status": 400}),
    ("PUT", "/{i}/_doc/4", '{"a":\n1\n}\n', 201, {"result": "created"}),
    ("GET", "/{i}/_source/4", None, 200, {"a": 1}),
    ("DELETE", "/{i}/_doc/4", None, 200, {"result": "deleted", "_version": 2}),
    ("DELETE", "/{i}/_doc/4", None, 404, {"result": "not_found", "_version": 3}),
    ("PUT", "/{i}/_doc/4", {"a": 1}, 201, {"result": "created", "_version": 4}),
    ("PUT", "/{i}/_doc/slash%2Fand%20space", {"a": 1}, 201, {"_id": "slash/and space"}),
    ("GET", "/{i}/_doc/slash%2Fand%20space", None, 200, {"found": True}),
    ("POST", "/_mget", {}, 400, {"status": 400}),
    ("POST", "/_mget", {"docs": [{"_id": "1"}]}, 400, {"status": 400}),
]  # fmt: skip


def run_cases(client: httpx2.Client, index: str) -> None:
    for method, path, body, status, held in CASES:
        options = (
            {"content": body, "headers": {"content-type": "application/json"}}
            if isinstance(body, str)
            else {}
        )
        if isinstance(body, dict):
            options = {"json": body}
        response = client.request(method, path.replace("{i}", index), **options)
        assert response.status_code == status, f"{method} {path} {body}: {response.text}"
        answer = response.json()
        assert {key: answer.get(key) for key in held} == held, f"{method} {path} {body}: {response.text}"


def check_mget(client: httpx2.Client, index: str) -> None:
    docs = [
        {"_index": index, "_id": "2"},
        {"_index": index, "_id": "gone"},
        {"_index": f"{index}-gone", "_id": "2"},
        {"_index": index, "_id": "2", "_source": False},
        {"_index": index, "_id": "1", "_source": ["b.d"]},
        {"_index": index, "_id": "1", "_source": {"excludes": ["b"]}},
    ]
    answer = client.post("/_mget", json={"docs": docs}).json()["docs"]
    assert [(doc.get("found"), doc.get("_source"), "error" in doc) for doc in answer] == [
        (True, {"y": 1}, False),
        (False, None, False),
        (None, None, True),
        (True, None, False),
        (True, {"b": {"d": 3}}, False),
        (True, {"a": 2}, False),
    ]
    answer = client.post(f"/{index}/_mget", json={"ids": ["2", "gone"]}).json()["docs"]
    assert [doc["found"] for doc in answer] == [True, False]


def test_documents(server):
    run_cases(server.client, "documents")
    check_mget(server.client, "documents")


@pytest.mark.elasticsearch
def test_documents_of_elasticsearch(elasticsearch):
    with httpx2.Client(base_url=elasticsearch, timeout=120) as client:
        try:
            run_cases(client, "kelp-test-documents")
            check_mget(client, "kelp-test-documents")
        finally:
            client.delete("/kelp-test-documents")


def test_a_document_without_an_id_gets_one(server):
    made = server("POST", "/generated/_doc", {"a": 1}).json()
    assert made["result"] == "created"
    assert server("GET", f"/generated/_doc/{made['_id']}").json()["_source"] == {"a": 1}
    assert server("HEAD", f"/generated/_doc/{made['_id']}").status_code == 200
    assert server("HEAD", "/generated/_doc/other").status_code == 404
