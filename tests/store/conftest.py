"""A store of its own for every test module: the engine serves one folder at a time in a process."""

import os
from collections.abc import Iterator

import pytest

from kelp.store.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("store"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def elasticsearch() -> str:
    """The address of a real Elasticsearch to compare with."""
    url = os.environ.get("KELP_TEST_ELASTICSEARCH")
    if not url:
        pytest.skip("KELP_TEST_ELASTICSEARCH names no Elasticsearch")
    return url.rstrip("/")
