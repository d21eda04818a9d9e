"""kill -9 at random instants under load: what was acknowledged is there exactly once."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("crash_child.py")
ROUNDS = 4


@pytest.mark.crash
def test_acknowledged_documents_survive_kill_9(tmp_path):
    generated: set[int] = set()
    keyed: dict[str, int | None] = {}
    chance = random.Random(time.time_ns())
    for round_number in range(1, ROUNDS + 1):
        told = write_until_killed(tmp_path, round_number, chance.uniform(0.3, 2.5))
        for line in told:
            words = line.split()
            if words[0] == "auto":
                generated.add(int(words[1]))
            elif words[0] == "set":
                keyed[words[1]] = int(words[2])
            elif words[0] == "delete":
                keyed[words[1]] = None
        assert generated, "nothing was written before the kill"
        # The last request of the keyed writer may or may not have got through: it is the number after the last.
        last = max([n for n in keyed.values() if n is not None], default=0)
        numbers, keys = read(tmp_path)
        assert [n for n, count in numbers.items() if count > 1] == []
        assert generated - set(numbers) == set()
        for key, wanted in keyed.items():
            got = keys.get(key)
            assert len(got or [None]) == 1, f"{key} is there several times: {got}"
            value = got[0] if got else None
            assert value == wanted or in_flight(key, value, last), f"{key}: {value} instead of {wanted}"
            keyed[key] = value
        generated.update(numbers)
        keyed = {}


def in_flight(key: str, value: int | None, last: int) -> bool:
    """The state after a request that was never acknowledged."""
    if value is None:
        return any(n % 5 == 0 and f"k{n % 12}" == key for n in (last + 1, last + 2))
    return value in (last + 1, last + 2)


def write_until_killed(folder: Path, thread: int, seconds: float) -> list[str]:
    child = subprocess.Popen(
        [sys.executable, str(CHILD), "write", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(f"{thread}\n")
    child.stdin.flush()
    assert child.stdout.readline() == "open\n"
    lines: list[str] = []
    # Time counts once something was acknowledged: how long the first writes take depends on the machine.
    while not {"auto", "set"} <= {line.split()[0] for line in lines}:
        lines.append(child.stdout.readline())
        assert lines[-1], "the writer ended by itself"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lines.append(child.stdout.readline())
    child.kill()
    lines += child.stdout.read().splitlines(keepends=True)
    child.wait()
    # A line cut off by the kill says nothing for sure.
    return [line for line in lines if line.endswith("\n")]


def read(folder: Path) -> tuple[Counter[int], dict[str, list[int]]]:
    done = subprocess.run(
        [sys.executable, str(CHILD), "read", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    numbers: Counter[int] = Counter()
    keys: dict[str, list[int]] = {}
    for line in done.stdout.splitlines():
        index, document_id, number = line.split()
        if index == "auto":
            numbers[int(number)] += 1
        else:
            keys.setdefault(document_id, []).append(int(number))
    return numbers, keys
