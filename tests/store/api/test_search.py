"""The endpoints that read, over HTTP."""

import json
import threading

import pytest

LINES = "".join(
    json.dumps({"index": {"_index": f"logs-{number % 2}", "_id": str(number)}})
    + "\n"
    + json.dumps(
        {"@timestamp": f"2025-11-23T10:00:0{number}Z", "n": number, "log": f"line {number} of seven"}
    )
    + "\n"
    for number in range(7)
)


@pytest.fixture(autouse=True)
def _documents(server, _clean) -> None:
    server("POST", "/_bulk?refresh=true", LINES)


def ids(body) -> list[str]:
    return [hit["_id"] for hit in body["hits"]["hits"]]


def test_search(server) -> None:
    body = server(
        "POST", "/logs-*/_search", {"query": {"match": {"log": "seven"}}, "sort": ["n"], "size": 2}
    ).json()
    assert ids(body) == ["0", "1"]
    assert body["_shards"] == {"total": 2, "successful": 2, "skipped": 0, "failed": 0}
    assert body["hits"]["total"] == {"value": 7, "relation": "eq"}
    assert body["hits"]["hits"][0] == {
        "_index": "logs-0",
        "_type": "_doc",
        "_id": "0",
        "_score": None,
        "_source": {"@timestamp": "2025-11-23T10:00:00Z", "n": 0, "log": "line 0 of seven"},
        "sort": [0],
    }


def test_url_search(server) -> None:
    body = server("GET", "/logs-*/_search?q=n:>4&sort=n:desc&_source=n&filter_path=hits.hits").json()
    assert [hit["_source"] for hit in body["hits"]["hits"]] == [{"n": 6}, {"n": 5}]


def test_scroll(server) -> None:
    body = server("POST", "/logs-*/_search?scroll=1m", {"size": 3, "sort": [{"n": "desc"}]}).json()
    seen = [ids(body)]
    while ids(body):
        again = {"scroll": "1m", "scroll_id": body["_scroll_id"]}
        body = server("POST", "/_search/scroll", again).json()
        seen.append(ids(body))
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"], []]
    assert body["hits"]["total"] == {"value": 7, "relation": "eq"}
    closed = server("DELETE", "/_search/scroll", {"scroll_id": body["_scroll_id"]}).json()
    assert closed == {"succeeded": True, "num_freed": 1}
    gone = server("POST", "/_search/scroll", {"scroll_id": body["_scroll_id"]})
    assert gone.status_code == 404
    assert gone.json()["error"]["type"] == "search_context_missing_exception"


def test_scroll_without_sort_meets_every_document_once(server) -> None:
    body = server("POST", "/logs-*/_search?scroll=1m", {"size": 2}).json()
    seen = []
    while ids(body):
        assert "sort" not in body["hits"]["hits"][0]
        seen += ids(body)
        body = server("POST", "/_search/scroll", {"scroll_id": body["_scroll_id"]}).json()
    assert sorted(seen) == list("0123456")


def test_point_in_time(server) -> None:
    pit = server("POST", "/logs-*/_pit?keep_alive=1m").json()["id"]
    request = {"size": 4, "pit": {"id": pit}, "sort": [{"@timestamp": "desc"}]}
    first = server("POST", "/_search", request).json()
    assert first["pit_id"] == pit
    second = server("POST", "/_search", {**request, "search_after": first["hits"]["hits"][-1]["sort"]}).json()
    assert ids(first) + ids(second) == list("6543210")
    assert server("POST", "/logs-0/_search", request).status_code == 400
    assert server("DELETE", "/_pit", {"id": pit}).json() == {"succeeded": True, "num_freed": 1}


def test_msearch_answers_each_for_itself(server) -> None:
    lines = '{"index":"logs-0"}\n{"size":0}\n{"index":"none"}\n{}\n{}\n{"query":{"foo":{}}}\n'
    body = server("POST", "/logs-1/_msearch", lines).json()
    assert [item["status"] for item in body["responses"]] == [200, 404, 400]
    assert body["responses"][0]["hits"]["total"]["value"] == 4
    assert server("POST", "/_msearch", "\n").status_code == 400


def test_count(server) -> None:
    assert server("GET", "/logs-0/_count").json()["count"] == 4
    assert server("POST", "/_count", {"query": {"range": {"n": {"gte": 5}}}}).json()["count"] == 2
    assert server("GET", "/logs-*/_count?q=n:3").json()["count"] == 1
    fault = server("POST", "/logs-0/_count", {"size": 1})
    assert fault.json()["error"]["reason"] == "request does not support [size]"


