"""Formatters, as Fluentd writes events."""

from pathlib import Path
from typing import Any

import msgpack
import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch
from kelp.agent.plugin import build
from tests.agent.output_driver import T0, FakeContext, Recorder

RECORD = {"s": "a\tb", "n": 1, "f": 1.0, "t": True, "z": None, "o": {"k": [1, "x"]}, "u": "é"}


def formatted(options: str, record: dict[str, Any], time: int = T0 + 5) -> bytes:
    element = parse_v1(f"<format>\n{options}\n</format>", "test.conf", Path(".")).elements[0]
    recorder = Recorder()
    plugin = build("formatter", element.get("@type"), element, FakeContext(recorder), recorder)
    return plugin.format_batch("app.web", Batch([time], [record]))  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("options", "record", "expected"),
    [
        ("@type json", RECORD, '{"s":"a\\tb","n":1,"f":1.0,"t":true,"z":null,"o":{"k":[1,"x"]},"u":"é"}\n'),
        ("@type json\nadd_newline false", {}, "{}"),
        ("@type json\nnewline crlf", {"a": "/<>&"}, '{"a":"/<>&"}\r\n'),
        ("@type json", {"i": 2**80, "b": b"x", 1: "k", "nan": float("nan")}, f'{{"i":{2**80},"b":"x","1":"k","nan":null}}\n'),
        ("@type out_file", {"a": 1}, '2026-11-23T10:00:00+00:00\tapp.web\t{"a":1}\n'),
        ("@type out_file\nutc true", {"a": 1}, '2026-11-23T10:00:00Z\tapp.web\t{"a":1}\n'),
        ("@type out_file\ntimezone +09:00", {"a": 1}, '2026-11-23T19:00:00+09:00\tapp.web\t{"a":1}\n'),
        ("@type out_file\ntime_format %s.%N", {"a": 1}, '1795428000.000000005\tapp.web\t{"a":1}\n'),
        ("@type out_file\ntime_type unixtime\ndelimiter COMMA", {"a": 1}, '1795428000,app.web,{"a":1}\n'),
        ("@type out_file\ntime_type float\ndelimiter SPACE", {"a": 1}, '1795428000.000000005 app.web {"a":1}\n'),
        ("@type out_file\noutput_time false\noutput_tag false", {"a": 1}, '{"a":1}\n'),
        ("@type out_file\noutput_tag false", {"a": 1}, '2026-11-23T10:00:00+00:00\t{"a":1}\n'),
        ("@type stdout", {"a": 1}, '2026-11-23 10:00:00.000000005 +0000 app.web: {"a":1}\n'),
        ("@type stdout\noutput_type hash", {"a": 1}, '2026-11-23 10:00:00.000000005 +0000 app.web: {"a"=>1}\n'),
        ("@type ltsv", RECORD, 's:a b\tn:1\tf:1.0\tt:true\tz:\to:{"k"=>[1, "x"]}\tu:é\n'),
        ("@type ltsv\ndelimiter ,\nlabel_delimiter =", {"a": "x,y", "b": 2}, "a=x y,b=2\n"),
        ("@type csv\nfields s,n,z,none", RECORD, '"a\tb","1","",""\n'),
        ("@type csv\nfields a,b,c,d,e\nforce_quotes false", {"a": 'x"y', "b": "p,q", "c": " s", "d": "", "e": 1},
         '"x""y","p,q", s,"",1\n'),
        ("@type csv\nfields a,$.o.k\ndelimiter TAB\nforce_quotes false", {"a": 1, "o": {"k": 2}}, "1\t2\n"),
        ("@type tsv\nkeys n,z,u", RECORD, "1\t\té\n"),
        ("@type single_value", {"message": "m"}, "m\n"),
        ("@type single_value\nmessage_key log\nadd_newline false", {"log": 5}, "5"),
        ("@type single_value", {}, "\n"),
        ("@type hash", RECORD, '{"s"=>"a\\tb", "n"=>1, "f"=>1.0, "t"=>true, "z"=>nil, "o"=>{"k"=>[1, "x"]}, "u"=>"\\u00E9"}\n'),
        ("@type hash", {"q": '"#{x}\\\x1b\x01'}, '{"q"=>"\\"\\#{x}\\\\\\e\\u0001"}\n'),
        ("@type hash", {"a": 1e20, "b": 1.5e-7, "c": 1e16, "d": 123456789.25}, '{"a"=>1.0e+20, "b"=>1.5e-07, "c"=>1.0e+16, "d"=>123456789.25}\n'),
    ],
)  # fmt: skip
def test_text(options: str, record: dict[str, Any], expected: str) -> None:
    assert formatted(options, record).decode() == expected


def test_bytes_that_were_no_utf8_come_out_as_they_were() -> None:
    bad = b"\xff".decode("utf-8", "surrogateescape")
    assert formatted("@type json", {"a": bad}) == b'{"a":"\xff"}\n'
    assert formatted("@type single_value", {"message": bad}) == b"\xff\n"


def test_msgpack() -> None:
    assert msgpack.unpackb(formatted("@type msgpack", RECORD)) == RECORD


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("@type csv", "option 'fields' is required"),
        ("@type csv\nfields ,", "option 'fields' names no field"),
        ("@type out_file\nutc true\nlocaltime true", "both utc and localtime are given, use only one"),
        ("@type out_file\ntimezone Mars", "option 'timezone' must be a time zone, got 'Mars'"),
        ("@type stdout\noutput_type nope", "unknown formatter plugin 'nope'"),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        formatted(options, {})
    assert message in str(caught.value)


def test_msgpack_takes_integers_beyond_64_bits_as_text() -> None:
    assert formatted("@type msgpack", {"a": 2**70}) == b"\x81\xa1a\xb61180591620717411303424"
