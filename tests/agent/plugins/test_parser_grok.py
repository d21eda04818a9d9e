"""The grok and multiline_grok parsers."""

from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugins.parser_multiline_grok import MultilineGrokParser

ACCESS = '10.0.0.1 - bob [23/Nov/2026:10:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 34 "http://x/" "curl/8"'
T0 = 1_795_428_000_000_000_000


def parse(options: str, text: str, kind: str = "grok") -> tuple[int | None, dict[str, Any]]:
    parsed = Driver("parser", kind, options).plugin.parse(text)  # type: ignore[attr-defined]
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("options", "text", "record"),
    [
        ("grok_pattern %{IP:ip} %{NUMBER:n:integer} %{GREEDYDATA:rest}", "10.0.0.1 42 a b",
         {"ip": "10.0.0.1", "n": 42, "rest": "a b"}),
        ("grok_pattern %{COMBINEDAPACHELOG}", ACCESS,
         {"clientip": "10.0.0.1", "ident": "-", "auth": "bob", "timestamp": "23/Nov/2026:10:00:00 +0000", "verb": "GET",
          "request": "/a?b=c", "httpversion": "1.1", "response": "200", "bytes": "34", "referrer": '"http://x/"',
          "agent": '"curl/8"'}),
        ("grok_pattern %{COMMONAPACHELOG}\ngrok_pattern_series ecs-v1", ACCESS,
         {"source.address": "10.0.0.1", "user.name": "bob", "timestamp": "23/Nov/2026:10:00:00 +0000",
          "http.request.method": "GET", "url.original": "/a?b=c", "http.version": "1.1",
          "http.response.status_code": 200, "http.response.body.bytes": 34}),
        ("grok_pattern %{SYSLOGLINE}", "Nov  3 10:00:00 web-1 sshd[42]: Accepted key",
         {"timestamp": "Nov  3 10:00:00", "logsource": "web-1", "program": "sshd", "pid": "42",
          "message": "Accepted key"}),
        ("grok_pattern %{SYSLOG5424LINE}", "<34>1 2026-11-23T10:00:00Z h su - ID47 - hello",
         {"syslog5424_pri": "34", "syslog5424_ver": "1", "syslog5424_ts": "2026-11-23T10:00:00Z",
          "syslog5424_host": "h", "syslog5424_app": "su", "syslog5424_msgid": "ID47", "syslog5424_msg": "hello"}),
        ("grok_pattern %{HTTPD_ERRORLOG}", "[Mon Nov 23 10:00:00.123 2026] [core:error] [pid 7:tid 8] [client 1.2.3.4:5] AH1: no",
         {"timestamp": "Mon Nov 23 10:00:00.123 2026", "module": "core", "loglevel": "error", "pid": "7", "tid": "8",
          "clientip": "1.2.3.4", "clientport": "5", "errorcode": "AH1", "message": "no"}),
        ("grok_name_key g\n<grok>\nname ip\npattern ^%{IP:ip}$\n</grok>\n<grok>\npattern ^%{WORD:w}$\n</grok>", "1.2.3.4",
         {"ip": "1.2.3.4", "g": "ip"}),
        ("grok_name_key g\n<grok>\nname ip\npattern ^%{IP:ip}$\n</grok>\n<grok>\npattern ^%{WORD:w}$\n</grok>", "word",
         {"w": "word", "g": 1}),
        ("grok_failure_key no\ngrok_pattern ^%{IP:ip}$", "a b", {"message": "a b", "no": "No grok pattern matched"}),
        ("grok_pattern ^%{IP:ip}$", "a b", {"message": "a b"}),
        ("grok_pattern %{WORD:l:array:-} %{DATA:b:bool}$", "a true", {"l": ["a"], "b": True}),
        (r"grok_pattern (?<own>\d+)/%{INT:a}|%{WORD:a}", "5/6", {"own": "5", "a": "6"}),
        (r"grok_pattern (?<own>\d+)/%{INT:a}|%{WORD:a}", "x", {"a": "x"}),
    ],
)  # fmt: skip
def test_records(options: str, text: str, record: dict[str, Any]) -> None:
    assert parse(options, text)[1] == record


@pytest.mark.parametrize(
    "options",
    [
        "time_key t\ntime_format %Y-%m-%dT%H:%M:%SZ\nutc true\ngrok_pattern %{TIMESTAMP_ISO8601:t} %{WORD:w}",
        "<grok>\ntime_key t\ntime_format %Y-%m-%dT%H:%M:%S%z\npattern %{TIMESTAMP_ISO8601:t} %{WORD:w}\n</grok>",
        "time_format %Y-%m-%dT%H:%M:%S%z\n<grok>\npattern %{TIMESTAMP_ISO8601:time} %{WORD:w}\n</grok>",
    ],
)
def test_times(options: str) -> None:
    assert parse(options, "2026-11-23T10:00:00Z a") == (T0, {"w": "a"})


def test_a_pattern_whose_time_cannot_be_read_is_passed_over() -> None:
    options = "<grok>\ntime_format %H\npattern %{WORD:time}\n</grok>\n<grok>\npattern %{WORD:w}\n</grok>"
    assert parse(options, "noon")[1] == {"w": "noon"}


def test_custom_patterns(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("# mine\nBEAN [a-z]+\n")
    (tmp_path / "b").write_text("WORD [0-9]+\n")
    assert parse(f"custom_pattern_path {tmp_path}\ngrok_pattern %{{BEAN:b}} %{{WORD:w}}", "x 1")[1] == {
        "b": "x",
        "w": "1",
    }
    assert parse(f"custom_pattern_path {tmp_path}/a\ngrok_pattern %{{BEAN:b}}", "x")[1] == {"b": "x"}


def test_many_lines() -> None:
    plugin = Driver("parser", "grok", "grok_pattern ^%{INT:n:integer}$").plugin
    found = plugin.parse_texts(["1", "x", "2"])  # type: ignore[attr-defined]
    assert found.records == [{"n": 1}, {"message": "x"}, {"n": 2}]
    assert (found.lines, found.unmatched) == ([0, 1, 2], [])


def test_multiline() -> None:
    options = "multiline_start_regexp /^[^\\s]/\ngrok_pattern %{WORD:a}%{GREEDYDATA:rest}"
    plugin = Driver("parser", "multiline_grok", options).plugin
    assert isinstance(plugin, MultilineGrokParser)
    assert plugin.has_first_line
    assert [plugin.is_first_line(line) for line in ("a", " b")] == [True, False]
    assert plugin.parse("one\n two")[1] == {"a": "one", "rest": "\n two"}
    assert not Driver("parser", "multiline_grok", "grok_pattern %{WORD:a}").plugin.has_first_line  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "option 'grok_pattern' or a section <grok> is required"),
        ("grok_pattern %{NO}", "option 'grok_pattern': cannot expand '%{NO}': no pattern 'NO'"),
        ("<grok>\npattern %{NO}\n</grok>", "option 'pattern': cannot expand '%{NO}': no pattern 'NO'"),
        ("grok_pattern %{WORD:a}(", "option 'grok_pattern': "),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("parser", "grok", options)
    assert message in str(caught.value)
