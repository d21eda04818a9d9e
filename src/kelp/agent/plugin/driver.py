"""Run one plugin by itself: what tests and benchmarks of plugins are written with."""

from pathlib import Path

from kelp.agent.config import Element
from kelp.agent.config.v0 import parse_v0
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch, Record
from kelp.agent.plugin.base import Plugin, build
from kelp.agent.plugin.filter import Filter
from kelp.agent.plugin.output import Output


class Collector:
    """A router and context that keep what a plugin emits."""

    def __init__(self, root_dir: Path | None = None) -> None:
        self.events: list[tuple[str, int, Record]] = []
        self.errors: list[tuple[str, int, Record, Exception]] = []
        self.root_dir = root_dir
        self.file_mode, self.dir_mode = 0o644, 0o755
        self.workers = 1
        self.worker_id = 0
        self.has_error_label = False
        self.config_path = "test.conf"
        self.log_path: str | None = None

    def emit(self, tag: str, batch: Batch) -> None:
        self.events += [(tag, t, dict(r)) for t, r in zip(batch.times, batch.records, strict=True)]

    def emit_after(self, stage: Filter, tag: str, batch: Batch) -> None:
        self.emit(tag, batch)

    def keeps_failed(self, tag: str) -> bool:
        return False

    def emit_error(self, tag: str, time: int, record: Record, error: Exception) -> None:
        self.errors.append((tag, time, record, error))

    def plugins(self) -> list[Plugin]:
        return []

    def output_of(self, tag: str) -> Output | None:
        return None

    def router(self, label: str | None) -> "Collector":
        return self


class Driver:
    """One configured plugin: `Driver("filter", "grep", "regexp1 a b")`. Raises ConfigError."""

    def __init__(
        self, kind: str, type_name: str, options: str = "", root_dir: Path | None = None, syntax: str = "v1"
    ) -> None:
        self.collector = Collector(root_dir)
        parse = parse_v0 if syntax == "v0" else parse_v1
        self.element: Element = parse(options, "test.conf", Path.cwd())
        self.element.name = {
            "input": "source",
            "output": "match",
            "parser": "parse",
            "formatter": "format",
        }.get(kind, kind)
        self.plugin: Plugin = build(kind, type_name, self.element, self.collector, self.collector)

    def filter(self, records: list[Record], tag: str = "test", time: int = 0) -> list[Record]:
        """The records a filter hands on at once for `records`, all at `time` (nanoseconds)."""
        assert isinstance(self.plugin, Filter)
        return self.plugin.filter_batch(tag, Batch([time] * len(records), list(records))).records

    def start(self) -> None:
        for plugin in reversed(_with_children(self.plugin)):
            plugin.start()

    def stop(self) -> None:
        """Stop, shut down and close the plugin and its children."""
        plugins = _with_children(self.plugin)
        for step in ("stop", "shutdown", "close"):
            for plugin in plugins:
                getattr(plugin, step)()


def _with_children(plugin: Plugin) -> list[Plugin]:
    return [plugin, *(one for child in plugin.children for one in _with_children(child))]
