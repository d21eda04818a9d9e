"""What the log says of events that could not be processed."""

import logging

import pytest

from kelp.agent.pipeline import errors
from kelp.agent.pipeline.errors import LoggedErrors, RoutedErrors, show


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(errors.clock, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def lines(monkeypatch):
    found = []
    logger = logging.getLogger("kelp.agent.error")
    handler = logging.Handler()
    handler.emit = lambda record: found.append((record.getMessage(), record.fields))
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def test_a_flood_is_one_line_a_second(clock, lines):
    sink = LoggedErrors()
    for number in range(50):
        sink.handle_record("t", 0, {"n": number}, ValueError("no"))
    sink.handle_record("t", 0, {"n": 0}, TypeError("other"))
    clock[0] += 1
    sink.handle_record("t", 5, {"n": 50}, ValueError("no"))
    assert [(message, fields["error_class"], fields.get("more")) for message, fields in lines] == [
        ("dump an error event", "ValueError", None),
        ("dump an error event", "TypeError", None),
        ("dump an error event", "ValueError", 49),
    ]
    assert lines[-1][1]["record"] == {"n": 50}


def test_the_error_label_gets_everything(clock, lines):
    class Router:
        def __init__(self):
            self.taken = []

        def emit(self, tag, batch):
            self.taken += batch.records

    router = Router()
    sink = RoutedErrors(router)
    for number in range(50):
        sink.handle_record("t", 0, {"n": number}, ValueError("no"))
    assert len(router.taken) == 50
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("record", "want"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a": "x" * 301, "b": 2}, {"a": "x" * 300 + "… (301 characters)", "b": 2}),
        ({"a": [1] * 1000, "b": b"\xff"}, {"a": "[" + "1, " * 99 + "1,… (3000 characters)", "b": b"\xff"}),
        (
            {f"k{n}": "x" * 300 for n in range(6)},
            {**{f"k{n}": "x" * 300 for n in range(4)}, "…": "2 more fields"},
        ),
    ],
)
def test_records_are_cut(record, want):
    assert show(record) == want


def test_errors_are_cut(clock, lines):
    LoggedErrors().handle_record("t", 0, {}, ValueError("x" * 10_000_000))
    assert len(lines[0][1]["error"]) < 1100
