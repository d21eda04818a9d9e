"""The log file: rotation by size and age, from several processes; lines left out."""

import logging
import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from kelp.agent.log_file import LogFile, period_end
from kelp.agent.own_log import RepeatFilter

DAY = 86400


def record(text: str, when: float = 0.0) -> logging.LogRecord:
    one = logging.LogRecord("kelp.agent", logging.WARNING, "", 0, "%s", (text,), None)
    one.created = when
    return one


@pytest.mark.parametrize(
    ("age", "moment", "end"),
    [
        ("daily", "2026-12-31T23:59", "2027-01-01"),
        ("weekly", "2026-11-23T12:00", "2026-11-29"),
        ("weekly", "2026-11-29T00:00", "2026-12-06"),
        ("monthly", "2026-01-31T12:00", "2026-02-01"),
        ("monthly", "2026-12-01T00:00", "2027-01-01"),
    ],
)
def test_when_a_period_ends(age: str, moment: str, end: str) -> None:
    assert period_end(datetime.fromisoformat(moment), age) == datetime.fromisoformat(end)


def test_yesterdays_file_is_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2026, 11, 23, 12).timestamp()
    monkeypatch.setattr(time, "time", lambda: noon)
    path = tmp_path / "a.log"
    path.write_text("old\n")
    os.utime(path, (noon - DAY, noon - DAY))
    handler = LogFile(str(path), age="daily", most_bytes=None, kept=5)
    handler.emit(record("new"))
    handler.emit(record("newer"))
    handler.close()
    assert (tmp_path / "a.log.1").read_text() == "old\n"
    assert path.read_text() == "new\nnewer\n"


def test_two_processes_rotate_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    one, two = (LogFile(str(path), age=None, most_bytes=60, kept=9) for _ in range(2))
    for number in range(20):
        (one if number % 2 else two).emit(record(f"line {number:04d}"))
    one.close()
    two.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == 4
    lines = sorted(line for file in files for line in file.read_text().splitlines())
    assert lines == [f"line {number:04d}" for number in range(20)]


def test_without_files_kept_it_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    handler = LogFile(str(path), age=None, most_bytes=10, kept=0)
    handler.emit(record("first"))
    handler.emit(record("second"))
    handler.close()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["second\n"]


@pytest.mark.parametrize(
    ("settings", "lines", "kept"),
    [
        ((None, None, None), ["a", "a"], [0, 1]),
        ((10, None, None), ["a", "a", "b", "a"], [0, 2, 3]),
        ((2, None, None), ["a", "a", "a"], [0, 2]),
        ((None, 10, None), ["a", "b", "a", "b"], [0, 1]),
        ((None, None, 2), ["emit transaction failed"] * 3 + ["a"], [0, 2, 3]),
    ],
)
def test_repeated_lines(settings: tuple, lines: list[str], kept: list[int]) -> None:
    wanted = RepeatFilter(*settings)
    assert [at for at, line in enumerate(lines) if wanted.filter(record(line, 1000.0 + at))] == kept
