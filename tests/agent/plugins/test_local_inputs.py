"""Inputs that take events on this machine: unix, exec."""

import json
import socket
import time
from pathlib import Path

import msgpack
import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugin.driver import Driver
from kelp.common.errors import KelpError
from tests.agent.waiting import PATIENCE, wait_for


def events(driver: Driver, count: int) -> list:
    wait_for(lambda: len(driver.collector.events) >= count)
    driver.stop()
    return driver.collector.events


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (msgpack.packb(["t", 5, {"a": 1}]), [("t", 5 * 10**9, {"a": 1})]),
        (msgpack.packb(["t", [[5, {"a": 1}], [6, {"a": 2}]]]), [("t", 5 * 10**9, {"a": 1}), ("t", 6 * 10**9, {"a": 2})]),
        (msgpack.packb(["t", msgpack.packb([5, {"a": 1}])]), [("t", 5 * 10**9, {"a": 1})]),
        (json.dumps(["t", 5, {"a": "é"}]).encode() * 2, [("t", 5 * 10**9, {"a": "é"})] * 2),
    ],
)  # fmt: skip
def test_unix(tmp_path: Path, data: bytes, want: list) -> None:
    path = tmp_path / "made" / "fluent.sock"
    driver = Driver("input", "unix", f"path {path}")
    driver.start()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        assert events(driver, len(want)) == want
    assert not path.exists()


def test_unix_takes_the_place_of_a_file_left_over_and_sets_the_tag(tmp_path: Path) -> None:
    path = tmp_path / "sock"
    path.write_text("")
    driver = Driver("input", "unix", f"path {path}\ntag own")
    driver.start()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        before = time.time_ns()
        sock.sendall(msgpack.packb(["t", None, {"a": 1}]))
        ((tag, when, record),) = events(driver, 1)
    assert (tag, record) == ("own", {"a": 1})
    assert before <= when <= time.time_ns()


def test_unix_names_a_path_it_cannot_have() -> None:
    with pytest.raises(KelpError, match=r"cannot listen on /proc/nope/sock: .*; set another path"):
        Driver("input", "unix", "path /proc/nope/sock").start()


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ('command "printf \'1\\\\t2\\\\n3\\\\t4\\\\n\'"\nkeys a,b', [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        ('command "echo \'{\\"a\\":1} {\\"a\\":\'; echo \'2}\'"\nformat json', [{"a": 1}, {"a": 2}]),
        ("command echo hello\n<parse>\n@type none\n</parse>", [{"message": "hello"}]),
        ("command echo oops >&2\nconnect_mode read_with_stderr\n<parse>\n@type none\n</parse>", [{"message": "oops"}]),
        ('command "printf \'\\\\201\\\\241a\\\\001\'"\n<parse>\n@type msgpack\n</parse>', [{"a": 1}]),
        ('command "printf \'\\\\351\\\\n\'"\nencoding iso-8859-1\n<parse>\n@type none\n</parse>', [{"message": "é"}]),
    ],
)  # fmt: skip
def test_exec(options: str, want: list) -> None:
    driver = Driver("input", "exec", f"tag t\n{options}")
    driver.start()
    assert [(tag, record) for tag, _when, record in events(driver, len(want))] == [("t", one) for one in want]


def test_exec_takes_time_and_tag_from_the_output() -> None:
    text = """
    command echo '{"tag":"x","time":"2026-01-02 03:04:05 +0000","a":1}'
    <parse>
      @type json
    </parse>
    <extract>
      tag_key tag
      time_key time
      time_type string
      time_format %Y-%m-%d %H:%M:%S %z
    </extract>
    """
    driver = Driver("input", "exec", text)
    driver.start()
    assert events(driver, 1) == [("x", 1767323045 * 10**9, {"a": 1})]


def test_exec_runs_at_intervals_and_ends_what_takes_too_long() -> None:
    driver = Driver(
        "input",
        "exec",
        "command echo a; sleep 600\ntag t\nrun_interval 0.05\ncommand_timeout 0.2\n<parse>\n@type none\n</parse>",
    )
    driver.start()
    began = time.monotonic()
    assert len(events(driver, 2)) >= 2
    assert time.monotonic() - began < PATIENCE


def test_stopping_ends_a_program_that_runs_on() -> None:
    driver = Driver("input", "exec", "command echo a; sleep 600\ntag t\n<parse>\n@type none\n</parse>")
    driver.start()
    began = time.monotonic()
    assert len(events(driver, 1)) == 1
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("command x", "one of 'tag' and 'tag_key' in <extract> is needed"),
        ("command x\ntag t\nencoding klingon\nkeys a", "unknown encoding 'klingon'"),
        ("tag t\nkeys a", "option 'command' is required"),
    ],
)
def test_exec_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Driver("input", "exec", options)


def test_debug_agent_is_accepted_and_listens_nowhere() -> None:
    driver = Driver("input", "debug_agent", "bind 127.0.0.1\nport 24230")
    driver.start()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 24230), timeout=1)
    driver.stop()
