"""kill -9 of the whole agent while stages keep lines in memory: every line arrives."""

import random
import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.agent.agent_runner import Runner
from tests.agent.bulk_sink import bulk_sink
from tests.agent.cri import CRI_PARSE
from tests.agent.waiting import wait_for

CONFIG = """
<source>
  @type tail
  path {folder}/*.log
  pos_file {folder}/pos
  tag raw.kubernetes.*
  read_from_head true
  refresh_interval 1
  {parse}
</source>
<match raw.kubernetes.**>
  @type detect_exceptions
  remove_tag_prefix raw
  message log
  stream stream
  force_line_breaks true
  multiline_flush_interval 2
</match>
<filter kubernetes.**>
  @type concat
  key log
  use_partial_cri_logtag true
  partial_cri_logtag_key logtag
  separator ""
  flush_interval 3
</filter>
<filter kubernetes.**>
  @type parser
  key_name log
  reserve_data true
  <parse>
    @type none
  </parse>
</filter>
<match **>
  @type elasticsearch
  host 127.0.0.1
  request_timeout 60
  port {port}
  logstash_format true
  <buffer>
    @type file
    path {folder}/buffer
    flush_interval 0.2
    chunk_limit_size 64k
    total_limit_size {limit}
    overflow_action {overflow}
    retry_wait 0.2
    retry_max_interval 1
  </buffer>
</match>
"""
NUMBER = re.compile(r"#(\d+)#")


class Writer(threading.Thread):
    """Writes numbered lines: plain ones, stack traces and messages in parts, some left open for a while."""

    def __init__(self, path: Path, seconds: float, first: int) -> None:
        super().__init__()
        self.path, self.seconds, self.next = path, seconds, first
        self.first = first
        self.random = random.Random(first)

    def line(self, text: str, logtag: str = "F") -> str:
        number, self.next = self.next, self.next + 1
        return (
            f"2026-01-01T00:00:00.{number % 10**9:09d}Z stdout {logtag} {text.replace('N', f'#{number}#')}\n"
        )

    def some(self) -> list[str]:
        kind = self.random.random()
        if kind < 0.6:
            return [self.line("all is well N")]
        if kind < 0.8:
            frames = [
                self.line("\tat shop.Cart.add(Cart.java:N)") for _ in range(self.random.randrange(1, 9))
            ]
            return [self.line("java.lang.IllegalStateException: empty N"), *frames]
        return [self.line("part N ", "P") for _ in range(self.random.randrange(1, 5))] + [self.line("end N")]

    def run(self) -> None:
        until = time.monotonic() + self.seconds
        with open(self.path, "a") as file:
            while time.monotonic() < until:
                for line in self.some():
                    file.write(line)
                    if self.random.random() < 0.05:
                        file.flush()
                        time.sleep(self.random.uniform(0, 0.3))
                file.flush()
                time.sleep(0.001)


@pytest.mark.crash
@pytest.mark.parametrize(("limit", "overflow"), [("64m", "block"), ("200k", "throw_exception")])
def test_lines_kept_by_stages_survive(runner: Runner, tmp_path: Path, limit: str, overflow: str) -> None:
    chance = random.Random(5)
    with bulk_sink() as sink:
        config = tmp_path / "fluent.conf"
        values = {"folder": str(tmp_path), "port": sink.port, "limit": limit, "overflow": overflow}
        config.write_text(CONFIG.format(parse=CRI_PARSE, **values))
        writers = [Writer(tmp_path / f"{name}.log", 8.0, 10**7 * at) for at, name in enumerate("abc")]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            agent = runner.start(config, "--no-supervisor")
            sink.moods += ["500"] * chance.randrange(4)
            wait_for(lambda agent=agent: runner.is_running(agent))
            time.sleep(chance.uniform(0, 1.4))
            agent.send_signal(signal.SIGKILL)
            agent.wait()
        for writer in writers:
            writer.join()
        sink.moods.clear()
        agent = runner.start(config, "--no-supervisor")
        wanted = {n for writer in writers for n in range(writer.first, writer.next)}
        wait_for(lambda: wanted <= set(numbers(sink)), pause=0.3)
        wait_for(lambda: runner.is_running(agent))
        assert runner.stop(agent) == 0


def test_an_orderly_stop_repeats_nothing(runner: Runner, tmp_path: Path) -> None:
    with bulk_sink() as sink:
        config = tmp_path / "fluent.conf"
        values = {"folder": str(tmp_path), "port": sink.port, "limit": "64m", "overflow": "block"}
        config.write_text(CONFIG.format(parse=CRI_PARSE, **values))
        writer = Writer(tmp_path / "a.log", 0, 0)
        trace = [writer.line("x.SomeException: N"), writer.line("\tat a.b(c.java:N)")]
        rest = [writer.line("plain N"), *trace], [], [writer.line("the next N")]
        # The plain line; the trace, which the stop handed on; what is read after it.
        for lines, last in zip(rest, (2, 0, 3), strict=True):
            with (tmp_path / "a.log").open("a") as file:
                file.writelines(lines)
            agent = runner.start(config, "--no-supervisor")
            wait_for(lambda last=last: last in numbers(sink))
            wait_for(lambda agent=agent: runner.is_running(agent))
            assert runner.stop(agent) == 0
        assert numbers(sink) == Counter({0: 1, 1: 1, 2: 1, 3: 1})


TALE = """
<source>
  @type tail
  path {folder}/a.log
  pos_file {folder}/pos
  tag t
  read_from_head true
  <parse>
    @type none
    message_key log
  </parse>
</source>
<filter **>
  @type concat
  key log
  multiline_start_regexp /^begin/
  separator ""
</filter>
<match **>
  @type elasticsearch
  host 127.0.0.1
  request_timeout 60
  port {port}
  <buffer>
    @type file
    path {folder}/buffer
    flush_interval 0.1
  </buffer>
</match>
"""


@pytest.mark.crash
def test_a_crash_repeats_no_message_that_was_handed_on(runner: Runner, tmp_path: Path) -> None:
    """One block of the file holds many messages; the last of them is always kept back."""
    log, count = tmp_path / "a.log", 3000
    with bulk_sink() as sink:
        config = tmp_path / "fluent.conf"
        config.write_text(TALE.format(folder=tmp_path, port=sink.port))
        log.write_text("".join(f"begin #{n}#\n  more\n" for n in range(count)))
        for more in (count, count + 1, count + 2):  # the last message of the run before ends with each run
            agent = runner.start(config, "--no-supervisor")
            kept = len(f"begin #{more - 1}#\n  more\n")
            wait_for(lambda more=more: more - 2 in numbers(sink), pause=0.1)
            wait_for(lambda: not list((tmp_path / "buffer").glob("*.log")))
            wait_for(lambda kept=kept: saved(tmp_path / "pos") == log.stat().st_size - kept)
            agent.send_signal(signal.SIGKILL)
            agent.wait()
            with log.open("a") as file:
                file.write(f"begin #{more}#\n  more\n")
        assert numbers(sink) == Counter(dict.fromkeys(range(count + 1), 1))


def saved(positions: Path) -> int:
    """The position that a file of positions has for its only file."""
    return int(positions.read_text().split("\t")[1], 16)


def numbers(sink: object) -> "Counter[int]":
    texts = [str(doc.get("log", "")) for doc in sink.docs()]  # type: ignore[attr-defined]
    return Counter(int(n) for text in texts for n in NUMBER.findall(text))
