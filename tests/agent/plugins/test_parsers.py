"""Parsers give what Fluentd's give: one row per case, one event at a time and as a batch."""

import json
import time
from types import SimpleNamespace

import msgpack
import pytest

from kelp.agent.config import ConfigError
from kelp.agent.parse import ParserError
from kelp.agent.parse.record_parser import decode_line
from kelp.agent.plugin.base import build
from tests.agent.elements import section

NOW = "now"
RECENT = 600 * 10**9


def parser(options, *inner):
    element = section("parse", options, *inner)
    return build("parser", options["@type"], element, SimpleNamespace(workers=1), None)


def events(options, text, *inner):
    """What parse gives; parse_texts must give the same."""
    made = parser(options, *inner)
    try:
        one = [e for e in made.parse_all(text) if e is not None]
    except ParserError:
        one = "error"
    batch = made.parse_texts([text])
    if one == "error":
        assert list(batch.errors) == [0]
        return "error"
    assert batch.records == [record for _when, record in one]
    for got, (want, _record) in zip(batch.times, one, strict=True):
        assert abs(got - (want or time.time_ns())) < RECENT
    out = []
    for when, record in one:
        is_now = when is None or abs(when - time.time_ns()) < RECENT
        out.append((NOW if is_now else when, record))
    return out


CRI = r"/^(?<time>.+) (?<stream>stdout|stderr) [^ ]* (?<log>.*)$/"
LETTER = r"/^(?<time>.+) (?<stream>stdout|stderr)( (?<logtag>.))? (?<log>.*)$/"
CRI_TIME = "%Y-%m-%dT%H:%M:%S.%N%:z"
STAMP = "2016-02-17T00:04:05.931087621Z"
AT = 1455667445931087621


