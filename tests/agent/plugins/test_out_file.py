"""The file output: names of files, appending, packing."""

import gzip
import os
from pathlib import Path

import pytest

from kelp.agent.buffer.chunk import decompress
from kelp.agent.config import ConfigError
from tests.agent.output_driver import NS, T0, make, running
from tests.agent.waiting import wait_for

TIME = "<buffer time>\n@type memory\ntimekey {}\ntimekey_use_utc true\n</buffer>"
NONE = "<buffer []>\n@type memory\n</buffer>"
JSON = "<format>\n@type json\n</format>"


@pytest.mark.parametrize(
    ("options", "buffer", "name"),
    [
        ("path {}/a", TIME.format("1d"), "a.20261123_0.log"),
        ("path {}/a\nappend true", TIME.format("1d"), "a.20261123.log"),
        ("path {}/a", TIME.format("1h"), "a.2026112310_0.log"),
        ("path {}/a", TIME.format("1m"), "a.202611231000_0.log"),
        ("path {}/a", TIME.format("10"), "a.20261123100000_0.log"),
        ("path {}/a.*.data", TIME.format("1d"), "a.20261123_0.data"),
        ("path {}/a.*\nappend true\ncompress gzip", TIME.format("1d"), "a.20261123.gz"),
        ("path {}/a.*\nappend true\ncompress zstd", TIME.format("1d"), "a.20261123.zstd"),
        ("path {}/%Y/%m/a.%d", TIME.format("1d"), "2026/11/a.23_0.log"),
        ("path {}/a\npath_suffix .txt\ncompress gz", NONE, "a_0.txt.gz"),
        ("path {}/a\nadd_path_suffix false\nappend true", NONE, "a"),
        ("path {}/a\ntime_slice_format %Y-%m-%d\nappend true", TIME.format("1d"), "a.2026-11-23.log"),
        ("path {}/${{tag}}/${{tag[1]}}.${{k}}\nappend true", NONE.replace("[]", "tag,k"), "x.y/y.v.log"),
    ],
)
def test_names(tmp_path: Path, options: str, buffer: str, name: str) -> None:
    options = options.format(tmp_path)
    with running(f"@type file\n{options}\n{buffer}\n{JSON}") as driver:
        driver.emit("x.y", (T0, {"k": "v"}))
    (found,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert str(found.relative_to(tmp_path)) == name
    data = found.read_bytes()
    packing = {".gz": "gzip", ".zstd": "zstd"}.get(os.path.splitext(name)[1], "text")
    assert decompress(data, packing) == b'{"k":"v"}\n'


def test_files_are_numbered_or_appended_to(tmp_path: Path) -> None:
    for append in ("false", "true"):
        text = f"@type file\npath {tmp_path}/{append}\nappend {append}\n{NONE}\n{JSON}"
        with running(text) as driver:
            for n in range(3):
                driver.emit("t", (T0, {"n": n}))
                driver.output.flush()
                wait_for(lambda driver=driver: driver.output.chunks.size == 0)
    assert [(tmp_path / f"false_{n}.log").read_text() for n in range(3)] == [
        f'{{"n":{n}}}\n' for n in range(3)
    ]
    assert (tmp_path / "true.log").read_text() == '{"n":0}\n{"n":1}\n{"n":2}\n'


def test_packed_chunks_are_written_as_they_are(tmp_path: Path) -> None:
    buffer = NONE.replace("memory", "memory\ncompress gzip")
    with running(f"@type file\npath {tmp_path}/a\ncompress gzip\nappend true\n{buffer}\n{JSON}") as driver:
        for n in range(3):
            driver.emit("t", (T0, {"n": n}))
    assert gzip.decompress((tmp_path / "a.log.gz").read_bytes()) == b'{"n":0}\n{"n":1}\n{"n":2}\n'


def test_inject(tmp_path: Path) -> None:
    inject = "<inject>\ntag_key tag\ntime_key time\ntime_type unixtime\nhostname_key h\nhostname me\nworker_id_key w\n</inject>"
    record = {"a": 1}
    with running(f"@type file\npath {tmp_path}/a\nappend true\n{NONE}\n{JSON}\n{inject}") as driver:
        driver.emit("t", (T0, record))
    assert (tmp_path / "a.log").read_text() == '{"a":1,"h":"me","w":0,"tag":"t","time":1795428000}\n'
    assert record == {"a": 1}


@pytest.mark.parametrize("relative", ["true", "false"])
def test_symlink(tmp_path: Path, relative: str) -> None:
    buffer = f"<buffer []>\n@type file\npath {tmp_path}/b\nflush_at_shutdown true\n</buffer>"
    text = f"@type file\npath {tmp_path}/d/a\nsymlink_path {tmp_path}/now\nsymlink_path_use_relative {relative}\n{buffer}\n{JSON}"
    with running(text) as driver:
        driver.emit("t", (T0, {"n": 1}))
    assert (tmp_path / "now").read_text() == '{"n":1}\n'
    assert os.readlink(tmp_path / "now") == ("d/a_0.log" if relative == "true" else f"{tmp_path}/d/a_0.log")


def test_no_symlink_without_chunk_files(tmp_path: Path) -> None:
    with running(f"@type file\npath {tmp_path}/a\nsymlink_path {tmp_path}/now\n{NONE}") as driver:
        driver.emit("t", (T0, {"n": 1}))
    assert not os.path.lexists(tmp_path / "now")


def test_defaults_are_a_file_buffer_of_days(tmp_path: Path) -> None:
    with running(f"@type file\npath {tmp_path}/a") as driver:
        driver.emit("t", (T0 - 300 * 86400 * NS, {"n": 1}))
        wait_for(lambda: (tmp_path / "a.20260127_0.log").exists())
    assert (tmp_path / "a.20260127_0.log").read_text() == '2026-01-27T10:00:00+00:00\tt\t{"n":1}\n'
    assert (tmp_path / "a").is_dir()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("path /x/a.*\n" + NONE, "a path with * needs 'time' as chunk key"),
        ("path /x/%Y\n" + TIME.format("1d"), "lacks the time placeholders %m, %d that timekey 86400 needs"),
        ("path /x/${tag}\n" + NONE, "has tag placeholders, but 'tag' is no chunk key"),
        ("path /x/a\n" + NONE.replace("[]", "tag"), "has no tag placeholder"),
        ("append true", "option 'path' is required"),
        (
            f"path /x/a\n{NONE}\n<inject>\ntime_key t\ntime_type string\ntimezone Mars\n</inject>",
            "option 'timezone' must be a time zone, got 'Mars'",
        ),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type file\n{options}")
    assert message in str(caught.value)
