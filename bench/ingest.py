"""Store ingest: send the bulk file over some connections, report MB/s, CPU seconds, disk and memory."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.process import cost, folder_mb

BODY_BYTES = 4_000_000
SETTLE_SECONDS = 120
QUIET_SECONDS = 35  # the engine removes merged parts some 25 s after the merge


@dataclass(slots=True)
class Ingested:
    """One run's figures; megabytes are those of the documents, without the action lines."""

    documents: int
    megabytes: float
    seconds: float
    cpu_seconds: float
    peak_mb: float
    disk_mb: float
    searchable_seconds: float


def bodies(bulk: Path) -> Iterator[tuple[bytes, int, int]]:
    """Bodies of about BODY_BYTES as (body, documents, bytes of documents), cut between pairs of lines."""
    with open(bulk, "rb") as file:
        action = len(file.readline())
        file.seek(0)
        while block := file.read(BODY_BYTES):
            block += file.readline()
            if block.count(b"\n") % 2:
                block += file.readline()
            count = block.count(b"\n") // 2
            yield block, count, len(block) - count * action


class Feed:
    """Hands bodies to the connections and adds up what was accepted."""

    def __init__(self, bulk: Path) -> None:
        self._bodies = bodies(bulk)
        self._lock = threading.Lock()
        self.documents = 0
        self.bytes = 0
        self.failure: str | None = None

    def next(self) -> tuple[bytes, int, int] | None:
        with self._lock:
            return None if self.failure else next(self._bodies, None)

    def accept(self, count: int, size: int) -> None:
        with self._lock:
            self.documents += count
            self.bytes += size


def send(feed: Feed, url: str, path: str) -> None:
    """One connection: post bodies until there are none; any refused item ends the run."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=300)
    while (piece := feed.next()) is not None:
        body, count, size = piece
        connection.request("POST", path, body, {"Content-Type": "application/x-ndjson"})
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200 or b'"errors":true' in answer:
            feed.failure = f"status {response.status}: {answer[:300]!r}"
            return
        feed.accept(count, size)
    connection.close()


def run(url: str, bulk: Path, connections: int, path: str, pid: int | None, disk: Path | None) -> Ingested:
    """Send the whole file; raises RuntimeError when anything is refused."""
    before = cost(pid) if pid else None
    feed = Feed(bulk)
    started = time.monotonic()
    threads = [threading.Thread(target=send, args=(feed, url, path)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    if feed.failure:
        raise RuntimeError(f"cannot ingest: {feed.failure}")
    visible = wait_searchable(url, feed.documents) if path == "/_bulk" else 0.0
    settle(disk)
    after = cost(pid) if pid else None
    return Ingested(
        feed.documents,
        feed.bytes / 1e6,
        seconds,
        after.cpu_seconds - before.cpu_seconds if after and before else 0.0,
        after.peak_mb if after else 0.0,
        folder_mb(disk) if disk else 0.0,
        visible,
    )


def settle(disk: Path | None) -> None:
    """Wait until merges are over: they are part of the price."""
    time.sleep(5)
    deadline = time.monotonic() + SETTLE_SECONDS
    size = folder_mb(disk) if disk else 0.0
    quiet = 0
    while disk and quiet < QUIET_SECONDS and time.monotonic() < deadline:
        time.sleep(1)
        before, size = size, folder_mb(disk)
        quiet = quiet + 1 if abs(size - before) < 0.5 else 0


def wait_searchable(url: str, documents: int) -> float:
    """Seconds until `_count` sees every document."""
    parts = urlsplit(url)
    started = time.monotonic()
    while time.monotonic() - started < 60:
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=60)
        connection.request("GET", "/logstash-bench/_count")
        count = json.loads(connection.getresponse().read()).get("count", 0)
        connection.close()
        if count >= documents:
            return time.monotonic() - started
        time.sleep(0.1)
    raise RuntimeError(f"cannot find all documents: {count} of {documents} after 60 s")
