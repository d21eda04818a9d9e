"""The agent's own log: form, level, file."""

import json
import logging
import re
from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.own_log import send_own_log
from kelp.agent.pipeline.system import SystemSection
from kelp.common.log import Log


def system(options: str) -> SystemSection:
    return SystemSection.read(parse_v1(f"<system>\n{options}\n</system>", "f", Path("/nowhere")).elements[0])


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger("kelp")
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(root, "propagate", root.propagate)


def test_a_file_of_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "agent.log"
    send_own_log(system(f"log_level debug\n<log>\nformat json\npath {path}\n</log>"), None, None)
    Log("agent.x").debug("took it", path="a b")
    (line,) = path.read_text().splitlines()
    assert {k: v for k, v in json.loads(line).items() if k != "time"} == {
        "level": "debug", "component": "agent.x", "message": "took it", "path": "a b",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_form_of_times(tmp_path: Path, form: str) -> None:
    path = tmp_path / "agent.log"
    options = f"<log>\nformat {form}\npath {path}\ntime_format %Y-%m-%d in %Z\n</log>"
    send_own_log(system(options), None, None)
    Log("agent.x").info("took it")
    line = path.read_text()
    stamp = json.loads(line)["time"] if form == "json" else line.split(" info ")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d in [A-Z]+", stamp)


def test_the_command_line_wins(tmp_path: Path) -> None:
    send_own_log(system(f"log_level debug\n<log>\npath {tmp_path}/a\n</log>"), "warn", str(tmp_path / "b"))
    Log("agent").info("quiet")
    Log("agent").warning("loud")
    assert not (tmp_path / "a").exists()
    assert (tmp_path / "b").read_text().endswith(" warn agent loud\n")


def test_rotation_by_size(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    send_own_log(system(f"<log>\npath {path}\nrotate_age 2\nrotate_size 100\n</log>"), None, None)
    for _ in range(10):
        Log("agent").info("x" * 60)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.log", "a.log.1", "a.log.2"]


def test_a_wrong_age_is_a_fault() -> None:
    with pytest.raises(ConfigError, match="must be a number, daily, weekly or monthly, got 'often'"):
        system("<log>\nrotate_age often\n</log>")
