"""A `kelp up` under test."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def wait_for(what: Callable[[], int], wanted: int) -> None:
    """Wait until `what()` reaches `wanted` and stays there for a moment."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (got := what()) < wanted:
        assert time.monotonic() < deadline, f"got {got} of {wanted}"
        time.sleep(0.2)
    time.sleep(1.5)
    assert what() == wanted
