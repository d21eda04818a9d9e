"""`kelp check`: the flow, and what is unreachable or risky."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kelp.agent.check.command import command, flow
from kelp.agent.check.reach import samples_of, unreachable
from kelp.agent.check.risks import risks
from kelp.agent.config.v1 import parse_v1
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.assembly import Assembly


def load(text: str) -> Assembly:
    return assemble(parse_v1(text, "f", Path("/nowhere")))


def tail(options: str) -> str:
    return f"<source>\n@type tail\n{options}\n<parse>\n@type none\n</parse>\n</source>\n"


def match(pattern: str, options: str) -> str:
    return f"<match {pattern}>\n{options}\n</match>\n"


NULL = "@type null"
FILE_BUFFER = "<buffer>\n@type file\npath /nowhere/b\n{}\n</buffer>"


def http(buffer: str, more: str = "") -> str:
    return match("**", f"@type http\nendpoint http://127.0.0.1:1/\n{buffer}\n{more}")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "<source>\n@type forward\n</source>\n<source>\n@type prometheus\n</source>",
            [
                "forward <source> at f:1: tags that its senders choose",
                "prometheus <source> at f:4: emits nothing",
                "",
            ],
        ),
        (
            tail("path /var/log/*.log\npos_file /p\ntag raw.*")
            + match("raw.**", "@type rewrite_tag_filter\n<rule>\nkey k\npattern /^(a)/\ntag new.$1\n</rule>")
            + match("new.*", NULL),
            [
                "tail <source> at f:1: tag raw.var.log.….log",
                "  match rewrite_tag_filter <match raw.**> at f:10",
                "    → @ROOT with tag new.…:",
                "      match null <match new.*> at f:18",
                "",
            ],
        ),
        (
            "<source>\n@type sample\ntag a\n</source>\n<source>\n@type sample\ntag b\n</source>\n"
            + match("**", NULL),
            [
                "sample <source> at f:1: tag a",
                "  match null <match **> at f:9",
                "sample <source> at f:5: tag b",
                "  the same way as tag a",
                "",
            ],
        ),
        (
            "<source>\n@type syslog\ntag s\n</source>\n"
            + match("s.**", "@type record_reformer\ntag s.again\n"),
            [
                "syslog <source> at f:1: tag s.…",
                "  match record_reformer <match s.**> at f:5",
                "    → @ROOT with tag s.again:",
                "      match record_reformer <match s.**> at f:5",
                "        → @ROOT:",
                "          a loop: these events come here again and again",
                "",
            ],
        ),
    ],
)
def test_flow(text: str, lines: list[str]) -> None:
    assert list(flow(load(text))) == lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (match("a.*", NULL) + match("**", NULL), []),
        (match("a", NULL) + match("a.b", NULL), []),
        (match("{a,b}", NULL) + match("c b", NULL), []),
        (match("/a.*/", NULL) + match("/ab/", NULL), []),
        (
            match("**", NULL) + match("a.*", NULL),
            ["f:4: <match a.*> gets no events: <match **> at f:1 takes them; put the narrower one first"],
        ),
        (
            match("a.**", NULL) + match("{a.b,a}", NULL),
            [
                "f:4: <match {a.b,a}> gets no events: <match a.**> at f:1 takes them; put the narrower one first"
            ],
        ),
        (
            match("a.**", NULL) + "<filter a.b>\n@type grep\n</filter>",
            ["f:4: <filter a.b> gets no events: <match a.**> at f:1 takes them; put it before"],
        ),
        (
            "<label @X>\n<match **>\n@type null\n</match>\n</label>",
            ["f:2: nothing sends to <label @X>: its filters and outputs get no events"],
        ),
        ("<label @ERROR>\n<match **>\n@type null\n</match>\n</label>", []),
        (
            "<source>\n@type sample\ntag x\n</source>\n" + match("a", NULL),
            ["f:1: no <match> of the top level takes tag x: events of <source> are dropped"],
        ),
    ],
)
def test_unreachable(text: str, found: list[str]) -> None:
    assert list(unreachable(load(text))) == found


def test_samples_cover_a_pattern() -> None:
    assert samples_of("a.**") == ["a", "a.⟨part⟩", "a.⟨part⟩.⟨part⟩.⟨part⟩"]
    assert samples_of("/a/") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (http(FILE_BUFFER.format("retry_forever true")), []),
        (match("**", "@type stdout"), []),
        (
            http("<buffer>\nretry_forever true\n</buffer>"),
            ["f:1: <match **>: its buffer is in memory: a crash loses what it holds; write <buffer> with @type file"],
        ),
        (
            http(FILE_BUFFER.format("")),
            ["f:1: <match **>: events are lost after 3 days of failures; write retry_forever true, or a <secondary>"],
        ),
        (
            http(FILE_BUFFER.format("retry_max_times 5\noverflow_action drop_oldest_chunk")),
            [
                "f:8: <match **>: a full buffer drops its oldest events; overflow_action block makes inputs wait",
                "f:7: <match **>: events are lost after 5 retries; write retry_forever true, or a <secondary>",
            ],
        ),
        (
            tail("path /x\ntag x") + match("**", NULL),
            ["f:1: <source>: without pos_file lines are missing or doubled after a restart"],
        ),
        (
            tail("path /x\npos_file /p\ntag x\nmax_line_size 10") + match("**", NULL),
            ["f:6: <source>: longer lines are thrown away"],
        ),
        (
            tail("path /var/log/containers/*.log\npos_file /p\ntag x") + match("**", "@type stdout"),
            [
                "f:10: <match **> prints events; in a container <source> at f:1 reads them again: a loop; "
                "set exclude_path there"
            ],
        ),
        (
            tail("path /logs/*.log\npos_file /p\ntag x")
            + match("**", "@type file\npath /logs/out\n<buffer>\n@type file\npath /b\nretry_forever true\n</buffer>"),
            ["f:10: <match **> writes to /logs/out, which <source> at f:1 reads again: a loop; use another folder"],
        ),
        (
            "<source>\n@type sample\ntag a\n</source>\n" + match("**", "@type record_reformer\ntag b"),
            ["f:1: events of <source> with tag a go round in circles; see the flow"],
        ),
    ],
)  # fmt: skip
def test_risks(text: str, found: list[str]) -> None:
    assert list(risks(load(text))) == found


def check(folder: Path, text: str, *options: str) -> tuple[int, str]:
    path = folder / "f.conf"
    path.write_text(text)
    result = CliRunner().invoke(command, [str(path), *options])
    return result.exit_code, result.output.replace(str(path), "f")


def test_the_command(tmp_path: Path) -> None:
    good = "<source>\n@type sample\ntag a\n</source>\n" + match("a", NULL)
    code, said = check(tmp_path, good, "--strict")
    assert (code, said.splitlines()[-1]) == (0, "Nothing unused, unreachable or risky.")
    bad = good + match("a", NULL + "\ntypo x")
    code, said = check(tmp_path, bad)
    assert code == 0
    assert said.splitlines()[-4:] == [
        "Unused:",
        "  f:10: <match a>: option 'typo' is not used",
        "Unreachable:",
        "  f:8: <match a> gets no events: <match a> at f:5 takes them; put the narrower one first",
    ]
    assert check(tmp_path, bad, "--strict")[0] == 3
    assert check(tmp_path, match("a", "@type nul"))[0] == 1


def test_every_worker_is_shown(tmp_path: Path) -> None:
    text = "<system>\nworkers 2\n</system>\n<worker 1>\n<source>\n@type sample\ntag a\n</source>\n</worker>\n"
    code, said = check(tmp_path, text + match("**", NULL))
    assert code == 0
    assert said.splitlines()[:4] == ["# Worker 0", "", "# Worker 1", "sample <source> at f:5: tag a"]
