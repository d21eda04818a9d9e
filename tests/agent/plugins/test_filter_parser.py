"""The parser filter: what becomes of the record, the time, and of what does not parse."""

from typing import Any

import pytest

from kelp.agent.event import Batch
from kelp.agent.plugin.driver import Driver

PARSE = "<parse>\n@type json\ntime_key t\ntime_type float\n</parse>\n"
GOOD = {"log": '{"x":1,"t":2.5}', "k": "v"}


def run(options: str, record: dict[str, Any]) -> tuple[list[tuple[int, dict[str, Any]]], list[str]]:
    driver = Driver("filter", "parser", "key_name log\n" + options + PARSE)
    batch = driver.plugin.filter_batch("t", Batch([7], [dict(record)]))  # type: ignore[attr-defined]
    return list(zip(batch.times, batch.records, strict=True)), [
        str(error[3]) for error in driver.collector.errors
    ]


@pytest.mark.parametrize(
    ("options", "time", "record"),
    [
        ("", 2_500_000_000, {"x": 1}),
        ("reserve_time true\n", 7, {"x": 1}),
        ("reserve_data true\n", 2_500_000_000, GOOD | {"x": 1}),
        ("reserve_data true\nremove_key_name_field true\n", 2_500_000_000, {"k": "v", "x": 1}),
        ("inject_key_prefix p.\n", 2_500_000_000, {"p.x": 1}),
        ("hash_value_field h\n", 2_500_000_000, {"h": {"x": 1}}),
        ("hash_value_field h\ninject_key_prefix p.\n", 2_500_000_000, {"h": {"p.x": 1}}),
    ],
)
def test_parsed(options: str, time: int, record: dict[str, Any]) -> None:
    assert run(options, GOOD) == ([(time, record)], [])


@pytest.mark.parametrize(
    ("options", "record", "kept", "errors"),
    [
        ("", {"log": "no"}, [], ["pattern not matched with data 'no'"]),
        ("reserve_data true\n", {"log": "no"}, [(7, {"log": "no"})], ["pattern not matched with data 'no'"]),
        ("emit_invalid_record_to_error false\n", {"log": "no"}, [], []),
        ("", {"k": 1}, [], ["log does not exist"]),
        ("reserve_data true\n", {"k": 1}, [(7, {"k": 1})], ["log does not exist"]),
        (
            "reserve_data true\n",
            {"log": {"a": 1}},
            [(7, {"log": {"a": 1}})],
            ["cannot parse log: it is a dict, not text"],
        ),
    ],
)
def test_not_parsed(
    options: str, record: dict[str, Any], kept: list[tuple[int, dict[str, Any]]], errors: list[str]
) -> None:
    assert run(options, record) == (kept, errors)


def test_flat_options_of_fluentd_0_12() -> None:
    driver = Driver("filter", "parser", "key_name log\nformat /^(?<a>\\w) (?<b>\\w)$/")
    assert driver.filter([{"log": "x y"}]) == [{"a": "x", "b": "y"}]
