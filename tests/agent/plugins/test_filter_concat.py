"""concat: every way to know where a message ends, and what becomes of unfinished ones."""

from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.event import Batch
from kelp.agent.plugin.driver import Driver
from tests.agent.waiting import wait_for

Events = list[dict[str, Any]]


def lines(*texts: str) -> Events:
    return [{"log": text, "i": at} for at, text in enumerate(texts)]


def run(options: str, records: Events) -> list[tuple[int, dict[str, Any]]]:
    driver = Driver("filter", "concat", 'key log\nseparator ""\n' + options)
    batch = driver.plugin.filter_batch("t", Batch(list(range(len(records))), records))  # type: ignore[attr-defined]
    return list(zip(batch.times, batch.records, strict=True))


START = "multiline_start_regexp /^S/\n"
END = "multiline_end_regexp /E$/\n"


@pytest.mark.parametrize(
    ("options", "texts", "expected"),
    [
        ("n_lines 2", "a b c", [(1, "ab")]),
        (START, "S1 a S2 b S3", [(2, "S1a"), (4, "S2b")]),
        (START, "a S1", [(0, "a")]),
        (START + "use_first_timestamp true", "S1 a S2", [(0, "S1a")]),
        (END, "a bE c dE", [(1, "abE"), (3, "cdE")]),
        (END, "E xE", [(0, "E"), (1, "xE")]),
        (START + END, "S1 a xE SE b", [(2, "S1axE"), (3, "SE"), (4, "b")]),
        (START + "continuous_line_regexp /^c/", "S1 c1 x S2", [(2, "S1c1"), (2, "x")]),
    ],
)
def test_lines(options: str, texts: str, expected: list[tuple[int, str]]) -> None:
    assert [(when, record["log"]) for when, record in run(options, lines(*texts.split()))] == expected


def test_the_first_part_s_fields_win() -> None:
    got = run("n_lines 2", [{"log": "a", "k": 1}, {"log": "b", "k": 2, "m": 3}])
    assert got == [(1, {"log": "ab", "k": 1, "m": 3})]


def test_cri_tags() -> None:
    options = "use_partial_cri_logtag true\npartial_cri_logtag_key tag\nstream_identity_key stream"
    records = [
        {"log": "a", "tag": "P", "stream": "out"},
        {"log": "1", "tag": "P", "stream": "err"},
        {"log": "b", "tag": "F", "stream": "out"},
        {"log": "2", "tag": "F:x", "stream": "err"},
        {"log": "whole", "tag": "F", "stream": "out"},
        {"other": 1},
    ]
    got = run(options, records)
    assert got == [(2, {"log": "ab"}), (3, {"log": "12"}), (4, {"log": "whole"}), (5, {"other": 1})]


def test_partial_field() -> None:
    options = "partial_key part\npartial_value true\n"
    records: Events = [{"log": "a", "part": "true"}, {"log": "b", "part": "false"}, {"log": "c"}]
    assert run(options, [dict(one) for one in records]) == [(1, {"log": "ab"}), (2, {"log": "c"})]
    kept = run(options + "keep_partial_key true", records)
    assert kept[0] == (1, {"log": "ab", "part": "false"})


@pytest.mark.parametrize(
    ("method", "expected"),
    [("ignore", ["aaaabbbbcc"]), ("truncate", ["aaaa", "cc"]), ("drop", ["cc"]), ("new", ["aaaa", "bbbbcc"])],
)
def test_messages_that_are_too_long(method: str, expected: list[str]) -> None:
    options = f"partial_key p\npartial_value t\nbuffer_limit_size 16\nbuffer_overflow_method {method}"
    records = [{"log": "aaaa", "p": "t"}, {"log": "bbbb", "p": "t"}, {"log": "cc", "p": "f"}]
    assert [record["log"] for _, record in run(options, records)] == expected


def test_docker_metadata_is_sorted_by_ordinal() -> None:
    def part(text: str, name: str, ordinal: str, last: str) -> dict[str, Any]:
        marks = {
            "partial_message": "true",
            "partial_id": name,
            "partial_ordinal": ordinal,
            "partial_last": last,
        }
        return {"log": text, **marks}

    records = [
        part("b", "1", "2", "false"),
        part("x", "2", "1", "false"),
        part("a", "1", "1", "false"),
        part("c", "1", "3", "true"),
    ]
    assert run("use_partial_metadata true", records) == [(3, {"log": "abc"})]


def test_unfinished_messages_at_the_end_go_on() -> None:
    driver = Driver("filter", "concat", "key log\nmultiline_end_regexp /E$/")
    driver.start()
    assert driver.filter(lines("a", "b")) == []
    driver.stop()
    assert [(tag, record["log"]) for tag, _, record in driver.collector.events] == [("test", "a\nb")]
    assert driver.collector.errors == []


def test_a_message_that_times_out_goes_on() -> None:
    driver = Driver("filter", "concat", "key log\nmultiline_end_regexp /E$/\nflush_interval 0.1")
    driver.start()
    driver.filter(lines("a", "b"))
    wait_for(lambda: driver.collector.events)
    driver.stop()
    assert [(tag, record["log"]) for tag, _, record in driver.collector.events] == [("test", "a\nb")]
    assert driver.collector.errors == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "one of these is required: n_lines, multiline_start_regexp"),
        ("n_lines 2\npartial_key p", "n_lines and partial_key are exclusive"),
        ("partial_key p", "option 'partial_value' is required with partial_key"),
        ("use_partial_cri_logtag true", "option 'partial_cri_logtag_key' is required"),
        ("multiline_start_regexp /(/", "option 'multiline_start_regexp' must be a regular expression"),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("filter", "concat", "key log\n" + options)
    assert message in str(caught.value)
