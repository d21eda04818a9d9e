"""A long run at a steady pace: the agent's memory must stay flat and nothing may be missing in the end."""

import shlex
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bench.agent import PIPELINES, received
from bench.corpus import CONTAINERS
from bench.process import cost, running

TICK_SECONDS = 0.1
SAMPLE_SECONDS = 10.0
FILE_BYTES = 10 << 20
PODS = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment of the run: seconds since its start, resident megabytes, CPU seconds so far, lines not yet there."""

    seconds: float
    rss_mb: float
    cpu_seconds: float
    behind: int


class Writer(threading.Thread):
    """Writes CRI lines to `PODS` files at a pace, and rotates each at 10 MiB as the kubelet does."""

    def __init__(self, folder: Path, source: list[bytes], bytes_per_second: float, seconds: float) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._source = source
        self._pace = bytes_per_second
        self._seconds = seconds
        self.lines = 0
        self.bytes = 0

    def run(self) -> None:
        files: list[BinaryIO] = [open(self._path(pod), "ab", buffering=0) for pod in range(PODS)]  # noqa: SIM115
        began = time.monotonic()
        blocks = self._blocks()
        pod = 0
        while (now := time.monotonic() - began) < self._seconds:
            while self.bytes < now * self._pace:
                block = next(blocks)
                files[pod].write(block)
                self.bytes += len(block)
                self.lines += block.count(b"\n")
                if files[pod].tell() > FILE_BYTES:
                    files[pod].close()
                    files[pod] = self._rotate(pod)
                pod = (pod + 1) % PODS
            time.sleep(TICK_SECONDS)
        for file in files:
            file.close()

    def _path(self, pod: int) -> Path:
        return self._folder / f"pod-{pod}_shop_app-{pod:064x}.log"

    def _rotate(self, pod: int) -> BinaryIO:
        path = self._path(pod)
        path.replace(path.with_suffix(".log.1"))
        return open(path, "ab", buffering=0)

    def _blocks(self) -> Iterator[bytes]:
        while True:
            yield from self._source


def blocks_of(file: Path, limit: int = 8 << 20, size: int = 8 << 10) -> list[bytes]:
    """Some kilobytes of whole lines each, from the beginning of a corpus file."""
    data = file.read_bytes()[:limit]
    out, start = [], 0
    while (end := data.find(b"\n", start + size) + 1) > 0:
        out.append(data[start:end])
        start = end
    return out


def run(
    cri: Path, pipeline: str, command: str, port: int, megabytes_per_second: float, seconds: float
) -> tuple[list[Sample], int]:
    """The samples, and how many lines were missing in the end (negative: repeated)."""
    samples: list[Sample] = []
    largest = max(cri.glob("*.log"), key=lambda path: path.stat().st_size)
    with tempfile.TemporaryDirectory() as state:
        logs = Path(state) / CONTAINERS
        logs.mkdir(parents=True)
        text = PIPELINES[pipeline].replace("{cri}", str(logs)).replace("{state}", state)
        config = Path(state) / "fluent.conf"
        text = text.replace("read_from_head true", "read_from_head true\n  refresh_interval 5")
        config.write_text(text.replace("{port}", str(port)))
        writer = Writer(logs, blocks_of(largest), megabytes_per_second * 1e6, seconds)
        with (
            running([sys.executable, "-m", "bench.sink", str(port)], f"http://127.0.0.1:{port}/"),
            running(shlex.split(command.replace("{conf}", str(config)))) as pid,
        ):
            began = time.monotonic()
            writer.start()
            while writer.is_alive():
                writer.join(SAMPLE_SECONDS)
                now = cost(pid)
                behind = writer.lines - received(port)
                samples.append(Sample(time.monotonic() - began, now.rss_mb, now.cpu_seconds, behind))
            deadline = time.monotonic() + 60
            while received(port) < writer.lines and time.monotonic() < deadline:
                time.sleep(0.5)
            return samples, writer.lines - received(port)
