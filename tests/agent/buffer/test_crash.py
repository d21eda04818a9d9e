"""kill -9 at random moments: what was accepted is delivered."""

import contextlib
import os
import random
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.agent.waiting import PATIENCE, wait_for

CHILD = Path(__file__).with_name("crash_child.py")


def spawn(folder: Path, start: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, str(CHILD), str(folder), str(start)], stdout=subprocess.PIPE)


@pytest.mark.crash
@pytest.mark.parametrize("damage", [False, True])
def test_accepted_batches_survive_sigkill(tmp_path: Path, damage: bool) -> None:
    accepted: set[int] = set()
    start = 0
    for _ in range(6):
        child = spawn(tmp_path, start)
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(random.randint(20, 200))]
        time.sleep(random.uniform(0, 0.02))
        child.kill()
        lines += child.stdout.read().splitlines()
        child.wait()
        acknowledged = int(lines[-1])
        accepted.update(range(start, acknowledged))
        start = acknowledged + 1000  # numbers in between may or may not have been accepted
        if damage:
            tear(tmp_path / "buffer")
    child = spawn(tmp_path, -1)
    assert child.wait(PATIENCE) == 0
    delivered = {int(line) for line in (tmp_path / "delivered").read_text().split()}
    assert accepted <= delivered
    assert len(accepted) > 1000
    assert not list((tmp_path / "buffer").glob("buffer.*log"))


def tear(folder: Path) -> None:
    """Leave what a power cut leaves: a half-written frame, zeros, an empty new file."""
    files = sorted(folder.glob("buffer.b*.log"))
    for path, rest in zip(files, (b"\xf5KF\x1a\0\0\0", b"\0" * 4096), strict=False):
        with open(path, "ab") as file:
            file.write(rest)
    (folder / f"buffer.b{'0' * 32}.log").write_bytes(b"")


def open_files(pid: int) -> list[str]:
    """The paths of what a process has open."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.append(os.readlink(link))
    return found


@pytest.mark.crash
def test_two_processes_never_share_a_buffer(tmp_path: Path) -> None:
    first = spawn(tmp_path, 0)
    assert first.stdout is not None
    first.stdout.readline()
    second = subprocess.Popen(
        [sys.executable, str(CHILD), str(tmp_path), "100000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    lock = str(tmp_path / "buffer" / ".buffer.lock")
    wait_for(lambda: lock in open_files(second.pid))
    assert second.stdout is not None
    assert select.select([second.stdout], [], [], 0.3)[0] == []
    first.kill()
    first.wait()
    # The second waited for the lock and goes on once the first is gone.
    assert int(second.stdout.readline()) > 100000000
    second.kill()
    second.wait()
