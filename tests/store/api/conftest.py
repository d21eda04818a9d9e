"""A real `kelp store` for the API tests: one process for all of them, spoken to over HTTP."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

START_SECONDS = 300
STOP_SECONDS = 120
ANSWER_SECONDS = 120


class Server:
    """A running store and a client for it."""

    def __init__(self, data: Path, *options: str) -> None:
        self._log = (data.parent / f"{data.name}.log").open("w+")
        command = [sys.executable, "-c", "from kelp.cli import main; main()", "store"]
        options = ("--data", str(data), "--port", "0", *options)
        self.process = subprocess.Popen([*command, *options], stderr=self._log)
        self.url = self._wait_for_url()
        self.client = httpx2.Client(base_url=self.url, timeout=ANSWER_SECONDS, verify=False)

    def _wait_for_url(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for line in self.log().splitlines():
                if " listening " in line:
                    return next(part[4:] for part in line.split() if part.startswith("url="))
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the store did not start:\n{self.log()}")

    def log(self) -> str:
        return Path(self._log.name).read_text()

    def stop(self) -> int:
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        self._log.close()
        return code

    def __call__(self, method: str, path: str, body: object = None, **options: object) -> httpx2.Response:
        """Send a request; `body` is JSON, or text that is sent as it is."""
        if isinstance(body, str | bytes):
            options = {"headers": {"content-type": "application/x-ndjson"}, **options, "content": body}
        elif body is not None:
            options["json"] = body
        return self.client.request(method, path, **options)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("store") / "data")
    yield running
    code = running.stop()
    assert code == 0, running.log()


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test that uses the server leaves it without indices, data streams and templates."""
    yield
    if "server" in request.fixturenames:
        call = request.getfixturevalue("server")
        call("DELETE", "/_data_stream/*")
        call("DELETE", "/*")
        for kind in ("_index_template", "_component_template", "_template"):
            call("DELETE", f"/{kind}/*")
