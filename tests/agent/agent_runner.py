"""Starts agents as programs, for tests that look at them from the outside."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


class Runner:
    """Starts agents and ends what is left of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []

    def config(self, text: str, name: str = "agent.conf") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def run(self, config: Path, *options: str) -> tuple[int, str]:
        done = subprocess.run(
            self._command(config, *options), capture_output=True, text=True, timeout=20, check=False
        )
        return done.returncode, done.stderr

    def start(self, config: Path, *options: str) -> "subprocess.Popen[str]":
        log = (self.folder / "log").open("a")
        process = subprocess.Popen(self._command(config, *options), stderr=log, text=True)
        self.started.append(process)
        return process

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()

    @staticmethod
    def _command(config: Path, *options: str) -> list[str]:
        program = "from kelp.cli import main; main()"
        return [sys.executable, "-c", program, "agent", "-c", str(config), *options]


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.03)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
