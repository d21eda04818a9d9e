"""Bulk requests: what each action does and answers."""

import urllib.request
import uuid

import orjson
import pytest

from kelp.store.errors import ApiError
from kelp.store.ingest.bulk_request import BulkDefaults


def bulk(store, *lines, **options):
    body = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    result = store.bulk(body, **options)
    return [next(iter(orjson.loads(item).values())) for item in result.items]


def brief(item):
    """What a client looks at: status, result or error type, version."""
    error = item.get("error")
    return (item["status"], error["type"] if error else item["result"], item.get("_version"))


CASES = [
    ("index creates", [{"index": {"_id": "1"}}, {"a": 1}], [(201, "created", 1)]),
    (
        "index replaces",
        [{"index": {"_id": "1"}}, {"a": 1}, {"index": {"_id": "1"}}, {"a": 2}],
        [(201, "created", 1), (200, "updated", 2)],
    ),
    (
        "create conflicts",
        [{"create": {"_id": "1"}}, {"a": 1}, {"create": {"_id": "1"}}, {"a": 2}],
        [(201, "created", 1), (409, "version_conflict_engine_exception", None)],
    ),
    (
        "a document that failed is not there",
        [{"create": {"_id": "1"}}, b"{", {"create": {"_id": "1"}}, {"a": 2}],
        [(400, "mapper_parsing_exception", None), (201, "created", 1)],
    ),
    ("delete of nothing", [{"delete": {"_id": "1"}}], [(404, "index_not_found_exception", None)]),
    (
        "delete of an unknown id",
        [{"index": {"_id": "2"}}, {}, {"delete": {"_id": "1"}}],
        [(201, "created", 1), (404, "not_found", 1)],
    ),
    (
        "versions go on after a deletion",
        [{"index": {"_id": "1"}}, {}, {"delete": {"_id": "1"}}, {"delete": {"_id": "1"}}, {"index": {"_id": "1"}}, {}],
        [(201, "created", 1), (200, "deleted", 2), (404, "not_found", 3), (201, "created", 4)],
    ),
    ("update of nothing", [{"update": {"_id": "1"}}, {"doc": {"a": 1}}], [(404, "document_missing_exception", None)]),
    (
        "update merges and detects noops",
        [
            {"index": {"_id": "1"}}, {"a": {"b": 1}},
            {"update": {"_id": "1"}}, {"doc": {"a": {"c": 2}}},
            {"update": {"_id": "1"}}, {"doc": {"a": {"c": 2}}},
            {"update": {"_id": "1"}}, {"doc": {"a": {"c": 2}}, "detect_noop": False},
        ],
        [(201, "created", 1), (200, "updated", 2), (200, "noop", 2), (200, "updated", 3)],
    ),
    (
        "upserts",
        [
            {"update": {"_id": "1"}}, {"doc": {"a": 1}, "doc_as_upsert": True},
            {"update": {"_id": "2"}}, {"doc": {"a": 1}, "upsert": {"b": 1}},
        ],
        [(201, "created", 1), (201, "created", 1)],
    ),
    (
        "scripts are refused one by one",
        [{"update": {"_id": "1"}}, {"script": {"source": "x"}}, {"index": {"_id": "2"}}, {}],
        [(400, "illegal_argument_exception", None), (201, "created", 1)],
    ),
    (
        "external versions",
        [
            {"index": {"_id": "1", "version": 5, "version_type": "external"}}, {},
            {"index": {"_id": "1", "version": 5, "version_type": "external"}}, {},
            {"index": {"_id": "1", "version": 5, "version_type": "external_gte"}}, {},
            {"index": {"_id": "1", "version": 9, "version_type": "external"}}, {},
        ],
        [(201, "created", 5), (409, "version_conflict_engine_exception", None), (200, "updated", 5), (200, "updated", 9)],
    ),
    (
        "a sequence number nobody has",
        [{"index": {"_id": "1"}}, {}, {"index": {"_id": "1", "if_seq_no": 7, "if_primary_term": 1}}, {}],
        [(201, "created", 1), (409, "version_conflict_engine_exception", None)],
    ),
    ("types of old clients are accepted", [{"index": {"_type": "fluentd"}}, {}], [(201, "created", 1)]),
    ("an empty id", [{"index": {"_id": ""}}, {}], [(400, "illegal_argument_exception", None)]),
    ("an alias is wanted", [{"index": {"require_alias": True}}, {}], [(404, "index_not_found_exception", None)]),
    ("pipelines are refused", [{"index": {"pipeline": "p"}}, {}], [(400, "illegal_argument_exception", None)]),
    ("a document that is no object", [{"index": {}}, b"[1]"], [(400, "mapper_parsing_exception", None)]),
    ("a blank document", [{"index": {}}, b"  "], [(400, "mapper_parsing_exception", None)]),
    ("invalid UTF-8", [{"index": {}}, b'{"a":"\xff"}'], [(400, "mapper_parsing_exception", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_actions(store, name, lines, wanted):
    index = "case-" + "".join(char if char.isalnum() else "-" for char in name.lower())
    assert [brief(item) for item in bulk(store, *lines, defaults=BulkDefaults(index=index))] == wanted


@pytest.mark.parametrize("refresh_between", [False, True])
def test_the_last_write_of_an_id_wins(store, refresh_between):
    name = f"last-{refresh_between}".lower()
    refresh = "true" if refresh_between else "false"
    for number in range(4):
        bulk(store, {"index": {"_index": name, "_id": "x"}}, {"n": number}, refresh=refresh)
        bulk(
            store,
            {"index": {"_index": name, "_id": "y"}},
            {"n": number},
            {"delete": {"_index": name, "_id": "y"}},
        )
    bulk(store, {"update": {"_index": name, "_id": "x"}}, {"doc": {"m": 1}}, refresh="true")
    index = store.catalog.get(name)
    rows = store.engine.query(f"SELECT _id, n, m, _version FROM {index.table}")
    assert rows == [("x", 3, 1, 5)]
    assert orjson.loads(store.get_document(index, "x").source) == {"n": 3, "m": 1}
    assert not store.get_document(index, "y").exists


def test_a_generated_id_can_be_overwritten_updated_and_deleted(store):
    (made,) = bulk(store, {"index": {"_index": "generated"}}, {"n": 1})
    document_id = made["_id"]
    index = store.catalog.get("generated")
    assert orjson.loads(store.get_document(index, document_id).source) == {"n": 1}
    (updated,) = bulk(
        store, {"update": {"_index": "generated", "_id": document_id}}, {"doc": {"m": 2}}, refresh="true"
    )
    assert brief(updated) == (200, "updated", 2)
    assert store.engine.query(f"SELECT n, m FROM {index.table}") == [(1, 2)]
    (deleted,) = bulk(store, {"delete": {"_index": "generated", "_id": document_id}}, refresh="true")
    assert brief(deleted) == (200, "deleted", 3)
    assert store.engine.query(f"SELECT count() FROM {index.table}") == [(0,)]


def test_generated_ids_are_unique_and_ordered_with_others(store):
    lines = []
    for number in range(50):
        lines += [{"index": {"_id": f"k{number}"} if number % 3 == 0 else {}}, {"n": number}]
    items = bulk(store, *lines, defaults=BulkDefaults(index="mixed"), refresh="true")
    assert len({item["_id"] for item in items}) == 50
    numbers = [item["_seq_no"] for item in items]
    assert numbers == sorted(set(numbers))
    index = store.catalog.get("mixed")
    for number, item in enumerate(items):
        assert orjson.loads(store.get_document(index, item["_id"]).source) == {"n": number}


def test_if_seq_no_of_the_current_document(store):
    (made,) = bulk(store, {"index": {"_index": "cas", "_id": "1"}}, {"n": 1})
    condition = {"if_seq_no": made["_seq_no"], "if_primary_term": 1}
    (first,) = bulk(store, {"index": {"_index": "cas", "_id": "1", **condition}}, {"n": 2})
    (second,) = bulk(store, {"index": {"_index": "cas", "_id": "1", **condition}}, {"n": 3})
    assert (first["status"], second["status"]) == (200, 409)


def test_an_alias_leads_to_its_write_index(store):
    store.catalog.create("written-1", aliases={"written": {}})
    store.catalog.create("written-2", aliases={"written": {"is_write_index": True}})
    (item,) = bulk(store, {"index": {"_index": "written"}}, {})
    assert item["_index"] == "written-2"


def test_wait_for_waits_for_the_refresh(store):
    bulk(store, {"index": {"_index": "waited"}}, {"n": 1}, refresh="wait_for")
    assert store.engine.query(f"SELECT count() FROM {store.catalog.get('waited').table}") == [(1,)]


def test_strict_mappings_refuse_documents_with_new_fields(store):
    store.catalog.create("strict", mappings={"dynamic": "strict", "properties": {"a": {"type": "long"}}})
    items = bulk(
        store, {"index": {"_index": "strict"}}, {"a": 1}, {"index": {"_index": "strict"}}, {"a": 1, "b": 2}
    )
    assert [brief(item)[:2] for item in items] == [
        (201, "created"),
        (400, "strict_dynamic_mapping_exception"),
    ]
    assert items[1]["error"]["reason"] == (
        "mapping set to strict, dynamic introduction of [b] within [_doc] is not allowed"
    )


def test_items_can_be_left_out(store):
    body = b'{"index":{"_index":"short"}}\n{"a":1}\n{"index":{"_index":"short"}}\n{\n'
    answer = store.bulk(body, want_items=False).errors_only()
    assert answer["errors"] is True
    assert [item["index"]["status"] for item in answer["items"]] == [400]


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", "parse_exception", "request body is required"),
        (
            b'{"index":{}}\n{}',
            "illegal_argument_exception",
            "The bulk request must be terminated by a newline [\\n]",
        ),
        (b"\n", "action_request_validation_exception", "Validation Failed: 1: no requests added;"),
        (
            b'{"index":{}}\n{}\n',
            "action_request_validation_exception",
            "Validation Failed: 1: index is missing;",
        ),
        (
            b'{"delete":{"_index":"a"}}\n',
            "action_request_validation_exception",
            "Validation Failed: 1: id is missing;",
        ),
        (
            b'{"index":{"_index":"a","_id":"%s"}}\n{}\n' % (b"x" * 513),
            "action_request_validation_exception",
            f"Validation Failed: 1: id [{'x' * 513}] is too long, must be no longer than 512 bytes but was: 513;",
        ),
        (
            b'{"index":{"_index":"a","foo":1}}\n{}\n',
            "illegal_argument_exception",
            "Action/metadata line [1] contains an unknown parameter [foo]",
        ),
        (
            b"[]\n{}\n",
            "illegal_argument_exception",
            "Malformed action/metadata line [1], expected START_OBJECT but found [START_ARRAY]",
        ),
    ],
)
def test_faults_of_the_whole_request(store, body, kind, reason):
    with pytest.raises(ApiError) as fault:
        store.bulk(body)
    assert (fault.value.status, fault.value.type, fault.value.reason) == (400, kind, reason)


# What this store does on purpose where Elasticsearch refuses, or words differently.
DEVIATIONS = {
    "scripts are refused one by one",
    "types of old clients are accepted",
}


def post(url: str, body: bytes) -> dict:
    request = urllib.request.Request(url, body, {"Content-Type": "application/x-ndjson"})
    with urllib.request.urlopen(request, timeout=120) as response:
        return orjson.loads(response.read())


@pytest.mark.elasticsearch
@pytest.mark.parametrize(("name", "lines", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_elasticsearch_answers_the_same(elasticsearch, name, lines, wanted):
    if name in DEVIATIONS:
        pytest.skip("differs on purpose")
    index = f"kelp-test-{uuid.uuid4().hex[:12]}"
    body = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    try:
        answer = post(f"{elasticsearch}/{index}/_bulk", body)
    finally:
        request = urllib.request.Request(f"{elasticsearch}/{index}?ignore_unavailable=true", method="DELETE")
        urllib.request.urlopen(request, timeout=120).close()
    assert [brief(next(iter(item.values()))) for item in answer["items"]] == wanted


def test_updates_of_documents_that_are_not_in_memory(store, monkeypatch):
    monkeypatch.setattr("kelp.store.segments.log._KEPT_SOURCES_BYTES", 0)
    store.catalog.create("unkept", {"index.refresh_interval": "-1"})
    bulk(store, {"index": {"_index": "unkept", "_id": "1"}}, {"n": 1})
    bulk(store, {"update": {"_index": "unkept", "_id": "1"}}, {"doc": {"m": 2}})
    index = store.catalog.get("unkept")
    assert orjson.loads(store.get_document(index, "1", realtime=False).source) == {"n": 1}
    assert orjson.loads(store.get_document(index, "1").source) == {"n": 1, "m": 2}
    assert store.writer(index).log.pending == {}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("version", "x"), ("version", -1), ("version", 2**63), ("if_seq_no", [1]), ("if_primary_term", 1.5)],
)
def test_numbers_must_be_numbers(store, parameter, value):
    line = orjson.dumps({"index": {"_index": "a", parameter: value, "version_type": "external"}})
    with pytest.raises(ApiError, match=r"Failed to parse value .* of \[.*\]: expected a whole number >= 0"):
        store.bulk(line + b"\n{}\n")


def test_an_index_deleted_meanwhile_is_made_anew(store, monkeypatch):
    bulk(store, {"index": {"_index": "meanwhile"}}, {"n": 1})
    old = store.catalog.get("meanwhile")
    append = type(store.writer(old).log).append

    def deleting(index_log, lines, entries):
        monkeypatch.undo()
        store.catalog.delete(old)
        return append(index_log, lines, entries)

    monkeypatch.setattr(type(store.writer(old).log), "append", deleting)
    (item,) = bulk(store, {"index": {"_index": "meanwhile"}}, {"n": 2}, refresh="true")
    assert item["status"] == 201
    assert store.engine.query(f"SELECT n FROM {store.catalog.get('meanwhile').table}") == [(2,)]
