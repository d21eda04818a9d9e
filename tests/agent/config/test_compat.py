"""Fluentd 0.12's flat options, lifted into sections."""

from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.compat import lift_flat_options
from kelp.agent.config.v1 import parse_v1


def lift(text: str, *kinds: str, default_chunk_key: str = "") -> dict[str, dict[str, object]]:
    element = parse_v1(text, "f", Path("/nowhere"))
    lift_flat_options(element, kinds, default_chunk_key)
    return {
        f"{one.name} {one.arg}".strip(): {k: a.value for k, a in one.attrs.items()}
        for one in element.elements
    }


@pytest.mark.parametrize(
    ("text", "kind", "sections"),
    [
        ("format json\ntime_key t", "parser", {"parse": {"time_key": "t", "@type": "json"}}),
        ("format /(?<a>.)/", "parser", {"parse": {"@type": "regexp", "expression": "(?<a>.)"}}),
        (
            "format none\ntypes a:integer,b:float",
            "parser",
            {"parse": {"@type": "none", "types": '{"a":"integer","b":"float"}'}},
        ),
        ("format ltsv\nutc", "parser", {"parse": {"@type": "ltsv", "localtime": "false"}}),
        ("<parse>\n</parse>\nformat json", "parser", {"parse": {}}),
        ("x 1", "parser", {}),
        (
            "buffer_type file\nbuffer_path /b\nbuffer_queue_full_action exception\nnum_threads 2",
            "buffer",
            {
                "buffer": {
                    "@type": "file",
                    "path": "/b",
                    "flush_thread_count": "2",
                    "overflow_action": "throw_exception",
                }
            },
        ),
        (
            "time_slice_format %Y%m%d%H\nutc",
            "buffer",
            {"buffer time": {"timekey": "3600", "timekey_use_utc": "true"}},
        ),
        ("include_time_key true", "inject", {"inject": {"time_key": "time", "time_type": "string"}}),
        ("include_tag_key true\ntag_key @t", "inject", {"inject": {"tag_key": "@t"}}),
        ("format json\noutput_tag false", "formatter", {"format": {"@type": "json", "output_tag": "false"}}),
    ],
)
def test_lifting(text: str, kind: str, sections: dict[str, dict[str, object]]) -> None:
    assert lift(text, kind) == sections


def test_patterns_go_with_the_parser() -> None:
    element = parse_v1("format multi_format\n<pattern>\nformat json\n</pattern>", "f", Path("/nowhere"))
    lift_flat_options(element, ("parser",), "")
    (parse,) = element.children("parse")
    assert parse.get("@type") == "multi_format"
    assert [(one.name, one.get("format")) for one in parse.elements] == [("pattern", "json")]


def test_a_time_sliced_output_gets_a_day() -> None:
    assert lift("buffer_path /b", "buffer", default_chunk_key="time") == {
        "buffer time": {"path": "/b", "timekey": "86400"}
    }


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("time_slice_format %Y%m", "buffer", "time_slice_format with only %Y or %m is too long"),
        ("format json\nutc\nlocaltime", "parser", "both utc and localtime are given, use only one"),
    ],
)
def test_faults(text: str, kind: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        lift(text, kind)
