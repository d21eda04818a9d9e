import pytest


def ok(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


def fault(answer):
    error = answer.json()["error"]
    return answer.status_code, error["type"], error["reason"]


def test_life_of_an_index(server):
    body = {
        "settings": {"index": {"number_of_replicas": 0}, "refresh_interval": "5s"},
        "mappings": {"properties": {"a": {"type": "keyword"}}},
        "aliases": {"t-alias": {"filter": {"term": {"a": "x"}}, "routing": "1"}},
    }
    assert ok(server("PUT", "/t-life", body)) == {
        "acknowledged": True,
        "shards_acknowledged": True,
        "index": "t-life",
    }
    shown = ok(server("GET", "/t-life"))["t-life"]
    assert shown["mappings"] == body["mappings"]
    assert shown["aliases"] == {
        "t-alias": {"filter": {"term": {"a": "x"}}, "index_routing": "1", "search_routing": "1"}
    }
    assert shown["settings"]["index"]["refresh_interval"] == "5s"
    assert shown["settings"]["index"]["version"] == {"created": "7170999"}
    assert server("HEAD", "/t-life").status_code == 200
    assert ok(server("POST", "/t-life/_close"))["indices"] == {"t-life": {"closed": True}}
    assert server("GET", "/_cat/indices/t-life?h=status,index").text == "close t-life\n"
    ok(server("POST", "/t-life/_open"))
    assert server("GET", "/_cat/indices/t-life?h=status,docs.count").text == "open 0\n"
    assert ok(server("DELETE", "/t-life")) == {"acknowledged": True}
    assert server("HEAD", "/t-life").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "want"),
    [
        (
            "PUT",
            "/T-Up",
            None,
            (400, "invalid_index_name_exception", "Invalid index name [T-Up], must be lowercase"),
        ),
        (
            "PUT",
            "/_t",
            None,
            (
                400,
                "invalid_index_name_exception",
                "Invalid index name [_t], must not start with '_', '-', or '+'",
            ),
        ),
        ("PUT", "/t-a", {"nope": {}}, (400, "parse_exception", "unknown key [nope] for create index")),
        (
            "PUT",
            "/t-a",
            {"mappings": {"_doc": {"properties": {}}}},
            (
                400,
                "illegal_argument_exception",
                "The mapping definition cannot be nested under a type [_doc] unless include_type_name is set to true.",
            ),
        ),
        ("DELETE", "/t-none", None, (404, "index_not_found_exception", "no such index [t-none]")),
        ("GET", "/t-none/_mapping", None, (404, "index_not_found_exception", "no such index [t-none]")),
        (
            "PUT",
            "/t-there/_settings",
            {"number_of_shards": 2},
            (
                400,
                "illegal_argument_exception",
                "Can't update non dynamic settings [[index.number_of_shards]]",
            ),
        ),
        (
            "PUT",
            "/t-there/_settings",
            {},
            (400, "action_request_validation_exception", "Validation Failed: 1: no settings to update;"),
        ),
        (
            "PUT",
            "/t-there/_mapping",
            {"properties": {"a": {"type": "long"}}},
            (400, "illegal_argument_exception", "mapper [a] cannot be changed from type [keyword] to [long]"),
        ),
        (
            "DELETE",
            "/t-alias",
            None,
            (
                400,
                "illegal_argument_exception",
                "The provided expression [t-alias] matches an alias, specify the corresponding concrete indices instead.",
            ),
        ),
        ("POST", "/_aliases", {"actions": []}, (400, "illegal_argument_exception", "No action specified")),
        (
            "POST",
            "/_aliases",
            {"actions": [{"add": {"index": "t-there", "alias": "t-there"}}]},
            (
                400,
                "invalid_alias_name_exception",
                "Invalid alias name [t-there]: an index or data stream exists with the same name as the alias",
            ),
        ),
        (
            "POST",
            "/_aliases",
            {"actions": [{"remove": {"index": "t-there", "alias": "x"}}]},
            (404, "aliases_not_found_exception", "aliases [x] missing"),
        ),
        (
            "POST",
            "/t-there/_rollover",
            None,
            (
                400,
                "illegal_argument_exception",
                "rollover target is a [concrete index] but one of [alias,data_stream] was expected",
            ),
        ),
        (
            "POST",
            "/t-there/_shrink/t-b",
            None,
            (
                400,
                "illegal_argument_exception",
                "cannot resize an index: every index of the store is one table",
            ),
        ),
        (
            "PUT",
            "/_data_stream/t-stream",
            None,
            (
                400,
                "illegal_argument_exception",
                "no matching index template found for data stream [t-stream]",
            ),
        ),
        (
            "PUT",
            "/_ingest/pipeline/p",
            {"processors": [{"set": {}}]},
            (
                400,
                "parse_exception",
                "No processor type exists with name [set]: the store runs no ingest processors",
            ),
        ),
        (
            "PUT",
            "/_cluster/settings",
            {"persistent": {"nope": 1}},
            (400, "illegal_argument_exception", "persistent setting [nope], not recognized"),
        ),
    ],
)
def test_faults(server, method, path, body, want):
    there = {"mappings": {"properties": {"a": {"type": "keyword"}}}, "aliases": {"t-alias": {}}}
    ok(server("PUT", "/t-there", there))
    status, kind, reason = fault(server(method, path, body))
    assert (status, kind, reason[: len(want[2])]) == want


