"""The whole of it: log files → agent → store, through `kelp up`, with restarts and kill -9."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

WAIT_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Running:
    """One `kelp up` on free ports with its own data folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.store_port, self.ui_port = free_port(), free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        ports = ["--store-port", str(self.store_port), "--ui-port", str(self.ui_port)]
        command = [
            sys.executable,
            "-m",
            "kelp",
            "up",
            "--data",
            str(self.folder / "data"),
            *ports,
            *self.options,
        ]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal as Ctrl-C would; returns exit code and output."""
        assert self.process
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=WAIT_SECONDS)
        return self.process.returncode, output

    def ask(self, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.store_port}{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def count(self) -> int:
        try:
            total: int = self.ask("/logstash-*/_count")["count"]
        except (urllib.error.URLError, OSError):
            return -1
        return total

    def messages(self) -> list[str]:
        body = {"size": 10_000, "sort": ["@timestamp"], "_source": ["message"]}
        return [hit["_source"]["message"] for hit in self.ask("/logstash-*/_search", body)["hits"]["hits"]]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*options: str) -> Running:
        running = Running(tmp_path, *options)
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        if running.process and running.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                running.process.terminate()
            running.process.communicate(timeout=WAIT_SECONDS)


def wait_for(what: Callable[[], int], wanted: int) -> None:
    """Wait until `what()` reaches `wanted` and stays there for a moment."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (got := what()) < wanted:
        assert time.monotonic() < deadline, f"got {got} of {wanted}"
        time.sleep(0.2)
    time.sleep(1.5)
    assert what() == wanted


def write_lines(path: Path, first: int, count: int) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.writelines(
            f"2026-11-01T08:00:00.{number:09d}Z stdout F line {number}\n"
            for number in range(first, first + count)
        )


def container_log(tmp_path: Path) -> Path:
    logs = tmp_path / "logs"
    logs.mkdir()
    return logs / f"web-1_shop_web-{'ab' * 32}.log"


def test_lines_arrive_once_over_a_restart(tmp_path: Path, launch: Callable[..., Running]) -> None:
    log = container_log(tmp_path)
    write_lines(log, 0, 500)
    kelp = launch("--logs", str(log.parent))
    wait_for(kelp.count, 500)
    hit = kelp.ask("/logstash-*/_search", {"query": {"match_phrase": {"message": "line 7"}}})["hits"]["hits"][
        0
    ]
    assert hit["_source"]["kubernetes"]["pod_name"] == "web-1"
    assert hit["_source"]["kubernetes"]["namespace_name"] == "shop"
    assert hit["_source"]["stream"] == "stdout"
    write_lines(log, 500, 500)
    code, output = kelp.stop()
    assert code == 0, output
    assert "Traceback" not in output
    write_lines(log, 1000, 500)
    kelp.start()
    wait_for(kelp.count, 1500)
    assert sorted(kelp.messages()) == sorted(f"line {number}" for number in range(1500))


def test_the_demo_shows_lines_within_seconds(launch: Callable[..., Running]) -> None:
    kelp = launch("--demo")
    deadline = time.monotonic() + WAIT_SECONDS
    while kelp.count() < 1000:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    body = {
        "size": 0,
        "aggs": {"apps": {"terms": {"field": "kubernetes.container_name.keyword", "size": 20}}},
    }
    apps = {b["key"] for b in kelp.ask("/logstash-*/_search", body)["aggregations"]["apps"]["buckets"]}
    assert {"frontend", "checkout", "payment"} <= apps
    code, output = kelp.stop()
    assert code == 0, output
    assert "Kelp is up" in output
    assert f"http://127.0.0.1:{kelp.ui_port}" in output


def child_pids(pid: int) -> list[tuple[int, str]]:
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found.append((int(child), Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()))
    return found


@pytest.mark.crash
@pytest.mark.parametrize("victim", ["kelp store", "kelp agent"])
def test_a_killed_program_comes_back_and_nothing_is_lost(
    tmp_path: Path, launch: Callable[..., Running], victim: str
) -> None:
    log = container_log(tmp_path)
    write_lines(log, 0, 200)
    kelp = launch("--logs", str(log.parent))
    wait_for(kelp.count, 200)
    assert kelp.process
    for first in range(200, 1200, 200):
        write_lines(log, first, 200)
        time.sleep(0.3)
        if first == 600:
            (pid,) = [pid for pid, line in child_pids(kelp.process.pid) if victim in line]
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + WAIT_SECONDS
    wanted = {f"line {number}" for number in range(1200)}
    while kelp.count() < 1200:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    time.sleep(2)
    assert set(kelp.messages()) == wanted
