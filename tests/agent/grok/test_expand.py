"""Grok patterns: Kelp's own definitions and their expansion."""

import pytest

from kelp.agent.grok.expand import UnknownPattern, definitions, expand, read
from kelp.agent.ruby.regexp import compile_regexp

LEGACY = definitions("legacy")


def matches(name: str, text: str) -> bool:
    """Whether the whole text fits a definition."""
    return compile_regexp(rf"\A(?:{expand('%{' + name + '}', LEGACY).source})\z").search(text) is not None


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("NUMBER", ["1", "-1.5", "+.5"], ["1.2.3", "x", ""]),
        ("INT", ["1", "-7"], ["1.5"]),
        ("POSINT", ["12"], ["0", "01"]),
        ("WORD", ["a_b1"], ["a b", "a-b"]),
        ("IPV4", ["10.0.0.1", "255.255.255.255"], ["256.1.1.1", "1.2.3"]),
        ("IPV6", ["::", "::1", "fe80::1%eth0", "2001:db8:85a3:0:0:8a2e:370:7334", "1:2:3:4:5:6:7::", "2001:db8::",
                  "::ffff:10.0.0.1", "1:2:3:4:5:6:10.0.0.1"], ["1:2:3", "12:34:56", "1:2:3:4:5:6:7:8:9", "1::2::3"]),
        ("MAC", ["aa:bb:cc:dd:ee:ff", "aa-bb-cc-dd-ee-ff", "aabb.ccdd.eeff"], ["aa:bb"]),
        ("HOSTNAME", ["a", "a.b-c.example.com"], ["-a", "a..b"]),
        ("HOSTPORT", ["a.b:80", "10.0.0.1:9200"], ["a.b"]),
        ("EMAILADDRESS", ["a.b+c@d.org"], ["@d.org", "a b@c"]),
        ("UUID", ["550e8400-e29b-41d4-a716-446655440000"], ["550e8400"]),
        ("QUOTEDSTRING", ['"a \\" b"', "'x'", '""', "`y`"], ['"a', 'a"']),
        ("UNIXPATH", ["/var/log/x_y-1.log", "/"], ["var/log"]),
        ("WINPATH", [r"C:\a\b.txt"], ["/a"]),
        ("URI", ["http://u:p@h.x:80/a/b?c=d#e", "ftp://h"], ["h.x/a"]),
        ("MONTH", ["Jan", "January", "Mär", "Sept", "Dez"], ["Janu", "X"]),
        ("TIME", ["10:00:59", "23:59:60.123"], ["24:00:00", "10:00"]),
        ("TIMESTAMP_ISO8601", ["2026-11-23T10:00:00.123+09:00", "2026-11-23 10:00Z", "2026-11-23T10:00:00,5"],
         ["23/11/2026"]),
        ("DATESTAMP_RFC2822", ["Mon, 23 Nov 2026 10:00:00 +0000"], ["Mon 23 Nov 2026 10:00:00"]),
        ("HTTPDATE", ["23/Nov/2026:10:00:00 +0000"], ["23/11/2026:10:00:00 +0000"]),
        ("LOGLEVEL", ["INFO", "warn", "Warning", "CRITICAL", "err"], ["loud", "INFOS"]),
        ("JAVASTACKTRACEPART", ["\tat a.b.C$D.<init>(C.java:12)", "at a.B.c(Native Method)"], ["in a.B.c()"]),
    ],
)  # fmt: skip
def test_definitions(name: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not matches(name, text)] == []
    assert [text for text in bad if matches(name, text)] == []


@pytest.mark.parametrize("series", ["legacy", "ecs-v1"])
def test_every_definition_compiles(series: str) -> None:
    known = definitions(series)
    for name in known:
        compile_regexp(expand("%{" + name + ":field}", known).source)


def test_fields_and_types() -> None:
    expansion = expand("%{INT:[a][b]:integer} (?<own>x) %{WORD} %{WORD:w}", read(["INT \\d+", "WORD\t\\w+"]))
    assert expansion.source == "(?<g0>\\d+) (?<g1>x) (?:\\w+) (?<g2>\\w+)"
    assert (expansion.fields, expansion.types) == (("a.b", "own", "w"), {"a.b": "integer", "w": "string"})


def test_pattern_files() -> None:
    assert read(["# comment\n", "\n", "A  x y\r\n", "B\tz\n"]) == {"A": "x y", "B": "z"}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("%{NO:x}", "cannot expand '%{NO:x}': no pattern 'NO'; define it with custom_pattern_path"),
        ("%{LOOP}", "cannot expand '%{LOOP}': a pattern contains itself"),
    ],
)
def test_unknown(pattern: str, message: str) -> None:
    with pytest.raises(UnknownPattern) as caught:
        expand(pattern, {"LOOP": "a%{LOOP}"})
    assert str(caught.value) == message
