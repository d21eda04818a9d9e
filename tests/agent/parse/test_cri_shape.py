"""Container lines by the column give what the expression gives."""

import re

import pytest

from kelp.agent.parse.cri_shape import CriShape
from kelp.agent.plugin.parser import ParsedLines
from kelp.agent.timefmt import build_time_parser

GREEDY = r"^(?P<time>.+) (?P<stream>stdout|stderr) [^ ]* (?P<log>.*)$"
TAGGED = r"^(?P<time>[^ ]+) (?P<stream>stdout|stderr) (?P<tag>[^ ]*) (?P<log>.*)$"
AT = "2026-11-01T08:00:01.943984914Z"
PLAIN = [f"{AT} stdout F one", "2026-11-01T08:01:59.000000001Z stderr P two "]


@pytest.mark.parametrize("pattern", [GREEDY, TAGGED])
@pytest.mark.parametrize(
    ("line", "alike"),
    [
        (f"{AT} stdout F ", True),
        (f"{AT} stderr F a std text", True),
        (f"{AT} stdout F2 odd tag", False),
        (f"{AT} stdout  empty tag", False),
        ("2026-11-01T08:00:60.943984914Z stdout F leap", False),
        ("2026-11-01T08:00:01.94398491Z stdout F nine digits wanted", False),
        ("2026-11-01T08:00:01.9439849e1Z stdout F no number", False),
        ("2026-11-01T08:00:01.943984914+01:00 stdout F zone", False),
        ("2026-11-01T08:00:01.9439849,4Z stdout F no number", False),
        ("2026-11-01T08:00:01.94398491\u0664Z stdout F no digit", False),
        ("2026-11-01T08:00:0:.943984914Z stdout F no second", False),
        ("2026-11-01T08:00:01,943984914Z stdout F no point", False),
        ("2026-11-01T08:61:01.943984914Z stdout F no minute", False),
        ("2026-11-0\u0661T08:00:01.943984914Z stdout F no day", False),
        (f"{AT} stdout F two\nlines", False),
        (f"{AT} stdin F no stream", False),
        ("short", False),
        ("", False),
    ],
)
def test_columns_give_what_the_expression_gives(pattern, line, alike):
    shape = CriShape.of(pattern)
    read_time = build_time_parser(time_format="%Y-%m-%dT%H:%M:%S.%N%z")
    read_time(AT)
    out = ParsedLines()
    texts = [*PLAIN, line]
    assert shape._parse_alike(texts, read_time, out) is alike
    if alike:
        wanted = [re.search(pattern, text).groupdict() for text in texts]
        assert out.times == [read_time(one.pop("time")) for one in wanted]
        assert out.records == wanted
        assert out.lines == [0, 1, 2]


@pytest.mark.parametrize("log", ["x stdout F y", "stderr F y"])
def test_a_greedy_time_is_left_to_the_expression(log):
    read_time = build_time_parser(time_format="%Y-%m-%dT%H:%M:%S.%N%z")
    read_time(AT)
    texts = [*PLAIN, f"{AT} stdout F {log}"]
    assert CriShape.of(GREEDY)._parse_alike(texts, read_time, ParsedLines()) is False
    assert CriShape.of(TAGGED)._parse_alike(texts, read_time, ParsedLines()) is True
