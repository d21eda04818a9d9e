"""Bytes of a file to events."""

import time
from types import SimpleNamespace

import pytest

from kelp.agent.plugin.base import build
from kelp.agent.tail.consumer import LineConsumer
from kelp.agent.tail.multiline_consumer import MultilineConsumer
from kelp.agent.tail.reader import Reader, Take
from kelp.agent.tail.throttle import GroupSection, GroupThrottle
from kelp.common.log import Log
from tests.agent.elements import section

WHOLE, LINES, ALL = Take.WHOLE_EVENTS, Take.WHOLE_LINES, Take.ALL
UNTIMED = {"@type": "json", "estimate_current_event": "false"}
FIRST = {"@type": "multiline", "format_firstline": "/^\\d/", "format1": "/^(?<n>\\d+) (?<m>.*)/"}
MATCH = {"@type": "multiline", "format1": "/^(?<n>\\d+)\\n/", "format2": "/end(?<m>.*)/"}


def consume(options, data, take, **settings):
    """Bytes used, and the records given."""
    used, records, _ = run(options, data, take, settings)
    return used, records


def run(options, data, take, settings):
    """Bytes used, the records given, and where the line of each begins."""
    parser = build("parser", options["@type"], section("parse", options), SimpleNamespace(workers=1), None)
    records, starts = [], []

    def hand_on(_reader, batch, start_of):
        records.extend(batch.records)
        starts.extend(start_of(index) for index in range(len(batch.records)))

    kind = MultilineConsumer if options["@type"] == "multiline" else LineConsumer
    made = kind(parser, hand_on, Log("test"), **settings)
    reader = Reader(-1, (0, 0), "/a.log", "/a.log", 0)
    return made.consume(reader, data, take), records, starts


def messages(*texts):
    return [{"message": text} for text in texts]


@pytest.mark.parametrize(
    ("options", "data", "take", "settings", "want"),
    [
        ({"@type": "none"}, b"a\nb\nc", WHOLE, {}, (4, messages("a", "b"))),
        ({"@type": "none"}, b"a\nb\nc", ALL, {}, (5, messages("a", "b", "c"))),
        ({"@type": "none"}, b"a", WHOLE, {}, (0, [])),
        ({"@type": "none"}, b"a\r\n\r\nb\n", WHOLE, {}, (7, messages("a", "", "b"))),
        ({"@type": "none"}, b"\xff\n", WHOLE, {}, (2, messages("\udcff"))),
        ({"@type": "none"}, b"\xe9\n", WHOLE, {"codec": "iso8859-1"}, (2, messages("é"))),
        ({"@type": "none"}, "äa\n\u0a0ab\nc".encode("utf-16-le"), WHOLE, {"codec": "utf-16-le"}, (12, messages("äa", "\u0a0ab"))),
        ({"@type": "none"}, b"abc\nabcde\n", WHOLE, {"longest_line": 4}, (10, messages("abc"))),
        ({"@type": "none"}, b"a\nb\nc\n", WHOLE, {"lines_at_once": 2}, (6, messages("a", "b", "c"))),
        ({"@type": "json"}, b'{"a":1}\nbad\n{"a":2}\n', WHOLE, {}, (20, [{"a": 1}, {"a": 2}])),
        (
            {"@type": "json"},
            b'{"a":1}\nbad\n{"a":2}\n',
            WHOLE,
            {"emit_unmatched": True},
            (20, [{"a": 1}, {"unmatched_line": "bad"}, {"a": 2}]),
        ),
        (UNTIMED, b'{"a":1}\n{"a":2,"time":5}\n', WHOLE, {"emit_unmatched": True}, (25, [{"unmatched_line": '{"a":1}'}, {"a": 2}])),
        (FIRST, b"1 a\n b\n2 c\n d\n", WHOLE, {}, (7, [{"n": "1", "m": "a\n b"}])),
        (FIRST, b"1 a\n b\n2 c\n d\nx", LINES, {}, (14, [{"n": "1", "m": "a\n b"}, {"n": "2", "m": "c\n d"}])),
        (FIRST, b"before\n1 a\n", LINES, {"emit_unmatched": True}, (11, [{"unmatched_line": "before"}, {"n": "1", "m": "a"}])),
        (FIRST, b"before\n", WHOLE, {}, (7, [])),
        (FIRST, b"1 a\r\n b\r\n2", ALL, {}, (10, [{"n": "1", "m": "a\r\n b"}])),
        (MATCH, b"1\nend x\n2\n", WHOLE, {}, (8, [{"n": "1", "m": " x"}])),
        (MATCH, b"1\nend x\n", WHOLE, {"emit_unmatched": True}, (8, [{"unmatched_line": "1"}, {"unmatched_line": "end x"}])),
    ],
)  # fmt: skip
def test_consume(options, data, take, settings, want):
    assert consume(options, data, take, **settings) == want


@pytest.mark.parametrize(
    ("options", "data", "take", "settings", "want"),
    [
        ({"@type": "none"}, b"a\n\nbc\nd", WHOLE, {}, [0, 2, 3]),
        ({"@type": "none"}, b"a\n\nbc\nd", ALL, {}, [0, 2, 3, 6]),
        ({"@type": "none"}, b"a\r\nb\r\nc\r\n", WHOLE, {"lines_at_once": 2}, [0, 3, 6]),
        ({"@type": "none"}, b"a\nlong\nb\n", WHOLE, {"longest_line": 3}, [0, 0]),
        ({"@type": "none"}, b"\xe9\na\n", WHOLE, {"codec": "iso8859-1"}, [0, 0]),
        ({"@type": "json"}, b'{"a":1}\nbad\n[{"a":2},{"a":3}]\n', WHOLE, {}, [0, 12, 12]),
        (FIRST, b"1 a\n b\n2 c\n d\nx", LINES, {}, [0, 7]),
        (MATCH, b"1\nend x\n2\nend\n", WHOLE, {}, [0, 8]),
    ],
)
def test_where_lines_begin(options, data, take, settings, want):
    """Where lines are left out or converted, they are not told apart."""
    assert run(options, data, take, settings)[2] == want


def test_group_limits():
    rule = section("rule", {"match": '{"app": "/^web/"}', "limit": "10"})
    group = GroupSection.read(
        section("group", {"pattern": r"/(?<app>\w+)\.log$/", "rate_period": "1s"}, rule)
    )
    throttle = GroupThrottle(group)
    now = time.monotonic()
    assert throttle.allowance("/web1.log", now) == 10
    assert throttle.allowance("/web2.log", now) == 5
    throttle.count("/web1.log", 5)
    assert throttle.allowance("/web1.log", now) == 0
    assert throttle.allowance("/db.log", now) is None
    assert throttle.allowance("/web1.log", now + 1) == 5
    throttle.forget("/web2.log")
    assert throttle.allowance("/web1.log", now + 1) == 10