def test_validate_query(server) -> None:
    good = server("POST", "/logs-0/_validate/query", {"query": {"match_all": {}}}).json()
    assert good["valid"] is True
    assert server("POST", "/logs-0/_validate/query", {"query": {"foo": {}}}).json() == {"valid": False}
    told = server("POST", "/logs-0/_validate/query?explain=true", {"query": {"term": {"n": "x"}}}).json()
    assert told["explanations"][0]["error"] == 'failed to create query: For input string: "x"'


def test_field_caps(server) -> None:
    server(
        "PUT",
        "/logs-2",
        {"mappings": {"properties": {"n": {"type": "keyword"}, "k": {"properties": {"a": {"type": "ip"}}}}}},
    )
    body = server("GET", "/logs-*/_field_caps?fields=n,k*,_id,log").json()
    assert body["indices"] == ["logs-0", "logs-1", "logs-2"]
    plain = {"metadata_field": False, "searchable": True, "aggregatable": True}
    assert body["fields"] == {
        "n": {
            "long": {"type": "long", **plain, "indices": ["logs-0", "logs-1"]},
            "keyword": {"type": "keyword", **plain, "indices": ["logs-2"]},
        },
        "k": {
            "object": {"type": "object", "metadata_field": False, "searchable": False, "aggregatable": False}
        },
        "k.a": {"ip": {"type": "ip", **plain}},
        "_id": {"_id": {"type": "_id", **plain, "metadata_field": True}},
        "log": {"text": {"type": "text", **plain, "aggregatable": False}},
    }
    assert server("GET", "/_field_caps").status_code == 400
    only = server("POST", "/logs-*/_field_caps?fields=n", {"index_filter": {"term": {"n": 3}}}).json()
    assert only["indices"] == ["logs-1"]


def test_async_search(server) -> None:
    body = server("POST", "/logs-*/_async_search?keep_on_completion=true", {"size": 0}).json()
    assert (body["is_running"], body["response"]["hits"]["total"]["value"]) == (False, 7)
    assert server("GET", f"/_async_search/{body['id']}").json() == body
    assert server("DELETE", f"/_async_search/{body['id']}").json() == {"acknowledged": True}
    assert server("GET", f"/_async_search/{body['id']}").status_code == 404


def test_some_indices_fail_the_others_answer(server) -> None:
    server("POST", "/other/_doc?refresh=true", {"x": 1})
    body = server("POST", "/logs-0,other/_search", {"sort": ["n"]}).json()
    assert ids(body) == ["0", "2", "4", "6"]
    assert (body["_shards"]["failed"], body["_shards"]["failures"][0]["index"]) == (1, "other")
    fault = server("POST", "/other/_search", {"sort": ["n"]})
    assert fault.status_code == 400
    assert fault.json()["error"]["root_cause"][0]["reason"] == "No mapping found for [n] in order to sort on"


def test_no_index_is_no_error_for_a_pattern(server) -> None:
    assert server("GET", "/none-*/_search").json()["hits"]["total"]["value"] == 0
    assert server("GET", "/none/_search").status_code == 404
    assert server("GET", "/none/_search?ignore_unavailable=true").json()["_shards"]["total"] == 0


def test_typed_keys(server) -> None:
    aggs = {"a": {"terms": {"field": "n", "size": 1}, "aggs": {"b": {"max": {"field": "n"}}}}}
    body = server("POST", "/logs-*/_search?typed_keys=true", {"size": 0, "aggs": aggs}).json()
    assert body["aggregations"]["lterms#a"]["buckets"][0]["max#b"] == {"value": 0.0}


def test_searches_run_beside_each_other(server) -> None:
    answers = []

    def search() -> None:
        found = server("POST", "/logs-*/_search", {"aggs": {"a": {"stats": {"field": "n"}}}}).json()
        answers.append(found["aggregations"]["a"]["sum"])

    threads = [threading.Thread(target=search) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [21.0] * 12


def test_a_pattern_the_engine_does_not_know_is_the_clients_fault(server) -> None:
    fault = server("POST", "/logs-0/_search", {"query": {"regexp": {"log.keyword": "a{1,5000}"}}})
    assert fault.status_code == 400
    reason = fault.json()["error"]["root_cause"][0]["reason"]
    assert reason == "cannot use a regular expression of the query: invalid repetition size: {1,5000}"