def test_aliases(server):
    ok(server("PUT", "/t-1"))
    ok(server("PUT", "/t-2"))
    actions = [
        {"add": {"index": "t-*", "alias": "t-both"}},
        {"add": {"index": "t-2", "alias": "t-two", "is_write_index": True}},
    ]
    ok(server("POST", "/_aliases", {"actions": actions}))
    assert ok(server("GET", "/_alias/t-both")) == {
        "t-1": {"aliases": {"t-both": {}}},
        "t-2": {"aliases": {"t-both": {}}},
    }
    assert server("GET", "/_cat/aliases/t-two?v").text == (
        "alias index filter routing.index routing.search is_write_index\nt-two t-2   -      -             -              true\n"
    )
    ok(server("DELETE", "/t-1/_alias/t-both"))
    missing = server("GET", "/_alias/t-two,x")
    assert (missing.status_code, missing.json()["error"]) == (404, "alias [x] missing")
    assert server("HEAD", "/_alias/t-two").status_code == 200
    swap = [{"remove": {"index": "t-2", "alias": "t-both"}}, {"add": {"index": "t-1", "alias": "t-both"}}]
    ok(server("POST", "/_aliases", {"actions": swap}))
    assert list(ok(server("GET", "/_alias/t-both"))) == ["t-1"]


def test_settings_and_mappings(server):
    ok(
        server(
            "PUT",
            "/t-set",
            {"mappings": {"properties": {"a": {"type": "text", "fields": {"k": {"type": "keyword"}}}}}},
        )
    )
    ok(server("PUT", "/t-set/_settings", {"index": {"refresh_interval": "30s"}}))
    assert ok(server("GET", "/t-set/_settings/index.refresh*?flat_settings")) == {
        "t-set": {"settings": {"index.refresh_interval": "30s"}}
    }
    ok(server("PUT", "/t-set/_settings", {"refresh_interval": None}))
    assert ok(server("GET", "/t-set/_settings/index.refresh*")) == {"t-set": {"settings": {}}}
    ok(server("PUT", "/t-set/_mapping", {"properties": {"b": {"properties": {"c": {"type": "ip"}}}}}))
    fields = ok(server("GET", "/t-set/_mapping/field/a,*.c"))["t-set"]["mappings"]
    assert fields["a"]["mapping"] == {"a": {"type": "text", "fields": {"k": {"type": "keyword"}}}}
    assert fields["b.c"] == {"full_name": "b.c", "mapping": {"c": {"type": "ip"}}}


