"""Input systemd: how entries become records, and where the position is kept. Expectations are Fluentd's answers."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.plugin.base import build
from kelp.agent.plugins.in_systemd import EntrySection
from tests.agent.waiting import wait_for

WRITER = Path("/lib/systemd/systemd-journal-remote")
FIELDS = {"MESSAGE": "hi", "_PID": "12", "_HOSTNAME": "h", "_A_B": "ab"}


def entry(options: str) -> EntrySection:
    return EntrySection.read(parse_v1(f"<entry>\n{options}\n</entry>", "f", Path("/nowhere")).elements[0])


@pytest.mark.parametrize(
    ("options", "record"),
    [
        ("", FIELDS),
        ("fields_strip_underscores true\nfields_lowercase true", {"message": "hi", "pid": "12", "hostname": "h", "a_b": "ab"}),
        ('field_map {"_PID":["process","pid"],"_HOSTNAME":"process"}\nfield_map_strict true', {"process": "12 h", "pid": "12"}),
        ('field_map {"MESSAGE":"_A_B"}', {"_A_B": "ab hi", "_PID": "12", "_HOSTNAME": "h"}),
        ('field_map {"MESSAGE":"pid","_A_B":"pid"}\nfields_strip_underscores true\nfields_lowercase true', {"pid": "12 hi ab", "hostname": "h"}),
        ('field_map {"NONE":"x"}', FIELDS),
    ],
)  # fmt: skip
def test_entries_become_records(options: str, record: dict[str, str]) -> None:
    assert entry(options).make(FIELDS) == record


def test_targets_are_names() -> None:
    with pytest.raises(ConfigError, match="'field_map' must hold strings or arrays of strings, got 5"):
        entry('field_map {"MESSAGE":5}')


def systemd(text: str, root: Path | None = None, router: object = None):
    element = parse_v1(f"<source>\n@type systemd\ntag t\n{text}\n</source>", "f", Path("/nowhere")).elements[
        0
    ]
    return build("input", "systemd", element, SimpleNamespace(root_dir=root, workers=1, worker_id=0), router)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("<storage>\npath /p/pos.json\n</storage>", "/p/pos.json"),
        ("<storage>\npath /p/pos\n</storage>", "/p/pos/worker0/storage.json"),
        ("@id j\n<storage>\n</storage>", "/root/worker0/j/storage.json"),
        ("@id j\n<storage pos>\n</storage>", "/root/worker0/j/storage.pos.json"),
        ("@id j", "/root/worker0/j/storage.json"),
        ("", None),
    ],
)
def test_where_the_position_is_kept(text: str, file: str | None) -> None:
    assert systemd(text, Path("/root"))._position == (file and Path(file))


def test_a_persistent_position_needs_a_place() -> None:
    with pytest.raises(ConfigError, match="<storage> needs a path, or @id of the input and root_dir"):
        systemd("<storage>\npersistent true\n</storage>")


@pytest.mark.skipif(not WRITER.exists(), reason="nothing here writes journals")
@pytest.mark.parametrize(("from_head", "messages"), [("true", ["m0", "m1", "m2"]), ("false", ["m2"])])
def test_reading_a_journal(tmp_path: Path, from_head: str, messages: list[str]) -> None:
    text = "".join(
        f"__REALTIME_TIMESTAMP={1500000000000000 + n}\n__MONOTONIC_TIMESTAMP={n}\n_BOOT_ID={'0' * 31}1\nMESSAGE=m{n}\n\n"
        for n in range(3)
    )
    command = [WRITER, f"--output={tmp_path}/system.journal", "--split-mode=none", "-"]
    subprocess.run(command, input=text.encode(), check=True, capture_output=True)
    got: list[tuple[int, str]] = []

    def emit(tag, batch):
        got.extend((when, record["MESSAGE"]) for when, record in zip(batch.times, batch.records, strict=True))

    storage = f"<storage>\npath {tmp_path}/pos.json\n</storage>"
    plugin = systemd(
        f"path {tmp_path}\nread_from_head {from_head}\n{storage}", None, SimpleNamespace(emit=emit)
    )
    plugin.start()
    wait_for(lambda: len(got) >= len(messages))
    plugin.stop()
    plugin.shutdown()
    assert [message for _when, message in got] == messages
    assert got[-1][0] == 1500000000000002000
    assert "journal" in json.loads((tmp_path / "pos.json").read_text())
