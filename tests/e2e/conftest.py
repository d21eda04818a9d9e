import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.running import WAIT_SECONDS, Running
from tests.ports import reserved_port


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    with reserved_port() as first, reserved_port() as second:
        yield first, second


@pytest.fixture
def launch(tmp_path: Path, ports: tuple[int, int]) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*options: str) -> Running:
        running = Running(tmp_path, *ports, *options)
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        if running.process and running.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                running.process.terminate()
            running.process.wait(WAIT_SECONDS)
