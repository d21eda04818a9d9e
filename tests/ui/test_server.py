import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kelp.common.errors import KelpError
from kelp.ui.server import bind

CLI = [sys.executable, "-c", "from kelp.cli import main; main()", "ui"]


def test_busy_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(KelpError) as caught:
            bind("127.0.0.1", port)
    expected = f"cannot listen on 127.0.0.1:{port}: the port is in use; choose another with --port"
    assert str(caught.value) == expected


def test_foreign_address() -> None:
    with pytest.raises(KelpError, match=r"cannot listen on 192\.0\.2\.1:0: Cannot assign requested address"):
        bind("192.0.2.1", 0)


@pytest.fixture
def built_page(static: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which the server finds the test's page and would wait long for a connection in use."""
    (tmp_path / "sitecustomize.py").write_text(
        f"from pathlib import Path\nimport kelp.ui.page as page\nimport kelp.ui.server as server\n"
        f"page.Page.__init__.__defaults__ = (Path({str(static)!r}),)\nserver.SHUTDOWN_SECONDS = 600\n"
    )
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_quick_clean_end(built_page: dict[str, str], number: signal.Signals) -> None:
    command = [*CLI, "--port", "0", "--elasticsearch", "http://127.0.0.1:9"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=built_page) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert " info ui listening url=http://127.0.0.1:" in line
        url = line.partition("url=")[2].split()[0]
        # An idle keep-alive connection must not hold the end up.
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        connection.request("GET", "/")
        assert b"the page" in connection.getresponse().read()
        process.send_signal(number)
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()
        rest = process.stderr.read()
        connection.close()
    assert rest.count("\n") == 1
    assert rest.endswith(" info ui stopped\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "0.0.0.0"], "Error: cannot listen on 0.0.0.0: other machines could read all logs"),
        (["--elasticsearch", "x"], "Error: cannot use the Elasticsearch address 'x'"),
        (["--base-path", "x"], "Error: cannot use the base path 'x'"),
        (["--timeout-seconds", "0"], "Error: cannot use the timeout 0: it must be above 0 seconds"),
        (["--user", "x"], "Error: cannot protect the page: --password is missing"),
    ],
)
def test_wrong_options(built_page: dict[str, str], arguments: list[str], message: str) -> None:
    result = subprocess.run([*CLI, *arguments], capture_output=True, text=True, env=built_page, timeout=120)
    assert result.returncode == 1
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
