"""What a process costs: CPU seconds and peak memory of it and its children, read from /proc; bytes below a folder."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """`pid` and all its living descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += tree(int(child))
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds used so far, resident megabytes now and at their peak."""

    cpu_seconds: float
    rss_mb: float
    peak_mb: float


def cost(pid: int) -> Cost:
    """Sum over `pid` and its descendants; zeros once it is gone."""
    cpu = rss = peak = 0.0
    for member in tree(pid) if Path(f"/proc/{pid}").exists() else []:
        fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        cpu += (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) / TICKS
        status = dict(line.split(":", 1) for line in Path(f"/proc/{member}/status").read_text().splitlines())
        rss += int(status["VmRSS"].split()[0]) / 1024 if "VmRSS" in status else 0
        peak += int(status["VmHWM"].split()[0]) / 1024 if "VmHWM" in status else 0
    return Cost(cpu, rss, peak)


def folder_mb(folder: Path) -> float:
    """Megabytes (10^6 bytes) of all files below `folder`; files that vanish meanwhile count nothing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size
            except FileNotFoundError:
                continue
    return total / 1e6


@contextmanager
def running(
    arguments: list[str], ready_url: str | None = None, environment: dict[str, str] | None = None
) -> Iterator[int]:
    """Run a program, wait until `ready_url` answers, give its pid; end it afterwards."""
    process = subprocess.Popen(arguments, env=os.environ | (environment or {}), stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while ready_url:
            if process.poll() is not None:
                raise RuntimeError(
                    f"{arguments[0]} ended with status {process.returncode} before it was ready"
                )
            try:
                urllib.request.urlopen(ready_url, timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
