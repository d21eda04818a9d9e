"""A built page, an Elasticsearch and clients of the UI server."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kelp.ui.page import Page
from kelp.ui.server import build_app
from kelp.ui.settings import Settings
from kelp.ui.upstream import Upstream


def _load(path: Path) -> Any:
    name = f"kelp_test_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


XSRF = {"kbn-xsrf": "test"}


@pytest.fixture
def elasticsearch() -> Iterator[Any]:
    with _load(Path(__file__).with_name("elasticsearch.py")).Running() as fake:
        yield fake


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<html><head><base href="./" /></head><body>the page</body></html>')
    (folder / "assets" / "app-1a2B_3-d.js").write_text("let plain")
    (folder / "assets" / "app-1a2B_3-d.js.gz").write_bytes(b"gzipped")
    (folder / "assets" / "app-1a2B_3-d.js.br").write_bytes(b"brotli")
    (folder / "favicon.svg").write_text("<svg/>")
    return folder


@pytest.fixture
def connect(elasticsearch: Any, static: Path) -> Iterator[Callable[..., TestClient]]:
    """Makes clients: `connect(username="u", password="p")` are settings of the server."""
    with ExitStack() as stack:

        def make(**settings: Any) -> TestClient:
            headers = settings.pop("client_headers", XSRF)
            chosen = Settings(elasticsearch=settings.pop("elasticsearch", (elasticsearch.url,)), **settings)
            app = build_app(chosen, Upstream(chosen), Page(static))
            client = TestClient(
                app, base_url="http://127.0.0.1:5601", headers=headers, follow_redirects=False
            )
            return stack.enter_context(client)

        yield make


@pytest.fixture
def client(connect: Callable[..., TestClient]) -> TestClient:
    return connect()
