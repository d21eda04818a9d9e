"""Starts agents as programs, for tests that look at them from the outside."""

import random
import socket
import subprocess
import sys
from pathlib import Path

from tests.agent.waiting import PATIENCE

_random = random.SystemRandom()
_given: set[int] = set()


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
            self._command(config, *options), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.returncode, done.stderr

    def start(self, config: Path, *options: str) -> "subprocess.Popen[str]":
        log = (self.folder / "log").open("a")
        process = subprocess.Popen(self._command(config, *options), stderr=log, text=True)
        self.started.append(process)
        return process

    def stop(self, process: "subprocess.Popen[str]") -> int:
        """Ask an agent to stop; its exit code."""
        process.terminate()
        return process.wait(PATIENCE)

    def is_running(self, process: "subprocess.Popen[str]") -> bool:
        """Whether an agent without supervisor has started."""
        lines = self.log().splitlines()
        return any("agent is running" in line and line.endswith(f" pid={process.pid}") for line in lines)

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


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    """A port free for TCP and UDP, another one each time.

    It lies out of the range that the system gives to clients: none of them takes it meanwhile, nor connects to itself.
    """
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = _random.randrange(low // 2, low)
        if port in _given:
            continue
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
