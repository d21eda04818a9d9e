"""detect_exceptions: traces of every language become one event, everything else passes."""

from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.event import Batch
from kelp.agent.plugin import Output
from kelp.agent.plugin.driver import Driver

OPTIONS = "remove_tag_prefix raw\nmessage log\n"
JAVA = ["java.lang.IllegalStateException: oops", "\tat a.B.c(B.java:1)", "Caused by: Y", "\t... 2 more"]
PYTHON = ["Traceback (most recent call last):", '  File "a.py", line 1, in f', "    x()", "ValueError: no"]
GO = ["panic: boom", "", "goroutine 1 [running]:", "main.main()", "\t/a.go:1 +0x1"]
JS = ["TypeError: no", "    at f (/a.js:1:1)", "    at eval at g (b.js:2:2)"]
RUBY = ["NoMethodError (undefined method):", "  ", "\tapp/a.rb:1:in `f'"]
PHP = [
    "PHP Fatal error:  Uncaught exception 'X' with message 'm'",
    "Stack trace:",
    "#0 a.php(1)",
    "  thrown in a.php on line 1",
]
DART = ["Unhandled exception:", "Bad state: no", "#0      main (a.dart:1)"]
CSHARP = [
    "System.Exception: no",
    "  at A.B() in a.cs:line 1",
    "   --- End of inner exception stack trace ---",
]


def run(options: str, records: list[dict[str, Any]], *, batches: int = 1) -> Driver:
    driver = Driver("output", "detect_exceptions", OPTIONS + options)
    assert isinstance(driver.plugin, Output)
    size = -(-len(records) // batches)
    for start in range(0, len(records), size):
        part = records[start : start + size]
        driver.plugin.emit_batch("raw.k.x", Batch(list(range(start, start + len(part))), part))
    return driver


def logs(driver: Driver) -> list[str]:
    return [record["log"] for _, _, record in driver.collector.events]


@pytest.mark.parametrize("batches", [1, 3, 100])
@pytest.mark.parametrize("trace", [JAVA, PYTHON, GO, JS, RUBY, PHP, DART, CSHARP])
def test_traces_are_joined(trace: list[str], batches: int) -> None:
    records = [{"log": line + "\n"} for line in ["before", *trace, "after", "end"]]
    driver = run("", records, batches=batches)
    assert logs(driver) == ["before\n", "".join(line + "\n" for line in trace), "after\n", "end\n"]
    assert {tag for tag, _, _ in driver.collector.events} == {"k.x"}


def test_streams_are_kept_apart() -> None:
    records = [{"log": line, "s": "a"} for line in JAVA]
    records.insert(2, {"log": "other", "s": "b"})
    driver = run("stream s", [*records, {"log": "x", "s": "a"}])
    assert logs(driver) == ["other", "".join(JAVA), "x"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("max_lines 2", [JAVA[0] + JAVA[1], JAVA[2], JAVA[3], "end"]),
        ("max_bytes 60", [JAVA[0] + JAVA[1], JAVA[2], JAVA[3], "end"]),
        ("languages python", [*JAVA, "end"]),
        ("force_line_breaks true", ["\n".join(JAVA), "end"]),
    ],
)
def test_options(options: str, expected: list[str]) -> None:
    assert logs(run(options, [{"log": line} for line in [*JAVA, "end"]])) == expected


def test_a_trace_after_a_trace() -> None:
    assert logs(run("", [{"log": line} for line in [*JS, *PYTHON, "x"]])) == [
        "".join(JS),
        "".join(PYTHON),
        "x",
    ]


def test_records_without_the_field_pass_and_end_a_trace() -> None:
    driver = run("", [{"log": JAVA[0]}, {"other": 1}, {"log": JAVA[1]}])
    assert [record for _, _, record in driver.collector.events] == [
        {"log": JAVA[0]},
        {"other": 1},
        {"log": JAVA[1]},
    ]


def test_an_unfinished_trace_is_sent_on_at_the_end() -> None:
    driver = run("", [{"log": line} for line in JAVA])
    assert logs(driver) == []
    driver.stop()
    assert logs(driver) == ["".join(JAVA)]


def test_an_unknown_language_is_a_fault() -> None:
    with pytest.raises(ConfigError, match=r"option 'languages' must be one of java, .*, got \['cobol'\]"):
        Driver("output", "detect_exceptions", OPTIONS + "languages cobol")
