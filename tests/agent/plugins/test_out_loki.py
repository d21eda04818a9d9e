"""The Loki output."""

import json
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from tests.agent.bulk_sink import Handler, bulk_sink
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import wait_for

RECORD = {"log": "a b", "n": 1, "k": {"ns": "shop", "labels": {"app.x/y": "web"}}, "q": 'x"\\'}


@pytest.fixture(autouse=True)
def _take_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "_store", lambda self, body: b"")


def pushed(options: str, *records: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """The streams and headers of one push."""
    with bulk_sink() as sink, running(f"@type loki\nurl http://127.0.0.1:{sink.port}\n{options}") as driver:
        for n, record in enumerate(records):
            driver.emit("a.b", (T0 - n, dict(record)))
        driver.output.flush()
        wait_for(lambda: driver.output.chunks.size == 0)
        ((_, path, headers, body),) = sink.requests
    assert path == "/loki/api/v1/push"
    return json.loads(body)["streams"], headers


@pytest.mark.parametrize(
    ("options", "labels", "line"),
    [
        ("line_format json\nremove_keys k,q", {}, '{"log":"a b","n":1}'),
        ("remove_keys k", {}, 'log="a b" n=1 q=x\\"\\\\'),
        ('extra_labels {"env":"dev"}\nremove_keys $.k\n<label>\nns $.k.ns\nq\nx-y n\n</label>',
         {"ns": "shop", "q": 'x\\"\\', "env": "dev"}, 'log="a b"'),
        ("drop_single_key true\nremove_keys n,k,q", {}, "a b"),
    ],
)  # fmt: skip
def test_lines_and_labels(options: str, labels: dict[str, str], line: str) -> None:
    streams, _ = pushed(options, RECORD)
    assert streams == [{"stream": labels, "values": [[str(T0), line]]}]


def test_pod_labels() -> None:
    record = {"log": "x", "kubernetes": {"labels": {"app.x/y-z": "web"}}}
    streams, _ = pushed("extract_kubernetes_labels true\nremove_keys kubernetes", record)
    assert streams == [{"stream": {"app_x_y_z": "web"}, "values": [[str(T0), "log=x"]]}]


def test_streams_are_sorted_by_time() -> None:
    streams, _ = pushed("<label>\ns\n</label>", {"s": "1", "m": 1}, {"s": "2", "m": 2}, {"s": "1", "m": 3})
    assert streams == [
        {"stream": {"s": "1"}, "values": [[str(T0 - 2), "m=3"], [str(T0), "m=1"]]},
        {"stream": {"s": "2"}, "values": [[str(T0 - 1), "m=2"]]},
    ]


def test_headers(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    options = f'tenant t\nbearer_token_file {tmp_path}/token\ncompress gzip\ncustom_headers {{"X-A":"b"}}'
    _, headers = pushed(options, RECORD)
    assert (headers["X-Scope-OrgID"], headers["Authorization"], headers["X-A"]) == ("t", "Bearer secret", "b")
    assert headers["Content-Encoding"] == "gzip"
    _, headers = pushed("username u\npassword p", RECORD)
    assert headers["Authorization"] == "Basic dTpw"


@pytest.mark.parametrize(("status", "requests"), [("429", 2), ("500", 2), ("400", 1)])
def test_refusals(tmp_path: Path, status: str, requests: int) -> None:
    buffer = "<buffer>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"
    with bulk_sink() as sink:
        sink.moods = [status]
        with running(f"@type loki\n@id l\nurl http://127.0.0.1:{sink.port}\n{buffer}", tmp_path) as driver:
            driver.emit("a", (T0, RECORD))
            wait_for(lambda: driver.output.chunks.size == 0)
        assert len(sink.requests) == requests
    assert len(list(tmp_path.glob("backup/worker0/l/*"))) == (status == "400")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("url nowhere", "option 'url' must be an http URL, got 'nowhere'"),
        ("bearer_token_file /no/such", "cannot read bearer_token_file /no/such: No such file or directory"),
        ("remove_keys $[a", "<label> and remove_keys must hold a field path"),
        ("url https://x\nca_cert /no/such", "cannot load TLS files"),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type loki\n{options}")
    assert message in str(caught.value)
