"""Lines nobody meant to write: each arrives, and the rest goes on."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.e2e.running import Running, wait_for

LONG = 10_000_000
BAD_LINES = [
    b'{"log":"good\\n","stream":"stdout","time":"2026-11-23T10:00:00.000000001Z"}',
    b'{"log":"broken json, "stream":',
    b"2026-11-23T10:00:00.000000002Z stdout F bytes \xff\xfe\xc3( end",
    b"2026-11-23T10:00:00.000000003Z stdout F " + b"x" * LONG + b" tail",
    b'2026-11-23T10:00:00.000000004Z stdout F {"a":{"b":1},"a.b":2,"n":123456789012345678901234567890,"f":1e999}',
    b'2026-11-23T10:00:00.000000005Z stdout F {"status":200,"message":"a number first"}',
    b'2026-11-23T10:00:00.000000006Z stdout F {"status":"none","message":{"nested":"object"}}',
    b"\x00\x00\x00nul bytes",
    b"9999999999-99-99T99:99:99Z stdout F no such time",
    b"last",
]


def test_every_bad_line_is_there(tmp_path: Path, launch: Callable[..., Running]) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "app.log").write_bytes(b"\n".join(BAD_LINES) + b"\n")
    kelp = launch("--logs", str(logs))
    wait_for(kelp.count, len(BAD_LINES))
    with open(logs / "app.log", "ab") as log:
        log.write(b"one more\n")
    wait_for(kelp.count, len(BAD_LINES) + 1)
    messages = [str(message) for message in kelp.messages()]
    for wanted in (
        "^good$",
        "broken json",
        "^bytes \ufffd+\\( end$",
        f"^x{{{LONG}}} tail$",
        "123456789012345678901234567890",
        "a number first",
        "nested",
        "nul bytes$",
        "no such time$",
        "^last$",
        "^one more$",
    ):
        assert any(re.search(wanted, message) for message in messages), wanted
    assert len(messages) == len(BAD_LINES) + 1
    hits = kelp.ask("/logstash-*/_search", {"query": {"term": {"status": "none"}}})["hits"]["hits"]
    assert hits[0]["_ignored"] == ["status"], "what fits no field is kept and named"
    code, output = kelp.stop()
    assert code == 0
    assert "Traceback" not in output
    assert len(output) < 20_000, "a bad line must not flood the log"


def test_a_broken_configuration_is_named_and_ends_the_start(
    tmp_path: Path, launch: Callable[..., Running]
) -> None:
    config = tmp_path / "fluent.conf"
    config.write_text(
        "<source>\n  @type tail\n  path /tmp/x.log\n  tag x\n  <parse>\n    @type jsonn\n  </parse>\n</source>\n"
    )
    kelp = launch("--config", str(config))
    code, output = kelp.ended()
    assert code == 1
    assert re.search(r"fluent\.conf:\d+: .*jsonn", output)
    assert "cannot start the agent" in output
    assert "Traceback" not in output
