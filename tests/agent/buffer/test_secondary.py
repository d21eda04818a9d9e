"""What a `<secondary>` of another type gets of the chunks of its primary."""

from pathlib import Path
from typing import Any

import msgpack
import pytest

from kelp.agent.buffer.event_stream import read_events
from tests.agent.bulk_sink import bulk_sink
from tests.agent.output_driver import T0, running
from tests.agent.waiting import wait_for

BUFFER = "<buffer {keys}>\nflush_mode immediate\nretry_max_times 3\nretry_wait 0.05\nretry_randomize false\n</buffer>\n"
AWAY = "host 127.0.0.1\nport 1\nverify_es_version_at_startup false\n"
RECORDS = [{"m": "a", "n": {"x": [1, None, True]}}, {"m": "b", "@timestamp": "2020-01-01T00:00:00Z"}]
PRIMARIES = [
    "@type null\nnever_flush true\n",
    "@type elasticsearch\nlogstash_format true\ninclude_tag_key true\nremove_keys m\n" + AWAY,
    "@type forward\nheartbeat_type none\n<server>\nhost 127.0.0.1\nport 1\n</server>\n",
    "@type loki\nurl http://127.0.0.1:1\nextra_labels {}\nremove_keys m\n",
]


def deliver(text: str, done: Any) -> None:
    with running(text) as driver:
        driver.emit("app.web", *[(T0 + n, dict(record)) for n, record in enumerate(RECORDS)])
        wait_for(done)
        wait_for(lambda: driver.output.chunks.size == 0)


@pytest.mark.parametrize("primary", PRIMARIES)
def test_files_get_the_events(primary: str, tmp_path: Path) -> None:
    secondary = f"<secondary>\n@type secondary_file\ndirectory {tmp_path}\nbasename ${{tag}}\n</secondary>"
    path = tmp_path / "app.web.0"
    deliver(primary + BUFFER.format(keys="tag") + secondary, path.exists)
    batch, rest = read_events(path.read_bytes())
    assert (batch.times, batch.records, rest) == ([T0, T0 + 1], RECORDS, 0)
    first = msgpack.Unpacker()
    first.feed(path.read_bytes())
    assert next(first)[0] == msgpack.ExtType(0, (T0 // 10**9).to_bytes(4, "big") + bytes(4))


@pytest.mark.parametrize("primary", PRIMARIES)
def test_elasticsearch_formats_them_anew(primary: str) -> None:
    with bulk_sink() as sink:
        secondary = f"<secondary>\n@type elasticsearch\nport {sink.port}\nindex_name ${{tag}}\n</secondary>"
        deliver(primary + BUFFER.format(keys="tag") + secondary, lambda: len(sink.docs()) == 2)
        assert [(meta["_index"], doc) for _, meta, doc in sink.stored] == [
            ("app.web", one) for one in RECORDS
        ]


def test_a_chunk_without_its_events_goes_to_the_backup(tmp_path: Path) -> None:
    buffer = f"<buffer tag>\n@type file\npath {tmp_path}/b\nflush_mode lazy\n</buffer>\n"
    with running(PRIMARIES[3] + buffer) as driver:
        driver.emit("app.web", (T0, dict(RECORDS[0])))
    text = PRIMARIES[3] + buffer.replace(
        "lazy", "interval\nflush_interval 0\nretry_max_times 2\nretry_wait 0.05"
    )
    with running(text + f"<secondary>\n@type file\npath {tmp_path}/s\n</secondary>", tmp_path) as driver:
        wait_for(lambda: driver.output.chunks.size == 0)
    assert list((tmp_path / "backup").rglob("*.log"))
