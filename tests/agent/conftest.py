"""What every test of the agent needs."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _own_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in this process set up the log: undo it, or tests that read the log see nothing."""
    logger = logging.getLogger("kelp")
    for name in ("handlers", "level", "propagate"):
        monkeypatch.setattr(logger, name, getattr(logger, name))
