"""What every test of the agent needs."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.agent_runner import Runner
from tests.agent.local_zone import local_zone


@pytest.fixture(autouse=True)
def _own_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in this process set up the log: undo it, or tests that read the log see nothing."""
    logger = logging.getLogger("kelp")
    for name in ("handlers", "level", "propagate"):
        monkeypatch.setattr(logger, name, getattr(logger, name))


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    with local_zone("UTC"):
        yield


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """Starts agents as programs, in a folder of the test's own."""
    one = Runner(tmp_path)
    yield one
    one.end()
