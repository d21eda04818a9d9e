"""Lines of bulk requests: what is made for a whole batch at once is what single events would give."""

from collections.abc import Iterator
from typing import Any

import pytest

from kelp.agent.buffer.metadata import Metadata
from kelp.agent.event import Batch
from kelp.agent.output.json_text import dump_clean, dump_open
from tests.agent.local_zone import local_zone
from tests.agent.output_driver import NS, T0, make

RECORDS: list[dict[str, Any]] = [
    {"log": "plain", "stream": "stdout"},
    {"log": 'quotes " and \\ and },\n,{ and \n\x01\x7f', "n": [1, {"a": "},\n,"}]},
    {"log": "ünïcode \U0001f600", "kubernetes": {"labels": {"a.b/c": "d"}}},
    {},
    {"@timestamp": "2020-01-02T03:04:05Z", "a": 1},
    {"tag": "own", "a": 1},
    {"a": 1.5, "b": 1e300, "c": float("nan"), "d": None, "e": True, "f": -(2**63), "g": 2**64 - 1},
    {"last": {}},
]
ODD: list[dict[str, Any]] = [
    {"log": "no UTF-8: \udce4"},
    {"n": 2**70},
    {"b": b"\xff"},
    {"deep": [[[[{"k": "v"}]]]]},
]
OPTIONS = [
    "logstash_format true\ninclude_tag_key true",
    "logstash_format true\nlogstash_dateformat %Y.%m.%d.%H.%M",
    "include_timestamp true\ntime_precision 3\nindex_name i",
    "include_timestamp true\ntime_precision 0",
    "logstash_format true\ntime_precision 12\nutc_index false",
    "include_tag_key true\ntag_key @log_name",
    "",
]


@pytest.fixture(params=["UTC", "Asia/Kolkata", "America/New_York"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    with local_zone(request.param):
        yield request.param


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("records", [RECORDS, RECORDS + ODD, RECORDS[3:4], RECORDS[:1]])
def test_a_batch_gives_what_its_events_give(options: str, records: list[dict[str, Any]], zone: str) -> None:
    formatter = make(f"@type elasticsearch\nport 1\n{options}").output._formatter
    formatter.set_major_version(7)
    metadata = Metadata(None, "a.b")
    steps = (0, 1, NS - 1, NS, 59 * NS + 5, 60 * NS, 86_400 * NS + 123, 200 * 86_400 * NS)
    for start, distinct in ((T0, 8), (-T0, 8), (60 * NS - 1, 8), (T0 + 1, 1), (T0, 2)):
        times = [start + steps[-1 - at % distinct] for at in range(len(records))]
        batch = Batch(times, [dict(record) for record in records])
        names = formatter._actions.names(metadata)
        single = [
            formatter._guarded("a.b", at, record, names) for at, record in zip(times, records, strict=True)
        ]
        assert formatter._simple
        assert formatter.format("a.b", batch, metadata) == single
        assert repr(batch.records) == repr(records)


@pytest.mark.parametrize("records", [[], RECORDS, RECORDS + ODD, [{}], [{}, {}]])
def test_open_texts_are_those_of_single_records(records: list[dict[str, Any]]) -> None:
    assert dump_open(records) == [dump_clean(record)[:-1] for record in records]
