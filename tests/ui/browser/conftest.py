"""A store, the UI server and a Chromium for tests that click through the page."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

from kelp.ui.page import STATIC
from tools.get_chromium import find

START_SECONDS = 300
STOP_SECONDS = 120
PAGE_MILLISECONDS = 60_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PODS = ["web-7d9f-abc12", "web-7d9f-def34", "payments-5c8b-xyz98"]


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """A `kelp` program that serves; gives its URL."""
    command = [sys.executable, "-c", "from kelp.cli import main; main()", *arguments]
    with tempfile.TemporaryFile("w+") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            yield _url_of(process, log)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            finally:
                process.kill()


def _url_of(process: "subprocess.Popen[bytes]", log: IO[str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while True:
        ended = process.poll() is not None
        log.seek(0)
        output = log.read()
        found = re.search(r" listening url=(http://\S+)", output)
        if found:
            return found[1]
        if ended or time.monotonic() > deadline:
            pytest.fail(f"cannot start {process.args}: {output}")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a store that only these tests use.

    KELP_TEST_STORE names another one, such as a real Elasticsearch; all its indices get deleted.
    """
    named = os.environ.get("KELP_TEST_STORE")
    if named:
        yield named
        return
    with running("store", "--data", str(tmp_path_factory.mktemp("store")), "--port", "0") as url:
        yield url


@pytest.fixture(scope="session")
def ui(store: str) -> Iterator[str]:
    """The URL of the UI server for that store."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("the page is not built: run tools/build_web.py")
    with running("ui", "--port", "0", "--elasticsearch", store) as url:
        yield url


def call(method: str, url: str, body: bytes | None = None) -> Any:
    """One request to the store; the decoded answer."""
    headers = {"content-type": "application/x-ndjson"}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=START_SECONDS) as reply:
        return json.loads(reply.read())


@pytest.fixture
def empty_store(store: str) -> str:
    """The store without any index."""
    for row in call("GET", f"{store}/_cat/indices?expand_wildcards=all&format=json&h=index"):
        call("DELETE", f"{store}/{row['index']}")
    return store


WriteLogs = Callable[..., int]


@pytest.fixture
def write_logs(empty_store: str) -> WriteLogs:
    """Writes log lines, evenly over the last minutes; every tenth is an error."""

    def write(count: int = 120, minutes: float = 10, index: str = "logstash-%Y.%m.%d") -> int:
        now = datetime.now(UTC)
        # One index even around midnight: two would not become searchable at the same instant.
        name = now.strftime(index)
        lines = []
        for number in range(count):
            instant = now - timedelta(minutes=minutes * (1 - (number + 1) / (count + 1)))
            level = "error" if number % 10 == 0 else "info"
            document = {
                "@timestamp": instant.isoformat(),
                "log": f"{level} line number {number} of the shop",
                "level": level,
                "stream": "stdout",
                "kubernetes": {"namespace_name": "shop", "pod_name": PODS[number % len(PODS)]},
            }
            lines += [{"index": {"_index": name}}, document]
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        answer = call("POST", f"{empty_store}/_bulk?refresh=true", body)
        assert not answer["errors"], answer
        return count

    return write


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: while Playwright runs, no other test could use asyncio."""
    program = find()
    if program is None:
        pytest.fail("no Chromium on this machine: run tools/get_chromium.py")
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test-subj")
        expect.set_options(timeout=PAGE_MILLISECONDS)
        browser = playwright.chromium.launch(
            executable_path=program, args=ARGUMENTS, timeout=START_SECONDS * 1000
        )
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong on the page; a test that provokes faults clears it."""
    return []


@pytest.fixture
def page(chromium: Browser, faults: list[str]) -> Iterator[Page]:
    """A page whose test fails when the console shows an error or a request does."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PAGE_MILLISECONDS)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            faults.append(f"{response.status} {response.request.method} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"page: {error}"))
    page.on("response", on_response)
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="session")
def start() -> Callable[..., AbstractContextManager[str]]:
    """Starts a `kelp` program for the length of a with block."""
    return running