def test_templates_of_both_kinds(server):
    legacy = {
        "index_patterns": ["t-leg-*"],
        "order": 3,
        "settings": {"number_of_replicas": 0},
        "mappings": {"_doc": {"properties": {"q": {"type": "keyword"}}}},
    }
    ok(server("PUT", "/_template/t-leg?include_type_name=true", legacy))
    assert ok(server("GET", "/_template/t-leg"))["t-leg"] == {
        "order": 3,
        "index_patterns": ["t-leg-*"],
        "settings": {"index": {"number_of_replicas": "0"}},
        "mappings": {"properties": {"q": {"type": "keyword"}}},
        "aliases": {},
    }
    ok(server("POST", "/_bulk", '{"index":{"_index":"t-leg-1"}}\n{"q":"x"}\n'))
    shown = ok(server("GET", "/t-leg-1"))["t-leg-1"]
    assert shown["settings"]["index"]["number_of_replicas"] == "0"
    assert shown["mappings"] == {"properties": {"q": {"type": "keyword"}}}
    ok(
        server(
            "PUT",
            "/_component_template/t-part",
            {"template": {"mappings": {"properties": {"w": {"type": "ip"}}}}},
        )
    )
    body = {
        "index_patterns": ["t-leg-*"],
        "priority": 1,
        "composed_of": ["t-part"],
        "template": {"aliases": {"t-a": {}}},
    }
    ok(server("PUT", "/_index_template/t-new", body))
    simulated = ok(server("POST", "/_index_template/_simulate_index/t-leg-2"))
    assert simulated["template"]["mappings"] == {"properties": {"w": {"type": "ip"}}}
    assert simulated["overlapping"] == [{"name": "t-leg", "index_patterns": ["t-leg-*"]}]
    ok(server("PUT", "/t-leg-2", {"mappings": {"properties": {"z": {"type": "long"}}}}))
    shown = ok(server("GET", "/t-leg-2"))["t-leg-2"]
    assert shown["mappings"] == {"properties": {"w": {"type": "ip"}, "z": {"type": "long"}}}
    assert shown["aliases"] == {"t-a": {}}
    assert fault(server("DELETE", "/_component_template/t-part"))[0] == 400
    assert server("HEAD", "/_template/t-none").status_code == 404


def test_data_stream(server):
    ok(server("PUT", "/_index_template/t-ds", {"index_patterns": ["t-app-*"], "data_stream": {}}))
    line = '{"create":{}}\n{"@timestamp":"2026-11-23T10:00:00Z","log":"x"}\n'
    item = ok(server("POST", "/t-app-web/_bulk?refresh=true", line))["items"][0]["create"]
    assert item["status"] == 201
    assert item["_index"].startswith(".ds-t-app-web-")
    rolled = ok(server("POST", "/t-app-web/_rollover", {"conditions": {"max_docs": 1, "max_age": "7d"}}))
    assert rolled["conditions"] == {"[max_docs: 1]": True, "[max_age: 7d]": False}
    assert rolled["rolled_over"] is True
    ok(server("POST", "/t-app-web/_bulk?refresh=true", line))
    (stream,) = ok(server("GET", "/_data_stream/t-app-web"))["data_streams"]
    assert [len(stream["indices"]), stream["generation"], stream["template"]] == [2, 2, "t-ds"]
    assert server("GET", "/_cat/count/t-app-*?h=count").text == "2\n"
    assert fault(server("DELETE", "/" + rolled["new_index"]))[0] == 400
    ok(server("DELETE", "/_data_stream/t-app-web"))
    assert ok(server("GET", "/_data_stream"))["data_streams"] == []
    assert server("GET", "/_cat/indices?expand_wildcards=all").text == ""


def test_rollover_of_an_alias(server):
    ok(server("PUT", "/t-roll-000001", {"aliases": {"t-roll": {"is_write_index": True}}}))
    assert ok(server("POST", "/t-roll/_rollover?dry_run"))["new_index"] == "t-roll-000002"
    ok(server("POST", "/t-roll/_rollover"))
    assert ok(server("GET", "/_alias/t-roll")) == {
        "t-roll-000001": {"aliases": {"t-roll": {"is_write_index": False}}},
        "t-roll-000002": {"aliases": {"t-roll": {"is_write_index": True}}},
    }


def test_resolve(server):
    ok(server("PUT", "/t-res", {"aliases": {"t-res-alias": {}}}))
    assert ok(server("GET", "/_resolve/index/t-res*")) == {
        "indices": [{"name": "t-res", "aliases": ["t-res-alias"], "attributes": ["open"]}],
        "aliases": [{"name": "t-res-alias", "indices": ["t-res"]}],
        "data_streams": [],
    }


