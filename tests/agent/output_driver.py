"""Builds one output from configuration text, runs it, and records what it emits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch
from kelp.agent.pipeline.assembly import all_plugins
from kelp.agent.plugin import Output, build

NS = 1_000_000_000
T0 = 1_795_428_000 * NS  # 2026-11-23T10:00:00Z


@dataclass
class Recorder:
    """A router that remembers what it was given."""

    events: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    errors: list[tuple[str, int, dict[str, Any], str]] = field(default_factory=list)

    def emit(self, tag: str, batch: Batch) -> None:
        self.events += [(tag, t, r) for t, r in zip(batch.times, batch.records, strict=True)]

    def emit_error(self, tag: str, time: int, record: dict[str, Any], error: Exception) -> None:
        self.errors.append((tag, time, record, str(error)))

    def keeps_failed(self, tag: str) -> bool:
        return False

    def emit_after(self, stage: object, tag: str, batch: Batch) -> None:
        raise AssertionError("outputs hand nothing on")


@dataclass
class FakeContext:
    """The agent around the output."""

    recorder: Recorder
    root_dir: Path | None = None
    workers: int = 1
    worker_id: int = 0
    file_mode: int = 0o644
    dir_mode: int = 0o755
    labels: dict[str, Recorder] = field(default_factory=dict)

    def router(self, label: str | None) -> Recorder:
        return self.labels.setdefault(label or "", Recorder())


@dataclass
class Running:
    """An output and its surroundings."""

    output: Any
    recorder: Recorder
    context: FakeContext

    def emit(self, tag: str, *events: tuple[int, dict[str, Any]]) -> None:
        self.output.emit_batch(tag, Batch([t for t, _ in events], [r for _, r in events]))

    def start(self) -> None:
        for plugin in reversed(all_plugins([self.output])):
            plugin.start()

    def stop(self) -> None:
        for step in ("stop", "shutdown", "close"):
            for plugin in all_plugins([self.output]):
                getattr(plugin, step)()


def make(text: str, root_dir: Path | None = None) -> Running:
    """Configure the output that the body of a `<match **>` describes. Raises ConfigError."""
    root = parse_v1(f"<match **>\n{text}\n</match>\n", "test.conf", Path("."))
    element = root.elements[0]
    recorder = Recorder()
    context = FakeContext(recorder, root_dir)
    output = build("output", element.get("@type"), element, context, recorder)
    assert isinstance(output, Output)
    return Running(output, recorder, context)


@contextmanager
def running(text: str, root_dir: Path | None = None) -> Iterator[Running]:
    """A started output, stopped (and flushed) at the end."""
    driver = make(text, root_dir)
    driver.start()
    try:
        yield driver
    finally:
        driver.stop()
