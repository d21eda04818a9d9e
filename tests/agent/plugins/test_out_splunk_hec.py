"""The output to Splunk's HTTP Event Collector."""

import json
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from tests.agent.bulk_sink import Handler, bulk_sink
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import wait_for

TYPE = "@type splunk_hec\nprotocol http\nhec_host 127.0.0.1\nhec_token secret\n"
FAST = "<buffer>\n  flush_mode immediate\n  retry_wait 0.05\n  retry_forever\n</buffer>\n"


@pytest.fixture(autouse=True)
def _take_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "_store", lambda self, body: b"")


def posted(options: str, *records: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """Path, headers and body of one request."""
    with bulk_sink() as sink, running(f"{TYPE}hec_port {sink.port}\n{options}") as driver:
        driver.emit("a.b", *[(T0, dict(record)) for record in records])
        driver.output.flush()
        wait_for(lambda: driver.output.chunks.size == 0)
        ((_, path, headers, body),) = sink.requests
    return path, headers, body


def test_a_chunk_is_a_request() -> None:
    path, headers, body = posted('host h\ncustom_headers {"X-A":"b"}', {"m": "a"}, {"m": "b"})
    event = {"host": "h", "time": f"{T0 // 10**9}.0"}
    texts = [json.dumps({**event, "event": json.dumps({"m": m}, separators=(",", ":"))}) for m in "ab"]
    assert path == "/services/collector"
    assert headers["Authorization"] == "Splunk secret"
    assert (headers["Content-Type"], headers["X-A"]) == ("application/json", "b")
    assert body.decode() == "".join(texts).replace(": ", ":").replace(", ", ",")


def test_packed() -> None:
    path, headers, body = posted("gzip_compression true\nhec_endpoint /services/collector/raw", {"m": "a"})
    assert (path, headers["Content-Encoding"]) == ("/services/collector/raw", "gzip")
    assert json.loads(body)["event"] == '{"m":"a"}'


@pytest.mark.parametrize(("status", "tries"), [(503, 2), (429, 2), (400, 1)])
def test_refusals(tmp_path: Path, status: int, tries: int) -> None:
    with bulk_sink() as sink:
        sink.moods = [str(status)]
        with running(f"{TYPE}@id s\nhec_port {sink.port}\n{FAST}", tmp_path) as driver:
            driver.emit("a", (T0, {"m": 1}))
            wait_for(lambda: driver.output.chunks.size == 0)
        assert len(sink.requests) == tries
    assert len(list(tmp_path.glob("backup/worker0/s/*"))) == (status == 400)


def test_bytes_that_are_no_utf8_may_be_errors() -> None:
    with bulk_sink() as sink, running(f"{TYPE}hec_port {sink.port}\ncoerce_to_utf8 false\n{FAST}") as driver:
        driver.emit("a", (T0, {"m": "a\udcff"}))
        assert [record for _, _, record, _ in driver.recorder.errors] == [{"m": "a\udcff"}]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("hec_token t", "'hec_host' or 'full_url' is required"),
        ("hec_token t\nfull_url nonsense", "option 'full_url' makes no URL"),
        ("hec_token t\nhec_host h\nsource a\nsource_key b", "use either source or source_key"),
        ("hec_token t\nhec_host h\nca_file /nowhere", "cannot load TLS files"),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(f"@type splunk_hec\n{options}\n")
