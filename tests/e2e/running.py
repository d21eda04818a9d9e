"""A `kelp up` under test."""

import http.client
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAIT_SECONDS = 300.0


class Running:
    """One `kelp up` with its own ports and data folder."""

    def __init__(self, folder: Path, store_port: int, ui_port: int, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.store_port, self.ui_port = store_port, ui_port
        self.process: subprocess.Popen[bytes] | None = None
        self._output = folder / "kelp.out"

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
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal as Ctrl-C would; returns exit code and output."""
        assert self.process
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for the end; returns exit code and output."""
        assert self.process
        return self.process.wait(WAIT_SECONDS), self._output.read_text()

    def ask(self, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.store_port}{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as response:
            return json.load(response)

    def count(self) -> int:
        """How many lines can be found; -1 while the store is away."""
        try:
            total: int = self.ask("/logstash-*/_count")["count"]
        except (OSError, http.client.HTTPException):
            return -1
        return total

    def messages(self) -> list[str]:
        body = {"size": 10_000, "sort": ["@timestamp"], "_source": ["message"]}
        return [hit["_source"]["message"] for hit in self.ask("/logstash-*/_search", body)["hits"]["hits"]]

    def different_messages(self) -> set[str]:
        """The messages that can be found; none while the store is away."""
        try:
            return set(self.messages())
        except (OSError, http.client.HTTPException):
            return set()


def wait_for(what: Callable[[], int], wanted: int) -> None:
    """Wait until `what()` reaches `wanted`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (got := what()) < wanted:
        assert time.monotonic() < deadline, f"got {got} of {wanted}"
        time.sleep(0.1)
