"""The page below the API server's service proxy, which takes a prefix off every request."""

import http.client
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PREFIX = "/api/v1/namespaces/kube-system/services/kibana-logging/proxy"
_HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "host"}


def handler_for(upstream: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def forward(self) -> None:
            if not self.path.startswith(PREFIX + "/"):
                self.send_error(404, "outside the prefix")
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection = http.client.HTTPConnection(urlsplit(upstream).netloc, timeout=60)
            connection.request(self.command, self.path.removeprefix(PREFIX), body or None, headers)
            reply = connection.getresponse()
            data = reply.read()
            self.send_response(reply.status)
            for name, value in reply.getheaders():
                if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
            connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = forward

        def log_message(self, *args: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def proxied(ui: str) -> Iterator[str]:
    """The address of the page below the prefix."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(ui))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "address",
    ["", "#/discover", "app/kibana", "app/kibana#/discover?_g=()", "app/discover#/", "s/team/app/discover"],
)
def test_discover(page: Page, proxied: str, write_logs: Callable[..., int], address: str) -> None:
    count = write_logs()
    page.goto(proxied + address)
    expect(page.get_by_test_id("discoverQueryHits")).to_have_text(str(count))
    assert page.url.startswith(proxied + "#/discover")


def test_management_and_console(page: Page, proxied: str, write_logs: Callable[..., int]) -> None:
    write_logs()
    page.goto(f"{proxied}app/management/kibana/indexPatterns")
    expect(page.get_by_role("heading", name="Index patterns")).to_be_visible()
    page.get_by_role("link", name="Dev Tools").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("textbox", name="Answer")).to_contain_text("logstash-")