@pytest.mark.parametrize(
    ("options", "text", "want"),
    [
        ({"@type": "none"}, "a b", [(NOW, {"message": "a b"})]),
        ({"@type": "none", "message_key": "log"}, "", [(NOW, {"log": ""})]),
        ({"@type": "json"}, '{"a":1}', [(NOW, {"a": 1})]),
        ({"@type": "json"}, '{"time":1.5,"a":1}', [(1_500_000_000, {"a": 1})]),
        ({"@type": "json"}, '{"time":"7","a":1}', [(7_000_000_000, {"a": 1})]),
        ({"@type": "json"}, '{"time":null}', "error"),
        ({"@type": "json"}, '[{"time":1},{"time":2},3]', [(10**9, {}), (2 * 10**9, {})]),
        ({"@type": "json"}, "[1", []),
        ({"@type": "json"}, "7", []),
        ({"@type": "json"}, "", []),
        ({"@type": "json"}, '{"a":-Infinity}', [(NOW, {"a": float("-inf")})]),
        ({"@type": "json"}, '{"a":"\\ud800x"}', [(NOW, {"a": "\ufffdx"})]),
        ({"@type": "json"}, '  {"a":1} ', [(NOW, {"a": 1})]),
        (
            {"@type": "json", "time_key": "t", "time_format": "%Y", "keep_time_key": "true"},
            '{"t":"2020"}',
            [(1577836800 * 10**9, {"t": "2020"})],
        ),
        ({"@type": "json", "time_key": "t", "time_format": "%Y"}, '{"t":"x"}', "error"),
        (
            {"@type": "json", "types": "a:string,b:integer,c:float,d:bool", "null_empty_string": "true"},
            '{"a":1,"b":"12x","c":"1.5","d":"Yes","e":"","f":null}',
            [(NOW, {"a": "1", "b": 12, "c": 1.5, "d": True, "e": None, "f": None})],
        ),
        ({"@type": "json", "null_value_pattern": "^-$"}, '{"a":"-","b":"--"}', [(NOW, {"a": None, "b": "--"})]),
        ({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME}, f"{STAMP} stdout F x", [(AT, {"stream": "stdout", "log": "x"})]),
        ({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME}, f"{STAMP} stdout F ", [(AT, {"stream": "stdout", "log": ""})]),
        ({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME}, f"{STAMP} stdout  x", [(AT, {"stream": "stdout", "log": "x"})]),
        ({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME}, f"{STAMP} stdout F", []),
        ({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME}, f"{STAMP} stdlog F x", []),
        (
            {"@type": "regexp", "expression": CRI, "time_format": CRI_TIME},
            f"{STAMP} stdout F a stderr F b",
            [(AT, {"stream": "stderr", "log": "b"})],
        ),
        ({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME}, "yesterday stdout F x", "error"),
        ({"@type": "regexp", "expression": LETTER, "time_format": CRI_TIME}, f"{STAMP} stdout F x y", [(AT, {"stream": "stdout", "logtag": "F", "log": "x y"})]),
        ({"@type": "regexp", "expression": LETTER, "time_format": CRI_TIME}, f"{STAMP} stdout xy z", [(AT, {"stream": "stdout", "log": "xy z"})]),
        ({"@type": "regexp", "expression": r"/(?<a>\h+)(?:-(?<b>x))?/"}, "zz beef", [(NOW, {"a": "beef"})]),
        ({"@type": "regexp", "expression": r"/^(?<a>B.)$/i"}, "x\nbc\ny", [(NOW, {"a": "bc"})]),
        ({"@type": "ltsv"}, "a:1\tb:x:y\tc\td:", [(NOW, {"a": "1", "b": "x:y", "d": ""})]),
        ({"@type": "ltsv", "delimiter_pattern": r"/\s+/", "label_delimiter": "="}, "a=1  b=2", [(NOW, {"a": "1", "b": "2"})]),
        ({"@type": "tsv", "keys": "a,b,c"}, "1\t2\t3\t4", [(NOW, {"a": "1", "b": "2", "c": "3\t4"})]),
        ({"@type": "tsv", "keys": "a,b,c"}, "1", [(NOW, {"a": "1", "b": None, "c": None})]),
        ({"@type": "csv", "keys": "a,b,c,d"}, 'x,,"","q ""z"", y"', [(NOW, {"a": "x", "b": None, "c": "", "d": 'q "z", y'})]),
        ({"@type": "csv", "keys": "a"}, "", []),
        ({"@type": "csv", "keys": "a,b"}, 'x"y,z', "error"),
        ({"@type": "csv", "keys": "a,b", "parser_engine": "fast"}, 'x"y,"1,2"', [(NOW, {"a": 'x"y', "b": "1,2"})]),
        (
            {"@type": "nginx"},
            '1.2.3.4 - - [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 200 7 "-" "UA" "9.9.9.9"',
            [(1362020400 * 10**9, {"remote": "1.2.3.4", "host": "-", "user": "-", "method": "GET", "path": "/", "code": "200", "size": "7", "referer": "-", "agent": "UA", "http_x_forwarded_for": "9.9.9.9"})],
        ),
        (
            {"@type": "apache_error"},
            "[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied",
            [(971274772 * 10**9, {"level": "error", "client": "127.0.0.1", "message": "client denied"})],
        ),
        ({"@type": "kubernetes"}, "X bad", []),
        ({"@type": "cri"}, f"{STAMP} stderr P half", [(AT, {"stream": "stderr", "logtag": "P", "message": "half", "time": STAMP})]),
        ({"@type": "cri"}, "too few words", []),
        (
            {"@type": "syslog", "with_priority": "true", "message_format": "rfc5424"},
            "<16>1 2017-02-06T13:14:15.003Z 192.168.0.1 fluentd 1 ID1 - Hi!",
            [(1486386855003000000, {"pri": 16, "host": "192.168.0.1", "ident": "fluentd", "pid": "1", "msgid": "ID1", "extradata": "-", "message": "Hi!"})],
        ),
        ({"@type": "syslog", "with_priority": "true"}, "Feb 28 12:00:00 h p: no priority", []),
    ],
)  # fmt: skip
def test_parser(options, text, want):
    assert events(options, text) == want


