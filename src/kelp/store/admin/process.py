"""What the operating system says about this process and its machine (Linux: /proc)."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class ProcessFigures:
    """Memory in bytes, CPU time in milliseconds since the process began, `cpu_percent` of the whole machine."""

    rss_bytes: int
    virtual_bytes: int
    cpu_ms: int
    cpu_percent: int
    open_files: int
    max_files: int
    threads: int


@dataclass(slots=True)
class MachineFigures:
    """Memory and disk in bytes; load averages over 1, 5 and 15 minutes."""

    memory_total_bytes: int
    memory_free_bytes: int
    swap_total_bytes: int
    swap_free_bytes: int
    load: tuple[float, float, float]
    disk_total_bytes: int
    disk_free_bytes: int

    @property
    def memory_used_percent(self) -> int:
        return (
            round(100 * (1 - self.memory_free_bytes / self.memory_total_bytes))
            if self.memory_total_bytes
            else 0
        )


def process() -> ProcessFigures:
    """The figures of this process; zeroes where there is no /proc."""
    try:
        stat = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        started_ticks = int(stat[19])
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        cpu_ms = (int(stat[11]) + int(stat[12])) * 1000 // _TICKS
        lived_ms = max(1.0, (uptime - started_ticks / _TICKS) * 1000)
        open_files = len(os.listdir("/proc/self/fd"))
        rss, virtual, threads = int(stat[21]) * _PAGE, int(stat[20]), int(stat[17])
    except OSError:
        rss = virtual = threads = open_files = 0
        cpu_ms, lived_ms = int(time.process_time() * 1000), 1e12
    percent = round(100 * cpu_ms / lived_ms / (os.cpu_count() or 1))
    import resource

    return ProcessFigures(
        rss, virtual, cpu_ms, percent, open_files, resource.getrlimit(resource.RLIMIT_NOFILE)[0], threads
    )


def machine(data: Path) -> MachineFigures:
    """The figures of the machine and of the file system that holds `data`."""
    memory: dict[str, int] = {}
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            name, _, rest = line.partition(":")
            memory[name] = int(rest.split()[0]) * 1024
        load = os.getloadavg()
    except OSError:
        load = (0.0, 0.0, 0.0)
    disk = shutil.disk_usage(data)
    return MachineFigures(
        memory.get("MemTotal", 0),
        memory.get("MemAvailable", 0),
        memory.get("SwapTotal", 0),
        memory.get("SwapFree", 0),
        load,
        disk.total,
        disk.free,
    )
