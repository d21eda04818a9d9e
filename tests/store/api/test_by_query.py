import pytest


def ok(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def logs(server):
    lines = "".join(
        f'{{"index":{{}}}}\n{{"level":"{"error" if n % 4 == 0 else "info"}","n":{n}}}\n' for n in range(2400)
    )
    ok(server("POST", "/t-logs/_bulk?refresh=true", lines))
    return server


def counts(answer):
    return {
        key: answer[key] for key in ("total", "created", "updated", "deleted", "batches", "version_conflicts")
    }


def count(server, index, query="*"):
    return ok(server("GET", f"/{index}/_count", params={"q": query}))["count"]


def test_delete_by_query(logs):
    answer = ok(
        logs("POST", "/t-logs/_delete_by_query?refresh=true", {"query": {"term": {"level": "error"}}})
    )
    assert counts(answer) == {
        "total": 600,
        "created": 0,
        "updated": 0,
        "deleted": 600,
        "batches": 1,
        "version_conflicts": 0,
    }
    assert answer["failures"] == []
    assert count(logs, "t-logs") == 1800


def test_delete_some_by_lucene_query(logs):
    answer = ok(logs("POST", "/t-logs/_delete_by_query?refresh=true&q=level:info&max_docs=1100"))
    assert counts(answer)["deleted"] == 1100
    assert count(logs, "t-logs", "level:info") == 700


def test_filtered_alias_deletes_no_more_than_it_shows(logs):
    alias = {"index": "t-logs", "alias": "t-errors", "filter": {"term": {"level": "error"}}}
    ok(logs("POST", "/_aliases", {"actions": [{"add": alias}]}))
    answer = ok(logs("POST", "/t-errors/_delete_by_query?refresh=true", {"query": {"match_all": {}}}))
    assert counts(answer)["deleted"] == 600
    assert count(logs, "t-logs") == 1800


def test_update_by_query(logs):
    answer = ok(
        logs("POST", "/t-logs/_update_by_query?refresh=true", {"query": {"range": {"n": {"lt": 10}}}})
    )
    assert counts(answer) == {
        "total": 10,
        "created": 0,
        "updated": 10,
        "deleted": 0,
        "batches": 1,
        "version_conflicts": 0,
    }
    assert count(logs, "t-logs") == 2400


def test_reindex(logs):
    body = {
        "source": {"index": "t-logs", "query": {"match": {"level": "error"}}, "_source": ["n"]},
        "dest": {"index": "t-copy"},
    }
    assert counts(ok(logs("POST", "/_reindex?refresh=true", body)))["created"] == 600
    assert counts(ok(logs("POST", "/_reindex?refresh=true", body)))["updated"] == 600
    body["dest"]["op_type"] = "create"
    aborted = logs("POST", "/_reindex", body)
    assert (aborted.status_code, len(aborted.json()["failures"])) == (409, 600)
    body["conflicts"] = "proceed"
    assert counts(ok(logs("POST", "/_reindex?refresh=true", body)))["version_conflicts"] == 600
    (hit,) = ok(logs("GET", "/t-copy/_search?size=1"))["hits"]["hits"]
    assert list(hit["_source"]) == ["n"]


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/t-logs/_delete_by_query", {}, "Validation Failed: 1: query is missing;"),
        (
            "/t-logs/_update_by_query",
            {"script": {}},
            "cannot run [script] in _update_by_query: the store runs no scripts",
        ),
        (
            "/_reindex",
            {"source": {"index": "a", "remote": {}}, "dest": {"index": "b"}},
            "cannot reindex from [remote]: only indices of this store can be copied",
        ),
        (
            "/_reindex",
            {"source": {"index": "t-logs"}, "dest": {"index": "t-logs"}},
            "Validation Failed: 1: reindex cannot write into an index its reading from [t-logs];",
        ),
    ],
)
def test_faults(logs, path, body, reason):
    answer = logs("POST", path, body)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (400, reason)
