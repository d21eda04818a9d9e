"""`_bulk` over HTTP."""

import gzip

import pytest

LINES = b'{"index":{}}\n{"a":1}\n{"create":{"_id":"x"}}\n{"a":2}\n'


def test_bulk(server):
    answer = server("POST", "/bulk-a/_bulk?refresh=true", LINES)
    assert answer.status_code == 200
    body = answer.json()
    assert body["errors"] is False
    assert [list(item) for item in body["items"]] == [["index"], ["create"]]
    assert [next(iter(item.values()))["status"] for item in body["items"]] == [201, 201]
    assert server("GET", "/bulk-a/_count").json()["count"] == 2


def test_gzip(server):
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    answer = server("POST", "/bulk-gzip/_bulk", gzip.compress(LINES), headers=headers)
    assert answer.json()["errors"] is False


@pytest.mark.parametrize("path", ["errors,items.*.error", "took,errors,items.*.error", "errors"])
def test_filter_path_leaves_only_errors(server, path):
    fine = server("POST", f"/bulk-filter/_bulk?filter_path={path}", b'{"index":{}}\n{"a":1}\n').json()
    assert {key: fine[key] for key in fine if key != "took"} == {"errors": False}
    failed = server(
        "POST", f"/bulk-filter/_bulk?filter_path={path}", b'{"index":{}}\n{\n{"index":{}}\n{}\n'
    ).json()
    assert failed["errors"] is True
    if "items" in path:
        assert [list(item["index"]) for item in failed["items"]] == [["error"]]


def test_the_whole_request_fails(server):
    answer = server("POST", "/_bulk", b'{"index":{}}\n{}\n')
    assert answer.status_code == 400
    assert answer.json()["error"]["reason"] == "Validation Failed: 1: index is missing;"


def test_refresh_must_be_known(server):
    answer = server("POST", "/bulk-a/_bulk?refresh=soon", LINES)
    assert answer.json()["error"]["reason"] == "Unknown value for refresh: [soon]."
