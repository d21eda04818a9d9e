"""The whole of it: log files → agent → store, through `kelp up`, with restarts and kill -9."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.running import Running, wait_for


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
    # A line that came twice would have been there before the last one.
    write_lines(log, 1500, 1)
    wait_for(kelp.count, 1501)
    assert sorted(kelp.messages()) == sorted(f"line {number}" for number in range(1501))


def apps(kelp: Running) -> set[str]:
    """The applications that lines were collected of."""
    terms = {"terms": {"field": "kubernetes.container_name.keyword", "size": 20}}
    answer = kelp.ask("/logstash-*/_search", {"size": 0, "aggs": {"apps": terms}})
    return {bucket["key"] for bucket in answer["aggregations"]["apps"]["buckets"]}


def test_the_demo_shows_lines_within_seconds(launch: Callable[..., Running]) -> None:
    kelp = launch("--demo")
    wait_for(kelp.count, 1000)
    wait_for(lambda: len({"frontend", "checkout", "payment"} & apps(kelp)), 3)
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
    wait_for(lambda: len(kelp.different_messages()), 1200)
    assert kelp.different_messages() == {f"line {number}" for number in range(1200)}
