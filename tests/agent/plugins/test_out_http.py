"""The HTTP output, and secondary_file behind it."""

import gzip
from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from tests.agent.bulk_sink import Handler, Sink, bulk_sink
from tests.agent.output_driver import T0, Running, make, running
from tests.agent.waiting import wait_for

FAST = "<buffer {}>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"


@pytest.fixture(autouse=True)
def _take_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "_store", lambda self, body: b"ok")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)


def send(sink: Sink, options: str, arg: str = "", root: Path | None = None) -> Running:
    text = f"@type http\nendpoint http://127.0.0.1:{sink.port}/in/${{tag}}\n{options}\n{FAST.format(arg or 'tag')}"
    with running(text, root) as driver:
        driver.emit("a.b", (T0, {"n": 1}), (T0, {"n": 2}))
        wait_for(lambda: driver.output.chunks.size == 0)
        return driver


@pytest.mark.parametrize(
    ("options", "content_type", "body"),
    [
        ("", "application/x-ndjson", b'{"n":1}\n{"n":2}\n'),
        ("json_array true", "application/json", b'[{"n":1}\n,{"n":2}\n]'),
        ("content_type text/x", "text/x", b'{"n":1}\n{"n":2}\n'),
        ("<format>\n@type csv\nfields n\n</format>", "text/csv", b'"1"\n"2"\n'),
        ("compress gzip", "application/x-ndjson", b'{"n":1}\n{"n":2}\n'),
    ],
)
def test_requests(options: str, content_type: str, body: bytes) -> None:
    with bulk_sink() as sink:
        send(sink, f'{options}\nheaders {{"X-A":"b"}}\nheaders_from_placeholders {{"X-Tag":"${{tag[0]}}"}}')
        ((method, path, headers, got),) = sink.requests
    assert (method, path, headers["Content-Type"]) == ("POST", "/in/a.b", content_type)
    assert (headers["X-A"], headers["X-Tag"]) == ("b", "a")
    assert got == body
    assert headers.get("Content-Encoding") == ("gzip" if "gzip" in options else None)


def test_put_with_basic_authentication() -> None:
    with bulk_sink() as sink:
        send(sink, "http_method put\n<auth>\nusername u\npassword p\n</auth>")
        assert sink.requests[0][0] == "PUT"
        assert sink.requests[0][2]["Authorization"] == "Basic dTpw"


@pytest.mark.parametrize(
    ("options", "status", "requests", "dumped"),
    [
        ("", "503", 2, False),
        ("", "400", 1, True),
        ("", "500", 1, True),
        ("retryable_response_codes 400,500", "500", 2, False),
        ("error_response_as_unrecoverable false", "500", 2, False),
        ("error_response_as_unrecoverable false", "400", 1, False),
    ],
)
def test_refusals(tmp_path: Path, options: str, status: str, requests: int, dumped: bool) -> None:
    secondary = f"<secondary>\n@type secondary_file\ndirectory {tmp_path}/${{tag}}\nbasename d.${{chunk_id}}\ncompress gzip\n</secondary>"
    with bulk_sink() as sink:
        sink.moods = [status]
        send(sink, f"{options}\n{secondary}")
        assert len(sink.requests) == requests
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [gzip.decompress(path.read_bytes()) for path in files] == (
        [b'{"n":1}\n{"n":2}\n'] if dumped else []
    )
    assert all(path.parent.name == "a.b" and path.name.endswith(".0.gz") for path in files)


def test_placeholders_cannot_name_any_host(tmp_path: Path) -> None:
    text = f"@type http\n@id h\nendpoint http://${{tag}}/x\nallowed_hosts good.invalid\n{FAST.format('tag')}"
    with running(text, tmp_path) as driver:
        driver.emit("evil", (T0, {"n": 1}))
        wait_for(lambda: driver.output.chunks.size == 0)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@type http", "option 'endpoint' is required"),
        ("@type http\nendpoint nowhere", "option 'endpoint' must be a URL, got 'nowhere'"),
        ("@type http\nendpoint http://x\njson_array true\n<format>\n@type csv\nfields a\n</format>", "needs the format json"),
        ("@type http\nendpoint http://x\n<auth>\nmethod aws_sigv4\n</auth>", "method aws_sigv4 is not supported"),
        ("@type http\nendpoint https://x\ntls_ca_cert_path /no/such", "cannot load TLS files"),
        ("@type secondary_file\ndirectory /x", "secondary_file works only inside <secondary>"),
        ("@type null\n<buffer []>\n</buffer>\n<secondary>\n@type secondary_file\ndirectory /x/${tag}\n</secondary>",
         "has tag placeholders, but the primary's chunks have no tag"),
        ("@type null\n<buffer>\n</buffer>\n<secondary>\n@type secondary_file\ndirectory /x\nbasename a/b\n</secondary>",
         "option 'basename' must not contain a slash, got 'a/b'"),
    ],
)  # fmt: skip
def test_config_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text)
    assert message in str(caught.value)