def test_syslog_without_a_year():
    ((when, record),) = parser({"@type": "syslog"}).parse_all(
        "Feb 28 12:00:00 192.168.0.1 fluentd[11111]: [error] Test"
    )
    year = time.gmtime().tm_year
    assert time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(when // 10**9)) == f"{year}-02-28 12:00:00"
    assert record == {"host": "192.168.0.1", "ident": "fluentd", "pid": "11111", "message": "[error] Test"}


def test_cri_with_inner_parser():
    inner = section("parse", {"@type": "json", "time_format": "%Y", "time_key": "t"})
    got = events({"@type": "cri"}, f'{STAMP} stdout F {{"t":"2020","a":1}}', inner)
    assert got == [(1577836800 * 10**9, {"a": 1, "stream": "stdout", "logtag": "F"})]


def multi(*patterns, **options):
    return parser({"@type": "multi_format", **options}, *(section("pattern", p) for p in patterns))


DOCKER = {"format": "json", "time_key": "time", "time_format": "%Y-%m-%dT%H:%M:%S.%NZ"}


def test_multi_format_keeps_the_order_of_lines():
    made = multi(DOCKER, {"format": CRI, "time_format": CRI_TIME}, {"format": "none"})
    lines = [
        f"{STAMP} stdout F one",
        json.dumps({"log": "two", "time": STAMP}),
        "three",
        json.dumps({"log": "no fraction", "time": "2016-02-17T00:04:05Z"}),
        f"{STAMP} stderr F five",
        '[{"log":"six"},{"log":"not taken"}]',
    ]
    got = made.parse_texts(lines)
    assert got.records == [
        {"stream": "stdout", "log": "one"},
        {"log": "two"},
        {"message": "three"},
        {"message": lines[3]},
        {"stream": "stderr", "log": "five"},
        {"log": "six"},
    ]
    assert got.lines == list(range(6))
    assert not got.unmatched
    assert got.records == [made.parse(line)[1] for line in lines]


def test_multi_format_names_the_format():
    made = multi(DOCKER, {"format": "none", "format_name": "rest"}, format_key="form")
    got = made.parse_texts(['{"a":1}', "x"])
    assert [record["form"] for record in got.records] == [None, "rest"]


def test_multi_format_without_a_match():
    assert multi(DOCKER).parse_texts(["x", "{}", "y"]).unmatched == [0, 2]


def test_multi_format_leaves_out_a_text_that_gives_nothing():
    made = multi(DOCKER, {"format": "none"})
    got = made.parse_texts(["[]", "x", '{"a":1}', "[]"])
    assert got.records == [{"message": "x"}, {"a": 1}]
    assert got.lines == [1, 2]
    assert len(got.times) == 2
    assert not got.unmatched


def test_bytes_that_are_not_utf8_do_no_harm():
    assert parser({"@type": "none"}).parse_texts([decode_line(b"a\xffb"), "ok"]).records == [
        {"message": "a\udcffb"},
        {"message": "ok"},
    ]
    assert parser({"@type": "json"}).parse_texts([decode_line(b'{"a":"\xff"}')]).records == [{"a": "\udcff"}]
    cri = parser({"@type": "regexp", "expression": CRI, "time_format": CRI_TIME})
    assert cri.parse_texts([decode_line(f"{STAMP} stdout F ".encode() + b"\xc3(")]).records == [
        {"stream": "stdout", "log": "\udcc3("}
    ]


def test_multiline_parses_the_rest_again():
    made = parser(
        {"@type": "multiline", "format_firstline": "/^a/", "format1": "/^a(?<x>.)/", "format2": "/ b(?<y>.)/"}
    )
    assert [e and e[1] for e in made.parse_all("a1 b2\na3 b4\nrest")] == [
        {"x": "1", "y": "2"},
        {"x": "3", "y": "4"},
        None,
    ]
    assert made.has_first_line
    assert made.is_first_line("abc")
    assert not made.is_first_line("xyz")


def test_msgpack():
    data = msgpack.packb({"a": 1}) + msgpack.packb([{"a": 2}, 3])
    made = parser({"@type": "msgpack"})
    assert [e and e[1] for e in made.parse_bytes(data)] == [{"a": 1}, {"a": 2}, None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"@type": "regexp", "expression": "/abc/"}, "needs at least one named group"),
        ({"@type": "json", "types": "a:number"}, "cannot convert field 'a' to 'number'"),
        ({"@type": "json", "timezone": "JST", "time_format": "%Y"}, "cannot use timezone 'JST'"),
        ({"@type": "json", "time_type": "mixed"}, "set time_format or time_format_fallbacks"),
        ({"@type": "json", "utc": "true", "localtime": "true"}, "both utc and localtime"),
        ({"@type": "multiline", "format1": "/a/", "format3": "/b/"}, "format3 stands without format2"),
        ({"@type": "multiline", "format1": "a"}, "must be an expression between slashes"),
        ({"@type": "csv"}, "option 'keys' is required"),
    ],
)
def test_faults(options, message):
    with pytest.raises(ConfigError, match=message) as caught:
        parser(options)
    assert str(caught.value).startswith("test.conf:1: ")
