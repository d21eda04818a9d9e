import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.running import WAIT_SECONDS, Running


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*options: str) -> Running:
        running = Running(tmp_path, *options)
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        if running.process and running.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                running.process.terminate()
            running.process.communicate(timeout=WAIT_SECONDS)
