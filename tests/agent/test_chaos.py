"""Everything at once: files rotate, the sink misbehaves, the agent is killed again and again; nothing may be missing.

`KELP_TEST_CHAOS_SECONDS=300` makes it last longer, `KELP_TEST_CHAOS_SEED` varies it.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.agent.agent_runner import Runner
from tests.agent.bulk_sink import Sink, bulk_sink
from tests.agent.cri import CRI_PARSE
from tests.agent.waiting import PATIENCE, wait_for

SECONDS = float(os.environ.get("KELP_TEST_CHAOS_SECONDS", "12"))
SEED = int(os.environ.get("KELP_TEST_CHAOS_SEED", "1"))
MOODS = ["ok"] * 8 + ["429", "500", "503", "garbage", "half", "close", "never", "lie"]
CONFIG = """
<source>
  @type tail
  path {logs}/*.log
  pos_file {state}/pos
  tag raw.k.*
  read_from_head true
  refresh_interval 0.5
  rotate_wait 2
  {parse}
</source>
<filter raw.k.**>
  @type concat
  key log
  use_partial_cri_logtag true
  partial_cri_logtag_key logtag
  partial_cri_stream_key stream
  separator ""
</filter>
<match raw.k.**>
  @type detect_exceptions
  remove_tag_prefix raw
  message log
  stream stream
  multiline_flush_interval 3
</match>
<filter k.**>
  @type elasticsearch_genid
  use_record_as_seed true
  use_entire_record true
  include_time_in_seed true
  hash_type sha1
</filter>
<match k.**>
  @type elasticsearch
  port {port}
  id_key _hash
  remove_keys _hash
  write_operation create
  request_timeout 1
  <buffer>
    @type file
    path {state}/buffer
    flush_interval 0.3
    retry_wait 0.1
    retry_max_interval 0.2
    retry_forever
    chunk_limit_size 256k
    total_limit_size 8m
    overflow_action block
  </buffer>
</match>
"""


class Writer(threading.Thread):
    """A container: whole lines, split ones and stack traces, in a file that is renamed often."""

    def __init__(self, path: Path, seed: int) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.random = random.Random(seed)
        self.count = 0
        self.rotations = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(self.random.random() * 0.6):
            with self.path.open("a") as file:
                file.write("".join(self._message() for _ in range(self.random.randint(1, 60))))
            if self.random.random() < 0.4:
                self.rotations += 1
                self.path.rename(self.path.with_suffix(f".log.{self.rotations}"))

    def _message(self) -> str:
        now = time.time_ns()
        stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now // 10**9))}.{now % 10**9:09d}+00:00"
        text, self.count = f"{self.path.stem} {self.count:07d}", self.count + 1
        kind = self.random.random()
        if kind < 0.1:
            return f"{stamp} stdout P {text} part-\n{stamp} stdout F rest\n"
        if kind < 0.13:
            cause = 'Exception in thread "main" java.lang.RuntimeException: x'
            return f"{stamp} stdout F {text} {cause}\n{stamp} stdout F \tat a.b.C.d(C.java:1)\n"
        return f"{stamp} stdout F {text} {'x' * self.random.randint(0, 200)}\n"


@pytest.mark.crash
def test_nothing_is_missing_whatever_happens(runner: Runner) -> None:
    logs, state = runner.folder / "logs", runner.folder / "state"
    for folder in (logs, state):
        folder.mkdir()
    writers = [Writer(logs / f"pod{number}.log", SEED + number) for number in range(6)]
    for writer in writers:
        writer.path.touch()
    with bulk_sink() as sink:
        config = runner.config(CONFIG.format(logs=logs, state=state, port=sink.port, parse=CRI_PARSE))
        agent = runner.start(config, "--no-supervisor")
        wait_for(lambda: runner.log().count("following file") == len(writers))
        for writer in writers:
            writer.start()
        chance = random.Random(SEED)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            sink.moods = chance.choices(MOODS, k=10)
            if chance.random() < 0.15:
                time.sleep(chance.uniform(0, 0.6))  # while it starts
            else:
                wait_for(lambda agent=agent: runner.is_running(agent))
                time.sleep(chance.uniform(0, 2.4))
            assert agent.poll() is None, runner.log()
            agent.send_signal(signal.SIGTERM if chance.random() < 0.15 else signal.SIGKILL)
            agent.wait(PATIENCE)
            agent = runner.start(config, "--no-supervisor")
        for writer in writers:
            writer.done.set()
            writer.join()
        sink.moods = []
        wanted = {writer.path.stem: writer.count for writer in writers}
        wait_for(lambda: len(sink.docs()) >= sum(wanted.values()), pause=0.1)
        got = arrived(sink)
    for name, count in wanted.items():
        assert sorted(set(range(count)) - set(got[name])) == [], f"messages of {name} are missing"
        assert [(a, b) for a, b in pairwise(got[name]) if a > b] == [], f"messages of {name} are out of order"
    ids = [meta["_id"] for _, meta, _ in sink.stored]
    assert len(ids) == len(set(ids))
    assert all(doc["log"].endswith("part-rest") for doc in sink.docs() if "part-" in doc["log"])


def arrived(sink: Sink) -> dict[str, list[int]]:
    """The numbers of each container's messages in the order of their first arrival."""
    found: dict[str, list[int]] = {}
    for name, number, *_ in _messages(sink):
        found.setdefault(name, []).append(int(number))
    return {name: list(dict.fromkeys(numbers)) for name, numbers in found.items()}


def _messages(sink: Sink) -> Iterator[list[str]]:
    for doc in sink.docs():
        yield doc["log"].split(" ", 2)