def test_health(server):
    ok(server("PUT", "/t-green", {"settings": {"number_of_replicas": 0}}))
    assert ok(server("GET", "/_cluster/health"))["status"] == "green"
    ok(server("PUT", "/t-yellow"))
    health = ok(server("GET", "/_cluster/health?level=indices"))
    assert (health["status"], health["active_shards_percent_as_number"]) == ("yellow", pytest.approx(200 / 3))
    assert health["indices"]["t-yellow"]["unassigned_shards"] == 1
    waited = server("GET", "/_cluster/health?wait_for_status=green&timeout=1s")
    assert (waited.status_code, waited.json()["timed_out"]) == (408, True)


def test_cluster_settings_outlive_nothing_but_null(server):
    put = ok(
        server(
            "PUT",
            "/_cluster/settings",
            {"persistent": {"action.auto_create_index": "false"}, "transient": {}},
        )
    )
    assert put == {
        "acknowledged": True,
        "persistent": {"action": {"auto_create_index": "false"}},
        "transient": {},
    }
    assert ok(server("GET", "/_cluster/settings?flat_settings"))["persistent"] == {
        "action.auto_create_index": "false"
    }
    ok(server("PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": None}}))
    assert ok(server("GET", "/_cluster/settings")) == {"persistent": {}, "transient": {}}


def test_figures(server):
    ok(server("POST", "/_bulk?refresh=true", '{"index":{"_index":"t-fig"}}\n{"log":"x"}\n' * 5))
    stats = ok(server("GET", "/t-fig/_stats/docs,store"))
    assert stats["indices"]["t-fig"]["total"]["docs"] == {"count": 5, "deleted": 0}
    assert stats["_all"]["primaries"]["store"]["size_in_bytes"] > 0
    (node,) = ok(server("GET", "/_nodes/stats"))["nodes"].values()
    assert node["indices"]["docs"]["count"] == 5
    assert node["process"]["mem"]["resident_in_bytes"] > 50_000_000
    assert node["http"]["requests"]["total"] > 0
    assert node["thread_pool"]["write"]["completed"] > 0
    assert server("GET", "/_cat/segments/t-fig?h=index,docs.count").text == "t-fig 5\n"
    assert server("GET", "/_cat/shards/t-fig?h=index,prirep,state,docs").text == (
        "t-fig p STARTED    5\nt-fig r UNASSIGNED  \n"
    )


@pytest.mark.parametrize(
    ("rule", "name", "reason"),
    [
        ("false", "t-auto", "no such index [t-auto] and [action.auto_create_index] is [false]"),
        (
            "+t-a*,-t-b*",
            "t-b",
            "no such index [t-b] and [action.auto_create_index] contains [-t-b*] which forbids automatic creation of the index",
        ),
        (
            "+t-a*",
            "t-c",
            "no such index [t-c] and [action.auto_create_index] ([+t-a*]) doesn't match",
        ),
        ("+t-a*,-t-b*", "t-a", None),
        (["+t-x*", "+t-a*"], "t-a", None),
        ("true", "t-any", None),
    ],
)
def test_auto_create_index(server, rule, name, reason):
    ok(server("PUT", "/_cluster/settings", {"transient": {"action.auto_create_index": rule}}))
    try:
        answer = server("POST", f"/{name}/_doc", {"a": 1})
        assert answer.status_code == (404 if reason else 201)
        assert not reason or fault(answer) == (404, "index_not_found_exception", reason)
    finally:
        ok(server("PUT", "/_cluster/settings", {"transient": {"action.auto_create_index": None}}))


