"""Chunk files that Fluentd left are taken over."""

import gzip
from pathlib import Path
from typing import Any

import msgpack
import pytest

from kelp.agent.buffer.chunk import compress
from kelp.agent.buffer.event_stream import read_events
from tests.agent.bulk_sink import bulk_sink
from tests.agent.output_driver import T0, running
from tests.agent.waiting import wait_for

NAME = "5f0c7a9b2d1e4f6a8b3c5d7e9f1a2b3c"
TIME = msgpack.ExtType(0, (T0 // 10**9).to_bytes(4, "big") + (7).to_bytes(4, "big"))
EVENTS = b"".join(msgpack.packb([TIME, {"n": n}]) for n in range(3))


def leave(folder: Path, state: str, data: bytes, meta: dict[str, Any]) -> None:
    """What a Fluentd that was killed leaves."""
    folder.mkdir()
    packed = msgpack.packb({"timekey": None, "tag": None, "variables": None, "seq": 0, **meta})
    (folder / f"buffer.{state}{NAME}.log").write_bytes(data)
    (folder / f"buffer.{state}{NAME}.log.meta").write_bytes(
        b"\xc1\x00" + len(packed).to_bytes(4, "big") + packed
    )


@pytest.mark.parametrize("state", ["b", "q"])
@pytest.mark.parametrize(
    ("data", "damaged"),
    [(EVENTS, 0), (gzip.compress(EVENTS), 0), (compress(EVENTS, "zstd"), 0), (EVENTS[:-2], 1)],
)
def test_events_reach_elasticsearch(tmp_path: Path, state: str, data: bytes, damaged: int) -> None:
    folder = tmp_path / "b"
    leave(folder, state, data, {"tag": "k.x"})
    with bulk_sink() as sink:
        text = f"@type elasticsearch\n@id es\nport {sink.port}\ninclude_tag_key true\nlogstash_format true"
        buffer = f"<buffer>\n@type file\npath {folder}\nflush_interval 0.1\n</buffer>"
        with running(f"{text}\n{buffer}") as driver:
            wait_for(lambda: len(sink.docs()) == 3 - damaged)
            wait_for(lambda: driver.output.chunks.size == 0)
    stamp = "2026-11-23T10:00:00.000000007+00:00"
    assert sink.docs() == [{"n": n, "@timestamp": stamp, "tag": "k.x"} for n in range(3 - damaged)]
    assert list(folder.glob("buffer.*")) == []
    assert len(list(folder.glob("backup/worker0/es/*"))) == damaged


@pytest.mark.parametrize(("name", "tag"), [("app%20x.web", "app x.web"), ("", "")])
def test_chunks_of_file_single(tmp_path: Path, name: str, tag: str) -> None:
    (tmp_path / f"fsb.{name}.b{NAME}.buf").write_bytes(EVENTS)
    with bulk_sink() as sink:
        text = f"@type elasticsearch\nport {sink.port}\nindex_name x-${{tag}}"
        buffer = f"<buffer tag>\n@type file_single\npath {tmp_path}\nflush_interval 0.1\n</buffer>"
        with running(f"{text}\n{buffer}") as driver:
            wait_for(lambda: len(sink.docs()) == 3)
            wait_for(lambda: driver.output.chunks.size == 0)
    assert [(meta["_index"], doc) for _, meta, doc in sink.stored] == [
        (f"x-{tag}", {"n": n}) for n in range(3)
    ]
    assert list(tmp_path.glob("fsb.*")) == []


def test_text_chunks_of_file_single(tmp_path: Path) -> None:
    (tmp_path / f"fsb.a%2Fb.q{NAME}.buf").write_bytes(b'{"n":1}\n{"n":2}\n')
    buffer = f"<buffer k>\n@type file_single\npath {tmp_path}\n</buffer>"
    path = tmp_path / "out.a/b.log"
    with running(f"@type file\npath {tmp_path}/out.${{k}}\nappend true\n{buffer}") as driver:
        wait_for(path.exists)
        wait_for(lambda: driver.output.chunks.size == 0)
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_text_chunks_reach_their_file(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    leave(folder, "q", b'{"n":1}\n{"n":2}\n', {"timekey": 1_795_392_000})
    buffer = f"<buffer time>\n@type file\npath {folder}\ntimekey 1d\ntimekey_use_utc true\n</buffer>"
    with running(f"@type file\npath {tmp_path}/out\nappend true\n{buffer}") as driver:
        wait_for(lambda: (tmp_path / "out.20261123.log").exists())
        wait_for(lambda: driver.output.chunks.size == 0)
    assert (tmp_path / "out.20261123.log").read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_events_in_whole_seconds() -> None:
    batch, rest = read_events(msgpack.packb([1_795_428_000, {"a": 1}]))
    assert (batch.times, batch.records, rest) == ([T0], [{"a": 1}], 0)
