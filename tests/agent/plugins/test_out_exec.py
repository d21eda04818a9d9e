"""The exec output."""

import time
from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import PATIENCE, wait_for

FORMAT = "<format>\n@type tsv\nkeys a,t\n</format>\n<inject>\ntag_key t\n</inject>"
FAST = "<buffer tag>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"


def test_commands_get_the_chunk_as_a_file(tmp_path: Path) -> None:
    command = f"sh -c 'tag=x; cat $1 >> {tmp_path}/${{tag}}' --"  # the shell's own placeholder
    with running(f"@type exec\ncommand {command}\n{FORMAT}\n{FAST}") as driver:
        driver.emit("x", (T0, {"a": 1}), (T0, {"a": 2}))
        wait_for(lambda: driver.output.chunks.size == 0)
    assert (tmp_path / "x").read_text() == "1\tx\n2\tx\n"


def test_injected_times_are_texts_in_utc(tmp_path: Path) -> None:
    form = "<format>\n@type json\n</format>\n<inject>\ntime_key t\n</inject>"
    with running(f"@type exec\ncommand sh -c 'cat $1 >> {tmp_path}/x' --\n{form}\n{FAST}") as driver:
        driver.emit("x", (T0, {"a": 1}))
    assert (tmp_path / "x").read_text() == '{"a":1,"t":"2026-11-23T10:00:00Z"}\n'


def test_failures_are_retried(tmp_path: Path) -> None:
    command = f"sh -c 'test -e {tmp_path}/ok || (touch {tmp_path}/ok; false)' --"
    with running(f"@type exec\ncommand {command}\n{FORMAT}\n{FAST}") as driver:
        driver.emit("x", (T0, {"a": 1}))
        wait_for(lambda: driver.output.chunks.size == 0)
    assert driver.output.stats.num_errors == 1


def test_commands_that_hang_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kelp.agent.buffer.flusher._DRAIN_GRACE", 0.1)
    started = time.monotonic()
    with running(f"@type exec\ncommand sleep 600; true\ncommand_timeout 0.2\n{FORMAT}\n{FAST}") as driver:
        driver.emit("x", (T0, {"a": 1}))
        wait_for(lambda: driver.output.stats.num_errors > 0)
    assert time.monotonic() - started < PATIENCE


def test_missing_command() -> None:
    with pytest.raises(ConfigError, match="option 'command' is required"):
        make(f"@type exec\n{FORMAT}")


def test_buffered_null() -> None:
    with running("@type buffered_null\nflush_interval 0.05") as driver:
        driver.emit("x", (T0, {"a": 1}))
        wait_for(lambda: driver.output.stats.write_count == 1)
