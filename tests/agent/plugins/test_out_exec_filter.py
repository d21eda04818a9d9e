"""The exec_filter output."""

import time
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugins import out_exec_filter
from tests.agent.output_driver import NS, T0, make, running
from tests.agent.waiting import wait_for

JSON = "<format>\n@type json\n</format>\n<parse>\n@type json\n</parse>"
AT_ONCE = "<buffer>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"


def through(
    options: str, *events: tuple[int, dict[str, Any]], tag: str = "in"
) -> list[tuple[str, int, dict[str, Any]]]:
    """What comes out for events."""
    with running(f"@type exec_filter\n{options}\n{AT_ONCE}") as driver:
        driver.emit(tag, *events)
        wait_for(lambda: driver.output.chunks.size == 0)
    return driver.recorder.events


@pytest.mark.parametrize(
    ("options", "out"),
    [
        ("command cat\ntag out\n<format>\nkeys a,b\n</format>\n<parse>\nkeys a,b\n</parse>\n"
         "<inject>\ntime_key b\n</inject>\n<extract>\ntime_key b\ntime_type unixtime\n</extract>",
         ("out", T0, {"a": "1"})),
        (f"command cat\ntag out\n{JSON}\n<inject>\ntime_key t\n</inject>\n<extract>\ntime_key t\n</extract>",
         ("out", T0, {"a": 1})),
        (f"command cat\n{JSON}\n<inject>\ntag_key k\n</inject>\n<extract>\ntag_key k\n</extract>", ("in", None, {"a": 1})),
        (f"command cat\nadd_prefix new\nremove_prefix old\ntag_key k\n{JSON}", ("new.in", None, {"a": 1})),
        ("command sed s/1/2/\ntag out\nin_format tsv\nin_keys a\nout_format json\nout_format tsv\nout_keys x",
         ("out", None, {"x": "2"})),
        ("command cat\ntag out\n<format>\n@type msgpack\n</format>\n<parse>\n@type msgpack\n</parse>", ("out", None, {"a": 1})),
    ],
)  # fmt: skip
def test_events(options: str, out: tuple[str, int | None, dict[str, Any]]) -> None:
    begin = time.time_ns()
    ((tag, when, record),) = through(
        options, (T0, {"a": 1}), tag="old.in" if "remove_prefix" in options else "in"
    )
    assert (tag, record) == (out[0], out[2])
    assert when == out[1] if out[1] is not None else begin <= when <= time.time_ns()


def test_what_the_program_holds_comes_out_at_the_end() -> None:
    events = [(T0 + n * NS, {"n": n}) for n in (3, 1, 2)]
    found = through("command sort\ntag out\n<format>\nkeys n\n</format>\n<parse>\nkeys n\n</parse>", *events)
    assert [record["n"] for _, _, record in found] == ["1", "2", "3"]


def test_several_programs_take_turns() -> None:
    command = "sh -c 'while read l; do echo $$; done'"
    with running(f"@type exec_filter\ncommand {command}\ntag o\nnum_children 3\n<format>\nkeys a\n</format>\n"
                 f"<parse>\nkeys pid\n</parse>\n{AT_ONCE}") as driver:  # fmt: skip
        for n in range(6):
            driver.emit("t", (T0, {"a": n}))
            wait_for(lambda n=n: len(driver.recorder.events) == n + 1)
    assert len({record["pid"] for _, _, record in driver.recorder.events}) == 3


def test_a_program_that_ends_is_started_again() -> None:
    command = "sh -c 'read l; echo $l'"
    with running(f"@type exec_filter\ncommand {command}\ntag o\nchild_respawn inf\n<format>\nkeys a\n</format>\n"
                 f"<parse>\nkeys a\n</parse>\n{AT_ONCE}") as driver:  # fmt: skip
        (child,) = driver.output._children
        for n in range(3):
            program = child.program
            driver.emit("t", (T0, {"a": n}))
            wait_for(lambda n=n: len(driver.recorder.events) == n + 1)
            wait_for(lambda program=program: child.program not in (None, program))


def test_without_a_program_chunks_are_kept(tmp_path: Path) -> None:
    buffer = "<buffer>\nflush_mode immediate\nretry_max_times 1\nretry_wait 0.05\n</buffer>"
    with running(f"@type exec_filter\n@id e\ncommand true\ntag o\n{JSON}\n{buffer}", tmp_path) as driver:
        wait_for(lambda: driver.output._children[0].program is None)
        driver.emit("t", (T0, {"a": 1}))
        wait_for(lambda: driver.output.stats.num_errors > 0)
    assert driver.recorder.events == []


def test_a_program_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_exec_filter, "_END_SECONDS", 0.1)
    with running(f"@type exec_filter\ncommand sleep 60\ntag o\n{JSON}") as driver:
        process = driver.output._children[0].program
    assert process.poll() is not None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("tag o", "option 'command' is required"),
        ("command cat", "one of 'tag' and 'tag_key' in <extract> is needed"),
        ("command cat\ntag o\nnum_children 0", "option 'num_children' must be at least 1"),
        (
            "command cat\ntag o\nchild_respawn often",
            "option 'child_respawn' must be a number, none or inf, got 'often'",
        ),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type exec_filter\n{options}\n<format>\n@type json\n</format>\n<parse>\n@type json\n</parse>")
    assert message in str(caught.value)
