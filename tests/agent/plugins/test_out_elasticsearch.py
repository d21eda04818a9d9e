"""The Elasticsearch output against a sink that can misbehave."""

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
import urllib3

from kelp.agent.config import ConfigError
from tests.agent.bulk_sink import Sink, bulk_sink
from tests.agent.output_driver import NS, T0, Running, make, running
from tests.agent.waiting import PATIENCE, wait_for

FAST = """
request_timeout 60
<buffer>
  flush_mode immediate
  retry_wait 0.05
  retry_max_interval 0.1
  retry_forever
</buffer>
"""
IMPATIENT = FAST.replace("request_timeout 60", "request_timeout 0.5")
Event = tuple[int, dict[str, Any]]
DAY = "2026.11.23"
STAMP = "2026-11-23T10:00:00.000000000+00:00"


@pytest.fixture(autouse=True)
def _known_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the sink takes to tell its version."""
    monkeypatch.setattr("kelp.agent.plugins.out_elasticsearch._VERSION_WAIT", PATIENCE)


def written(
    options: str, *events: Event, tag: str = "a.b", sink: Sink | None = None
) -> list[tuple[str, Any, Any]]:
    """(operation, action, document) of each event, sent with `options`."""
    with bulk_sink() as own:
        target = sink or own
        with running(f"@type elasticsearch\nport {target.port}\n{options}\n{FAST}") as driver:
            driver.emit(tag, *events)
            wait_for(lambda: driver.output.chunks.size == 0)
        assert driver.recorder.errors == []
        return target.stored


LOGSTASH = {"_index": f"logstash-{DAY}", "_type": "_doc"}
PLAIN = {"_index": "fluentd", "_type": "_doc"}


@pytest.mark.parametrize(
    ("options", "event", "meta", "doc"),
    [
        ("", {"a": 1}, PLAIN, {"a": 1}),
        ("logstash_format true", {"a": 1}, LOGSTASH, {"a": 1, "@timestamp": STAMP}),
        ("logstash_format true", {}, LOGSTASH, {"@timestamp": STAMP}),
        ("logstash_format true\ninclude_tag_key true", {"a": "é\n\""}, LOGSTASH,
         {"a": "é\n\"", "@timestamp": STAMP, "tag": "a.b"}),
        ("include_tag_key true\ntag_key t", {"t": 1, "u": 2}, PLAIN, {"t": "a.b", "u": 2}),
        ("include_timestamp true\ntime_precision 3", {"a": 1}, PLAIN,
         {"a": 1, "@timestamp": "2026-11-23T10:00:00.000+00:00"}),
        ("include_timestamp true\ntime_precision 0", {"a": 1}, PLAIN, {"a": 1, "@timestamp": "2026-11-23T10:00:00+00:00"}),
        ("logstash_format true", {"@timestamp": "2020-01-02T23:30:00-05:00"},
         {**LOGSTASH, "_index": "logstash-2020.01.03"}, {"@timestamp": "2020-01-02T23:30:00-05:00"}),
        ("logstash_format true\nutc_index false", {"@timestamp": "2020-01-02T23:30:00-05:00"},
         {**LOGSTASH, "_index": "logstash-2020.01.02"}, {"@timestamp": "2020-01-02T23:30:00-05:00"}),
        ("logstash_format true\ntime_key t", {"t": "2020-01-02T03:04:05.6+09:00"},
         {**LOGSTASH, "_index": "logstash-2020.01.01"},
         {"t": "2020-01-02T03:04:05.6+09:00", "@timestamp": "2020-01-02T03:04:05.600000000+09:00"}),
        ("logstash_format true\ntime_key t\ntime_key_exclude_timestamp true", {"t": "2020-01-02"},
         {**LOGSTASH, "_index": "logstash-2020.01.02"}, {"t": "2020-01-02"}),
        ("logstash_format true\ntime_key t\ntime_key_format %d/%m/%Y", {"t": "02/03/2020"},
         {**LOGSTASH, "_index": "logstash-2020.03.02"},
         {"t": "02/03/2020", "@timestamp": "2020-03-02T00:00:00.000000000+00:00"}),
        ("logstash_format true\ntime_key t", {"t": 1577934245}, {**LOGSTASH, "_index": "logstash-2020.01.02"},
         {"t": 1577934245, "@timestamp": "2020-01-02T03:04:05.000000000+00:00"}),
        ("logstash_format true\nlogstash_prefix ${tag}\nlogstash_prefix_separator _\nlogstash_dateformat %Y%m",
         {"a": 1}, {**LOGSTASH, "_index": "a.b_202611"}, {"a": 1, "@timestamp": STAMP}),
        ("index_name App-${tag[1]}", {"a": 1}, {**PLAIN, "_index": "app-b"}, {"a": 1}),
        ("target_index_key k.i", {"k": {"i": "Other", "j": 1}}, {**PLAIN, "_index": "other"}, {"k": {"j": 1}}),
        ("target_index_key k.i", {"k": 5}, PLAIN, {"k": 5}),
        ("id_key x.id\nrouting_key r\nparent_key p", {"x": {"id": "7"}, "r": "s", "p": 3},
         {**PLAIN, "_id": "7", "_parent": 3, "routing": "s"}, {"x": {"id": "7"}, "r": "s", "p": 3}),
        ("id_key id\nremove_keys id, z", {"id": "1", "z": 2, "a": 3}, {**PLAIN, "_id": "1"}, {"a": 3}),
        ("pipeline pipe-${tag}", {"a": 1}, {**PLAIN, "pipeline": "pipe-a.b"}, {"a": 1}),
        ("suppress_type_name true", {"a": 1}, {"_index": "fluentd", "_type": None}, {"a": 1}),
        ("flatten_hashes true", {"a": {"b": {"c": 1}, "d": [{"e": 2}]}}, PLAIN, {"a_b_c": 1, "a_d": [{"e": 2}]}),
        ("", {"big": 2**70, "bad": "x\udcff", "f": 1.5, "n": None}, PLAIN,
         {"big": 2**70, "bad": "x\ufffd", "f": 1.5, "n": None}),
    ],
)  # fmt: skip
def test_documents(options: str, event: dict[str, Any], meta: dict[str, Any], doc: dict[str, Any]) -> None:
    assert written(options, (T0, event)) == [("index", meta, doc)]


@pytest.mark.parametrize(
    ("options", "event", "expected"),
    [
        ("write_operation create\nid_key i", {"i": "1"}, ("create", {"_id": "1"}, {"i": "1"})),
        ("write_operation create\nid_key i", {"j": "1"}, None),
        ("write_operation update\nid_key i", {"i": "1"}, ("update", {"_id": "1"}, {"doc": {"i": "1"}})),
        ("write_operation upsert\nid_key i", {"i": "1"},
         ("update", {"_id": "1"}, {"doc": {"i": "1"}, "doc_as_upsert": True})),
        ("write_operation upsert\nid_key i\nremove_keys_on_update a", {"i": "1", "a": 2},
         ("update", {"_id": "1"}, {"doc": {"i": "1"}, "upsert": {"i": "1", "a": 2}})),
        ("write_operation upsert\nid_key i\nremove_keys_on_update_key r", {"i": "1", "a": 2, "r": ["a"]},
         ("update", {"_id": "1"}, {"doc": {"i": "1"}, "upsert": {"i": "1", "a": 2}})),
        ("write_operation update\nid_key i\nsuppress_doc_wrap true", {"i": "1"}, ("update", {"_id": "1"}, {"i": "1"})),
    ],
)  # fmt: skip
def test_operations(options: str, event: dict[str, Any], expected: tuple[str, Any, Any] | None) -> None:
    wanted = [] if expected is None else [(expected[0], {**PLAIN, **expected[1]}, expected[2])]
    assert written(options, (T0, event)) == wanted


@pytest.mark.parametrize(
    ("version", "options", "meta"),
    [
        ("8.11.0", "", {"_index": "fluentd"}),
        ("6.8.0", "type_name t", {"_index": "fluentd", "_type": "t"}),
        ("6.8.0", "type_name t-${tag}", {"_index": "fluentd", "_type": "t-a.b"}),
        ("6.8.0", "", {"_index": "fluentd", "_type": "fluentd"}),
        ("5.6.0", "target_type_key a", {"_index": "fluentd", "_type": "1"}),
        ("5.6.0", "routing_key a", {"_index": "fluentd", "_type": "fluentd", "_routing": "1"}),
        ("none", "", {"_index": "fluentd", "_type": "_doc"}),
        ("9.0.0", "verify_es_version_at_startup false\ndefault_elasticsearch_version 7", PLAIN),
    ],
)
def test_versions(version: str, options: str, meta: dict[str, Any]) -> None:
    with bulk_sink() as sink:
        sink.version = version
        assert [m for _, m, _ in written(options, (T0, {"a": "1"}), sink=sink)] == [meta]


def test_nanoseconds_and_days() -> None:
    with bulk_sink() as sink:
        events = [(T0 + 123_456_789, {"n": 1}), (T0 + 14 * 3600 * NS, {"n": 2}), (T0 + 1, {"n": 3})]
        stored = written("logstash_format true", *events, sink=sink)
    assert [(m["_index"], d["@timestamp"]) for _, m, d in stored] == [
        ("logstash-2026.11.23", "2026-11-23T10:00:00.123456789+00:00"),
        ("logstash-2026.11.24", "2026-11-24T00:00:00.000000000+00:00"),
        ("logstash-2026.11.23", "2026-11-23T10:00:00.000000001+00:00"),
    ]


def test_records_are_left_alone() -> None:
    record = {"i": "1", "k": {"index": "x", "y": 1}}
    written(
        "logstash_format true\ninclude_tag_key true\nremove_keys i\ntarget_index_key k.index", (T0, record)
    )
    assert record == {"i": "1", "k": {"index": "x", "y": 1}}


def test_unreadable_time_goes_to_its_error_tag() -> None:
    with (
        bulk_sink() as sink,
        running(f"@type elasticsearch\nport {sink.port}\nlogstash_format true\n{FAST}") as driver,
    ):
        driver.emit("a", (T0, {"@timestamp": "tomorrow-ish"}))
        wait_for(lambda: len(sink.stored) == 1)
        assert sink.stored[0][1]["_index"] == f"logstash-{DAY}"
    ((tag, _, record, _),) = driver.recorder.errors
    assert tag == "Fluent::ElasticsearchOutput::TimeParser.error"
    assert (record["tag"], record["value"]) == ("a", "tomorrow-ish")


def test_missing_id_as_error() -> None:
    options = "write_operation create\nid_key i\nemit_error_for_missing_id true"
    with bulk_sink() as sink, running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
        driver.emit("a", (T0, {"x": 1}))
    assert driver.recorder.errors == [("a", T0, {"x": 1}, "cannot create a document: field 'i' is missing")]


MAPPING_ERROR = (400, {"type": "mapper_parsing_exception", "reason": "r", "caused_by": {"reason": "why"}})


def test_refused_documents_go_to_error_with_reason_tag_and_time() -> None:
    with bulk_sink() as sink:
        sink.judge = lambda op, meta, doc: MAPPING_ERROR if doc.get("bad") else None
        with running(f"@type elasticsearch\nport {sink.port}\nlogstash_format true\n{FAST}") as driver:
            driver.emit("a", (T0, {"n": 1}), (T0 + 7, {"n": 2, "bad": True}))
            driver.emit("b", (T0 + 8, {"n": 3, "bad": True}))
            wait_for(lambda: len(driver.recorder.errors) == 2)
    assert [doc["n"] for doc in sink.docs()] == [1]
    reason = "400 - Rejected by Elasticsearch [error type]: mapper_parsing_exception [reason]: 'r' [caused by]: 'why'"
    assert driver.recorder.errors[0] == ("a", T0 + 7, {"n": 2, "bad": True}, reason)
    assert driver.recorder.errors[1][:2] == ("b", T0 + 8)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, {"type": "es_rejected_execution_exception", "reason": "queue full"}),
        (429, {"type": "circuit_breaking_exception", "reason": "r"}),
        (503, {"type": "unavailable_shards_exception", "reason": "r"}),
        (403, {"type": "cluster_block_exception", "reason": "flood stage"}),
        (404, {"type": "index_not_found_exception", "reason": "r"}),
    ],
)
def test_only_what_failed_for_now_is_sent_again(status: int, error: dict[str, str]) -> None:
    seen: set[int] = set()

    def judge(op: str, meta: object, doc: dict[str, Any]) -> tuple[int, Any] | None:
        if doc["n"] % 3 == 0 and doc["n"] not in seen:
            seen.add(doc["n"])
            return status, error
        return None

    with bulk_sink() as sink:
        sink.judge = judge
        with running(f"@type elasticsearch\nport {sink.port}\n{FAST}") as driver:
            driver.emit("a", *[(T0, {"n": n}) for n in range(10)])
            wait_for(lambda: len(sink.docs()) == 10)
            wait_for(lambda: driver.output.chunks.size == 0)
    assert [doc["n"] for doc in sink.docs()] == [1, 2, 4, 5, 7, 8, 0, 3, 6, 9]
    assert driver.recorder.errors == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, {"type": "document_missing_exception", "reason": "r"}), (400, "text"), (413, {"type": "x"}),
     (500, {"type": "json_parse_exception", "reason": "r"})],
)  # fmt: skip
def test_hopeless_documents_do_not_loop(status: int, error: Any) -> None:
    with bulk_sink() as sink:
        sink.judge = lambda op, meta, doc: (status, error)
        with running(f"@type elasticsearch\nport {sink.port}\n{FAST}") as driver:
            driver.emit("a", (T0, {"n": 1}))
            wait_for(lambda: len(driver.recorder.errors) == 1)
    assert len([r for r in sink.requests if r[0] == "POST"]) == 1


def test_retry_tag_sends_failed_documents_around() -> None:
    with bulk_sink() as sink:
        sink.judge = lambda op, meta, doc: (429, {"type": "t"}) if doc["n"] == 2 else None
        with running(f"@type elasticsearch\nport {sink.port}\nretry_tag again\n{FAST}") as driver:
            driver.emit("a", (T0, {"n": 1}), (T0 + 5, {"n": 2}))
            wait_for(lambda: driver.recorder.events == [("again", T0 + 5, {"n": 2})])


def be_patient(driver: Running) -> None:
    """From the next request on, wait for an answer: one that is merely slow would be asked for twice."""
    for client in driver.output._clients.values():
        for pool in client._pools:
            pool.http.timeout = urllib3.Timeout(PATIENCE)


MOODS = ["500", "429", "503", "401", "garbage", "lie", "close", "never", "502", "404"]


@pytest.mark.parametrize("mood", MOODS)
def test_nothing_is_lost_or_doubled_when_a_request_fails(mood: str) -> None:
    with bulk_sink() as sink:
        sink.moods = [mood, mood]
        options = IMPATIENT if mood == "never" else FAST
        with running(f"@type elasticsearch\nport {sink.port}\n{options}") as driver:
            for n in range(5):
                driver.emit("a", (T0, {"n": n}))
            wait_for(lambda: not sink.moods)
            be_patient(driver)
            wait_for(lambda: len(sink.docs()) == 5)
            wait_for(lambda: driver.output.chunks.size == 0)
        assert sorted(doc["n"] for doc in sink.docs()) == list(range(5))
        assert driver.output.stats.num_errors >= 1


def test_ids_make_delivery_exact_even_when_answers_are_cut_off() -> None:
    with bulk_sink() as sink:
        sink.moods = ["half", "500", "half", "ok", "half", "never"]
        options = f"@type elasticsearch\nport {sink.port}\nwrite_operation create\nid_key i\n{IMPATIENT}"
        with running(options) as driver:
            for n in range(20):
                driver.emit("a", (T0, {"i": str(n)}))
            wait_for(lambda: not sink.moods)
            be_patient(driver)
            wait_for(lambda: len(sink.docs()) == 20 and driver.output.chunks.size == 0)
        assert sorted(int(doc["i"]) for doc in sink.docs()) == list(range(20))
        assert driver.recorder.errors == []


def test_a_sink_that_comes_back() -> None:
    with bulk_sink() as sink:
        port = sink.port
    with running(f"@type elasticsearch\nport {port}\n{FAST}") as driver:
        driver.emit("a", (T0, {"n": 1}))
        wait_for(lambda: driver.output.stats.num_errors > 1)
        with bulk_sink(port) as sink:
            wait_for(lambda: driver.output.chunks.size == 0)
            assert [(m, d) for _, m, d in sink.stored] == [(PLAIN, {"n": 1})]


def test_documents_made_before_the_version_was_known_have_its_types() -> None:
    with bulk_sink() as sink:
        port = sink.port
    with running(f"@type elasticsearch\nport {port}\ntype_name t\n{FAST}") as driver:
        driver.emit("a", (T0, {"n": 1}), (T0, {"n": 2}))
        wait_for(lambda: driver.output.stats.num_errors > 1)
        with bulk_sink(port) as sink:
            sink.version = "6.8.0"
            wait_for(lambda: driver.output.chunks.size == 0)
        typed = {"_index": "fluentd", "_type": "t"}
        assert [(m, d) for _, m, d in sink.stored] == [(typed, {"n": 1}), (typed, {"n": 2})]


@pytest.mark.parametrize("options", ["", "type_name t-${tag}"])
def test_a_server_that_is_upgraded_meanwhile(options: str) -> None:
    with bulk_sink() as sink, running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
        driver.emit("a", (T0, {"n": 1}))
        wait_for(lambda: len(sink.stored) == 1)
        sink.version, sink.poison = "8.11.0", b'"_type"'
        driver.emit("a", (T0, {"n": 2}))
        wait_for(lambda: driver.output.chunks.size == 0)
        driver.emit("a", (T0, {"n": 3}))
        wait_for(lambda: driver.output.chunks.size == 0)
        plain = {"_index": "fluentd"}
        assert [(m, d["n"]) for _, m, d in sink.stored] == [(PLAIN, 1), (plain, 2), (plain, 3)]
        assert driver.recorder.errors == []


def test_hosts_in_turn_and_dead_ones_left_out() -> None:
    with bulk_sink() as gone:
        dead = gone.port
    with bulk_sink() as one, bulk_sink() as two:
        hosts = f"127.0.0.1:{dead},http://127.0.0.1:{one.port},127.0.0.1:{two.port}"
        with running(f"@type elasticsearch\nhosts {hosts}\n{FAST}") as driver:
            for n in range(8):
                driver.emit("a", (T0, {"n": n}))
                wait_for(lambda: driver.output.chunks.size == 0)
        assert driver.output.stats.num_errors == 0
        assert len(one.docs()) + len(two.docs()) == 8
        assert min(len(one.docs()), len(two.docs())) >= 2


def test_a_request_that_is_too_large_is_halved() -> None:
    with bulk_sink() as sink:
        sink.limit_bytes = 400
        with running(f"@type elasticsearch\nport {sink.port}\n{FAST}") as driver:
            driver.emit("a", *[(T0, {"n": n, "x": "y" * (600 if n == 4 else 50)}) for n in range(8)])
            wait_for(lambda: driver.output.chunks.size == 0)
        assert [doc["n"] for doc in sink.docs()] == [0, 1, 2, 3, 5, 6, 7]
        ((_, _, record, reason),) = driver.recorder.errors
        assert record["n"] == 4
        assert reason.startswith("cannot write to Elasticsearch: 413")


def test_a_request_refused_as_a_whole_is_sent_again() -> None:
    with bulk_sink() as sink:
        sink.moods = ["400"] * 7
        with running(f"@type elasticsearch\nport {sink.port}\n{FAST}") as driver:
            driver.emit("a", *[(T0, {"n": n}) for n in range(5)])
            wait_for(lambda: driver.output.chunks.size == 0)
        assert [doc["n"] for doc in sink.docs()] == [0, 1, 2, 3, 4]
        assert driver.recorder.errors == []


def test_a_document_for_which_a_request_is_refused_goes_to_error() -> None:
    with bulk_sink() as sink:
        sink.poison = b"venom"
        with running(f"@type elasticsearch\nport {sink.port}\nlogstash_format true\n{FAST}") as driver:
            driver.emit("a", *[(T0 + n, {"n": n, "x": "venom" if n == 5 else "y"}) for n in range(8)])
            wait_for(lambda: driver.output.chunks.size == 0)
        assert [doc["n"] for doc in sink.docs()] == [0, 1, 2, 3, 4, 6, 7]
        assert [error[:3] for error in driver.recorder.errors] == [("a", T0 + 5, {"n": 5, "x": "venom"})]


REFUSED_OPTIONS = [
    (
        "logstash_format true\ninclude_tag_key true\nflatten_hashes true\nremove_keys m",
        {"m": 1, "a": {"b": 1}},
    ),
    ("logstash_format true\ninclude_tag_key true", {"tag": "own", "@timestamp": "2020-01-01T00:00:00Z"}),
    ("include_timestamp true", {"x": 1, "@timestamp": "2020-01-01T00:00:00Z"}),
    ("write_operation upsert\nid_key i\nremove_keys_on_update m", {"i": 1, "m": 2}),
    ("target_index_key t\ninclude_timestamp true", {"t": "x", "i": 1}),
]


@pytest.mark.parametrize(("options", "record"), REFUSED_OPTIONS)
def test_refused_documents_go_to_error_as_they_came(options: str, record: dict[str, Any]) -> None:
    with bulk_sink() as sink:
        sink.judge = lambda op, meta, doc: MAPPING_ERROR
        with running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
            driver.emit("a", (T0, dict(record)))
            wait_for(lambda: len(driver.recorder.errors) == 1)
        assert driver.recorder.errors[0][:3] == ("a", T0, record)
    assert all(b"\0" not in body for _, _, _, body in sink.requests)


def test_large_chunks_go_out_in_several_requests_and_go_on_where_they_failed() -> None:
    with bulk_sink() as sink:
        sink.moods = ["ok", "500"]
        options = f"@type elasticsearch\nport {sink.port}\nbulk_message_request_threshold 300"
        buffer = "<buffer>\nflush_mode interval\nflush_interval 0.2\nretry_wait 0.05\n</buffer>"
        with running(f"{options}\n{buffer}") as driver:
            for n in range(9):
                driver.emit("a", (T0, {"n": n, "x": "y" * 80}))
            wait_for(lambda: len(sink.docs()) == 9)
        assert [doc["n"] for doc in sink.docs()] == list(range(9))


def test_tags_share_a_chunk_unless_the_address_depends_on_them() -> None:
    for option, chunks in (("index_name x-${tag}", 1), ("hosts ${tag}", 3)):
        driver = make(f"@type elasticsearch\n{option}\nverify_es_version_at_startup false")
        for tag in "abc":
            driver.emit(tag, (T0, {"a": 1}))
        assert driver.output.chunks.stage_length == chunks


def test_request_options() -> None:
    options = 'path /es/\nuser u\npassword p@\ncustom_headers {"X-A":"b"}\ncompression_level best_speed'
    with bulk_sink() as sink, running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
        driver.emit("a", (T0, {"n": 1}))
        wait_for(lambda: len(sink.docs()) == 1)
        _, path, headers, _ = sink.requests[-1]
    assert path == "/es/_bulk"
    assert headers["Authorization"] == "Basic dTpwQA=="
    assert (headers["X-A"], headers["Content-Encoding"]) == ("b", "gzip")


def test_index_in_url_and_chunk_id() -> None:
    options = "include_index_in_url true\nindex_name i-${tag}\n<metadata>\ninclude_chunk_id true\n</metadata>"
    with bulk_sink() as sink, running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
        driver.emit("a", (T0, {"n": 1}))
        wait_for(lambda: len(sink.docs()) == 1)
        assert sink.requests[-1][1] == "/i-a/_bulk"
        assert sink.stored[0][1] == {"_type": "_doc"}
        assert re.fullmatch(r"[0-9a-f]{32}", sink.docs()[0]["chunk_id"])


def test_templates_are_installed_once_before_the_first_chunk(tmp_path: Path) -> None:
    template = tmp_path / "t.json"
    template.write_text('{"index_patterns": ["<<app>>-*"]}')
    options = f'template_name t-${{tag}}\ntemplate_file {template}\ncustomize_template {{"<<app>>": "X"}}'
    with bulk_sink() as sink:
        sink.known.add("/_template/t-known")
        with running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
            for tag in ("a", "a", "known"):
                driver.emit(tag, (T0, {"n": 1}))
                wait_for(lambda: driver.output.chunks.size == 0)
        puts = [(path, json.loads(body)) for method, path, _, body in sink.requests if method == "PUT"]
    assert puts == [("/_template/t-a", {"index_patterns": ["x-*"]})]


def test_lifecycle(tmp_path: Path) -> None:
    template = tmp_path / "t.json"
    template.write_text('{"settings": {"a": 1}}')
    options = f"index_name app\ntemplate_name t\ntemplate_file {template}\nenable_ilm true\ndeflector_alias app-write"
    with bulk_sink() as sink:
        with running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
            driver.emit("a", (T0, {"n": 1}))
            wait_for(lambda: driver.output.chunks.size == 0)
        puts = {path: json.loads(body) for method, path, _, body in sink.requests if method == "PUT"}
    assert set(puts) == {
        "/_template/app-write",
        "/%3Capp-default-%7Bnow%2Fd%7D-000001%3E",
        "/_ilm/policy/logstash-policy",
    }
    assert puts["/_template/app-write"]["settings"]["index.lifecycle.rollover_alias"] == "app-write"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "write_operation x",
            "option 'write_operation' must be one of index, create, update, upsert, got 'x'",
        ),
        ("target_index_affinity true", "option 'target_index_affinity' is not supported; take it out"),
        (
            "index_name a-${chunk_id}",
            "option 'index_name' cannot hold ${chunk_id}: events are formatted before",
        ),
        ("host es:x", "cannot use host 'es:x': 'x' is no port"),
        ("ca_file /no/such", "cannot load certificates from /no/such"),
        ('templates {"t":"/no/such"}', "cannot read template file /no/such: No such file or directory"),
        (
            "ssl_version TLSv9",
            "cannot use ssl_version TLSv9: wanted TLSv1_2, TLSv1_3, SSLv23, TLSv1, TLSv1_1",
        ),
        ("cloud_id x:y", "option 'cloud_id' needs cloud_auth"),
        ("index_prefix x", "option 'index_prefix' was removed: use index_name"),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type elasticsearch\n{options}")
    assert message in str(caught.value)
    assert "test.conf" in str(caught.value)


def test_shutdown_flushes_and_is_prompt_when_the_sink_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kelp.agent.buffer.flusher._DRAIN_GRACE", 0.5)
    with bulk_sink() as sink:
        with running(f"@type elasticsearch\nport {sink.port}") as driver:
            driver.emit("a", (T0, {"n": 1}))
        assert len(sink.docs()) == 1
    driver = make(f"@type elasticsearch\nport {sink.port}\n<buffer>\nretry_forever\n</buffer>")
    driver.start()
    driver.emit("a", (T0, {"n": 1}))
    stopping = threading.Thread(target=driver.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()


def test_writing_goes_on_without_a_template_that_cannot_be_installed(tmp_path: Path) -> None:
    template = tmp_path / "t.json"
    template.write_text('{"index_patterns": ["x-*"]}')
    with bulk_sink() as sink:
        sink.refuses_put = True
        options = (
            f"template_name t\ntemplate_file {template}\nmax_retry_putting_template 1\n"
            "fail_on_putting_template_retry_exceed false"
        )
        with running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
            driver.emit("a", (T0, {"n": 1}))
            wait_for(lambda: len(sink.docs()) == 1)
        assert sum(method == "PUT" for method, *_ in sink.requests) == 2


def test_the_version_is_known_at_start_with_placeholders_in_the_template(tmp_path: Path) -> None:
    template = tmp_path / "t.json"
    template.write_text('{"index_patterns": ["x-*"]}')
    options = f"template_name t-${{tag}}\ntemplate_file {template}\nindex_name x-${{tag}}"
    with bulk_sink() as sink, running(f"@type elasticsearch\nport {sink.port}\n{options}\n{FAST}") as driver:
        driver.emit("a", (T0, {"n": 1}))
        wait_for(lambda: len(sink.docs()) == 1)
        assert sink.stored[0][1] == {"_index": "x-a", "_type": "_doc"}
