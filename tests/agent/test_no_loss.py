"""The whole agent between real files and a sink over HTTP: every line arrives, in the order of its file."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.agent_runner import Runner, free_port
from tests.agent.bulk_sink import Sink, bulk_sink
from tests.agent.waiting import wait_for

CONFIG = """
<source>
  @type tail
  path {logs}/*.log
  pos_file {state}/pos
  tag logs.*
  path_key file
  read_from_head true
  refresh_interval 0.5
  pos_file_compaction_interval 0.3
  rotate_wait {rotate_wait}
  <parse>
    @type none
  </parse>
</source>
<match logs.**>
  @type elasticsearch
  host 127.0.0.1
  port {port}
  reload_connections false
  request_timeout 60
  <buffer>
    @type file
    path {state}/buffer
    flush_interval 0.1
    flush_thread_count {threads}
    chunk_limit_size {chunk}
    overflow_action {overflow}
    retry_wait 0.1
    retry_max_interval 0.5
    retry_forever true
  </buffer>
</match>
"""


def start(
    runner: Runner,
    port: int,
    *,
    threads: int = 1,
    chunk: str = "64k",
    overflow: str = "block",
    rotate_wait: float = 2,
) -> Path:
    """Start an agent that follows the folder `logs`; returns that folder."""
    logs = runner.folder / "logs"
    logs.mkdir(exist_ok=True)
    state = runner.folder / "state"
    state.mkdir(exist_ok=True)
    text = CONFIG.format(
        logs=logs,
        state=state,
        port=port,
        threads=threads,
        chunk=chunk,
        overflow=overflow,
        rotate_wait=rotate_wait,
    )
    runner.start(runner.config(text), "--no-supervisor")
    return logs


def append(path: Path, first: int, end: int, width: int = 0) -> None:
    with open(path, "a") as file:
        file.write("".join(f"{number:07d}{'x' * width}\n" for number in range(first, end)))


def arrived(sink: Sink) -> dict[str, list[int]]:
    """The numbers that the sink stored, in order of arrival, for each file."""
    found: dict[str, list[int]] = {}
    for doc in sink.docs():
        found.setdefault(os.path.basename(doc["file"]), []).append(int(doc["message"][:7]))
    return found


def first_arrivals(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


def test_a_sink_that_is_away_for_several_retries(runner: Runner) -> None:
    port = free_port()
    logs = start(runner, port, chunk="4k")
    for name in ("a.log", "b.log"):
        append(logs / name, 0, 500)
    wait_for(lambda: "retry_times=3" in runner.log())
    for name in ("a.log", "b.log"):
        append(logs / name, 500, 1000)
    wait_for(lambda: "retry_times=5" in runner.log())
    with bulk_sink(port) as sink:
        wait_for(lambda: len(sink.docs()) >= 2000)
        assert arrived(sink) == {"a.log": list(range(1000)), "b.log": list(range(1000))}
        wait_for(lambda: "retry succeeded" in runner.log())


def test_one_thread_keeps_the_order_whatever_the_sink_does(runner: Runner) -> None:
    with bulk_sink() as sink:
        sink.moods = ["ok", "429", "close", "ok", "500", "garbage", "ok", "503", "429", "ok", "lie", "ok"]
        logs = start(runner, sink.port, chunk="4k")
        for first in range(0, 2000, 100):
            append(logs / "a.log", first, first + 100)
            time.sleep(0.02)
        wait_for(lambda: len(sink.docs()) >= 2000)
        assert not sink.moods
        assert arrived(sink) == {"a.log": list(range(2000))}


def test_several_threads_lose_and_repeat_nothing(runner: Runner) -> None:
    """Chunks may overtake each other then: within a chunk lines stay in order, between chunks they need not."""
    with bulk_sink() as sink:
        sink.moods = ["429", "ok", "500", "ok", "ok", "close", "503"] * 3
        logs = start(runner, sink.port, threads=3, chunk="4k")
        append(logs / "a.log", 0, 3000)
        wait_for(lambda: len(sink.docs()) >= 3000)
        wait_for(lambda: not list((runner.folder / "state" / "buffer").glob("*.log")))
        assert sorted(arrived(sink)["a.log"]) == list(range(3000))


def test_a_thousand_files(runner: Runner) -> None:
    names = [f"{number:04d}.log" for number in range(1000)]
    with bulk_sink() as sink:
        logs = start(runner, sink.port, chunk="1m")

        def write(some: list[str]) -> None:
            for turn in range(5):
                for name in some:
                    append(logs / name, turn * 4, turn * 4 + 4)

        writers = [threading.Thread(target=write, args=(names[part::4],)) for part in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        wait_for(lambda: len(sink.docs()) >= 20_000, pause=0.1)
        assert arrived(sink) == {name: list(range(20)) for name in names}


def test_links_whose_files_rotate_change_and_vanish(runner: Runner) -> None:
    logs, pods = runner.folder / "logs", runner.folder / "pods"
    for uid in ("one", "two"):
        (pods / uid).mkdir(parents=True)
    logs.mkdir()
    link, file = logs / "web.log", pods / "one" / "0.log"
    append(file, 0, 100)
    link.symlink_to(file)
    with bulk_sink() as sink:
        start(runner, sink.port, rotate_wait=60)  # the late lines below may come late
        wait_for(lambda: len(sink.docs()) == 100)
        for turn in range(1, 5):  # the rotation of a container runtime, with a late line in the old file
            old = file.with_name(f"0.log.{turn}")
            file.rename(old)
            append(old, turn * 100, turn * 100 + 50)
            append(file, turn * 100 + 50, turn * 100 + 100)
        wait_for(lambda: len(sink.docs()) >= 500)
        append(pods / "two" / "1.log", 500, 600)
        append(file, 600, 601)  # the last words of the container before
        beside = logs / "web.tmp"
        beside.symlink_to(pods / "two" / "1.log")
        beside.rename(link)
        wait_for(lambda: len(sink.docs()) >= 601)
        (pods / "two" / "1.log").unlink()  # the link leads nowhere now
        append(logs / "other.log", 0, 10)
        wait_for(lambda: len(sink.docs()) >= 611)
        append(pods / "two" / "1.log", 601, 700)
        wait_for(lambda: len(sink.docs()) >= 710)
        got = arrived(sink)
    assert got["other.log"] == list(range(10))
    assert sorted(got["web.log"]) == list(range(700))
    assert got["web.log"][:500] == list(range(500))


@pytest.fixture
def small_disk(runner: Runner) -> Iterator[Path]:
    """A file system of 4 MB at `state`."""
    place = runner.folder / "state"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("only root may mount a file system")
    yield place
    runner.end()
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> Path:
    """Use up a disk; returns the file that does."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass
    return ballast


def test_a_start_on_a_full_disk_sends_what_is_buffered(runner: Runner, small_disk: Path) -> None:
    port = free_port()
    logs = start(runner, port)
    append(logs / "a.log", 0, 2_000, width=90)
    wait_for(lambda: "retry_times=1" in runner.log())
    runner.end()
    append(logs / "a.log", 2_000, 2_100, width=90)
    fill(small_disk)
    start(runner, port)
    wait_for(lambda: "cannot write pos_file" in runner.log())
    with bulk_sink(port) as sink:
        wait_for(lambda: len(sink.docs()) >= 2_100)
        assert first_arrivals(arrived(sink)["a.log"]) == list(range(2_100))


@pytest.mark.parametrize("overflow", ["block", "throw_exception"])
def test_a_full_disk_under_buffer_and_positions(runner: Runner, small_disk: Path, overflow: str) -> None:
    port = free_port()
    began = time.monotonic()
    logs = start(runner, port, overflow=overflow)
    append(logs / "a.log", 0, 6_000, width=900)
    wait_for(lambda: "No space left on device" in runner.log())
    append(logs / "b.log", 0, 100, width=90)
    ballast = fill(small_disk)  # not even a position file fits any more
    if overflow == "block":  # whoever reads waits in the output
        time.sleep(1.0)
    else:
        wait_for(lambda: "cannot compact position file" in runner.log())
    assert runner.started[0].poll() is None
    ballast.unlink()
    with bulk_sink(port) as sink:
        wait_for(lambda: len(sink.docs()) >= 6_100, pause=0.1)
        got = arrived(sink)
    assert first_arrivals(got["a.log"]) == list(range(6_000))
    assert first_arrivals(got["b.log"]) == list(range(100))
    # Once a second for each of two files, and when it begins.
    assert runner.log().count("buffer is full") < 5 + 3 * (time.monotonic() - began)
