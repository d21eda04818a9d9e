"""Waiting for what happens in other threads and processes."""

import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds for what takes one at most: a machine that is slow or busy is no fault


def wait_for(condition: Callable[[], object], pause: float = 0.02) -> None:
    """Ask every `pause` seconds until the condition holds; a deadline ends the test where it never will."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(pause)
