"""Data streams and OpenSearch."""

import json
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from tests.agent.bulk_sink import Sink, bulk_sink
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import wait_for

FAST = "<buffer>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"
STAMP = "2026-11-23T10:00:00.000000000+00:00"


def send(sink: Sink, kind: str, options: str, record: dict[str, Any], buffer: str = FAST) -> Any:
    with running(f"@type {kind}\nport {sink.port}\n{options}\n{buffer}") as driver:
        driver.emit("a.b", (T0, record))
        wait_for(lambda: driver.output.chunks.size == 0)
        return driver


def puts(sink: Sink) -> list[tuple[str, Any]]:
    return [(path, json.loads(body or b"null")) for method, path, _, body in sink.requests if method == "PUT"]


def test_data_stream_is_created_with_template_and_policy() -> None:
    with bulk_sink() as sink:
        send(sink, "elasticsearch_data_stream", "data_stream_name logs-x\ninclude_tag_key true", {"a": 1})
        assert sink.stored == [("create", {"_index": "logs-x"}, {"a": 1, "@timestamp": STAMP, "tag": "a.b"})]
        assert [path for path, _ in puts(sink)] == [
            "/_ilm/policy/logs-x_policy", "/_index_template/logs-x_template", "/_data_stream/logs-x",
        ]  # fmt: skip
        assert puts(sink)[1][1] == {
            "index_patterns": ["logs-x*"],
            "data_stream": {},
            "template": {"settings": {"index.lifecycle.name": "logs-x_policy"}},
        }


def test_what_is_there_is_left_alone() -> None:
    with bulk_sink() as sink:
        sink.known.add("/_data_stream/logs-x")
        options = "data_stream_name logs-x\nid_key i\nremove_keys i"
        send(sink, "elasticsearch_data_stream", options, {"i": 7, "@timestamp": "2020-01-01T00:00:00Z"})
        assert puts(sink) == []
        assert sink.stored == [
            ("create", {"_index": "logs-x", "_id": 7}, {"@timestamp": "2020-01-01T00:00:00Z"})
        ]


def test_names_with_placeholders() -> None:
    with bulk_sink() as sink:
        send(sink, "opensearch_data_stream", "data_stream_name logs-${tag[1]}", {"a": 1})
        assert [path for path, _ in puts(sink)] == [
            "/_index_template/logs-b_template",
            "/_data_stream/logs-b",
        ]
        assert puts(sink)[0][1]["template"] == {"settings": {}}
        assert sink.stored[0][1] == {"_index": "logs-b"}


@pytest.mark.parametrize(
    ("version", "options", "meta"),
    [
        ("1.3.0", "", {"_index": "fluentd", "_type": "_doc"}),
        ("2.11.0", "", {"_index": "fluentd"}),
        ("1.3.0", "suppress_type_name true", {"_index": "fluentd"}),
        ("7.10.2", "routing_key a", {"_index": "fluentd", "routing": 1}),
    ],
)
def test_opensearch(version: str, options: str, meta: dict[str, Any]) -> None:
    with bulk_sink() as sink:
        sink.version = version
        send(sink, "opensearch", options, {"a": 1})
        assert sink.stored == [("index", meta, {"a": 1})]


def test_opensearch_error_events() -> None:
    with bulk_sink() as sink:
        sink.judge = lambda op, meta, doc: (400, {"type": "mapper_parsing_exception"})
        assert len(send(sink, "opensearch", "", {"a": 1}).recorder.errors) == 1
        assert send(sink, "opensearch", "emit_error_label_event false", {"a": 1}).recorder.errors == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@type elasticsearch_data_stream", "option 'data_stream_name' is required"),
        ("@type elasticsearch_data_stream\ndata_stream_name Logs", "cannot be 'Logs': it must be lower case"),
        ("@type elasticsearch_data_stream\ndata_stream_name -x", "it must not start with - _ + ."),
        ("@type elasticsearch_data_stream\ndata_stream_name a:b", "it must not contain any of"),
        ("@type elasticsearch_data_stream\ndata_stream_name ..", "it must not be . or .."),
        ("@type elasticsearch_data_stream\ndata_stream_name x\ndata_stream_ilm_policy x", "is no JSON"),
        (
            "@type opensearch\n<endpoint>\nurl x\n</endpoint>",
            "<endpoint> (AWS request signing) is not supported",
        ),
    ],
)
def test_config_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text)
    assert message in str(caught.value)