@pytest.mark.parametrize(
    ("setting", "status", "reason"),
    [
        ("write", 403, "index [t-block] blocked by: [FORBIDDEN/8/index write (api)];"),
        ("read_only", 403, "index [t-block] blocked by: [FORBIDDEN/5/index read-only (api)];"),
        (
            "read_only_allow_delete",
            429,
            "index [t-block] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, "
            "index has read-only-allow-delete block];",
        ),
    ],
)
def test_blocks(server, setting, status, reason):
    ok(server("PUT", "/t-block"))
    ok(server("PUT", "/t-block/_settings", {f"index.blocks.{setting}": True}))
    assert fault(server("POST", "/t-block/_doc", {"a": 1})) == (status, "cluster_block_exception", reason)
    answer = server("POST", "/_bulk", '{"index":{"_index":"t-block"}}\n{"a":1}\n')
    # What may pass later is refused as a whole, so that clients send all of it again.
    error = answer.json() if status == 429 else ok(answer)["items"][0]["index"]
    assert (error["status"], error["error"]["reason"]) == (status, reason)
    ok(server("PUT", "/t-block/_settings", {f"index.blocks.{setting}": None}))
    assert server("POST", "/t-block/_doc", {"a": 1}).status_code == 201


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"number_of_shards": 0},
            "Failed to parse value [0] for setting [index.number_of_shards] must be >= 1",
        ),
        ({"number_of_replicas": "x"}, "Failed to parse value [x] for setting [index.number_of_replicas]"),
        (
            {"refresh_interval": "5"},
            "failed to parse setting [index.refresh_interval] with value [5] as a time value: unit is missing or unrecognized",
        ),
        ({"index.blocks.write": "x"}, "Failed to parse value [x] as only [true] or [false] are allowed."),
        (
            {"number_of_shard": 1},
            "unknown setting [index.number_of_shard] did you mean [index.number_of_shards]?",
        ),
        (
            {"index": {"zzz": 1}},
            "unknown setting [index.zzz] please check that it is spelled as Elasticsearch spells it",
        ),
    ],
)
def test_settings_are_checked(server, settings, reason):
    want = (400, "illegal_argument_exception", reason)
    assert fault(server("PUT", "/t-bad", {"settings": settings})) == want
    assert fault(server("PUT", "/_template/t-bad", {"index_patterns": ["t"], "settings": settings})) == want
    ok(server("PUT", "/t-good"))
    assert server("PUT", "/t-good/_settings", settings).status_code == 400


def test_closed_index(server):
    ok(server("PUT", "/t-shut"))
    ok(server("PUT", "/t-open"))
    ok(server("POST", "/t-shut/_close"))
    want = (400, "index_closed_exception", "closed")
    assert fault(server("POST", "/t-shut/_search")) == want
    assert fault(server("POST", "/t-shut,t-o*/_search")) == want
    assert ok(server("POST", "/t-*/_search"))["_shards"]["failed"] == 0
    assert ok(server("POST", "/t-shut/_search?ignore_unavailable"))["hits"]["total"]["value"] == 0
    assert "t-shut" in ok(server("GET", "/t-shut/_mapping"))


@pytest.mark.parametrize(
    ("expression", "want"),
    [
        ("t-errors", ["a1"]),
        ("t-plain", ["a1", "a2"]),
        ("t-errors,t-plain", ["a1", "a2"]),
        ("t-errors,t-x", ["a1", "a2"]),
        ("t-errors,t-y", ["a1", "b1", "b2"]),
        ("t-errors,t-twos", ["a1", "a2"]),
        ("t-both", ["a1", "b1"]),
        ("_all", ["a1", "a2", "b1", "b2"]),
    ],
)
def test_filtered_aliases(server, expression, want):
    errors, twos = {"filter": {"term": {"level": "error"}}}, {"filter": {"term": {"n": 2}}}
    fields = {"mappings": {"properties": {"level": {"type": "keyword"}, "n": {"type": "long"}}}}
    aliases = {"t-errors": errors, "t-both": errors, "t-twos": twos, "t-plain": {}}
    ok(server("PUT", "/t-x", {**fields, "aliases": aliases}))
    ok(server("PUT", "/t-y", {**fields, "aliases": {"t-both": errors}}))
    lines = ""
    for index, key in (("t-x", "a"), ("t-y", "b")):
        for n, level in ((1, "error"), (2, "info")):
            lines += f'{{"index":{{"_index":"{index}","_id":"{key}{n}"}}}}\n{{"level":"{level}","n":{n}}}\n'
    ok(server("POST", "/_bulk?refresh=true", lines))
    hits = ok(server("GET", f"/{expression}/_search"))["hits"]["hits"]
    assert sorted(hit["_id"] for hit in hits) == want
    assert ok(server("GET", f"/{expression}/_count"))["count"] == len(want)
    (answer,) = ok(server("POST", "/_msearch", f'{{"index":"{expression}"}}\n{{}}\n'))["responses"]
    assert answer["hits"]["total"]["value"] == len(want)
