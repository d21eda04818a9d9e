"""`<worker N>` and `<worker N-M>`: which sections a worker runs."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kelp.agent.config import ConfigError, Element
from kelp.agent.plugin import Output, Plugin, Router
from kelp.agent.ruby.numbers import to_i
from kelp.common.log import Log

if TYPE_CHECKING:
    from kelp.agent.pipeline.assembly import Assembly

_log = Log("agent.config")
_ALLOWED = ("source", "match", "filter", "label")


@dataclass(frozen=True, slots=True)
class WorkerScope:
    """The context of plugins in a `<worker>` section: the agent, but with as many workers as run them."""

    assembly: "Assembly"
    workers: int

    @property
    def root_dir(self) -> Path | None:
        return self.assembly.root_dir

    @property
    def file_mode(self) -> int:
        return self.assembly.file_mode

    @property
    def dir_mode(self) -> int:
        return self.assembly.dir_mode

    @property
    def worker_id(self) -> int:
        return self.assembly.worker_id

    @property
    def config_path(self) -> str:
        return self.assembly.config_path

    @property
    def log_path(self) -> str | None:
        return self.assembly.log_path

    @property
    def has_error_label(self) -> bool:
        return self.assembly.has_error_label

    def plugins(self) -> list[Plugin]:
        return self.assembly.plugins()

    def output_of(self, tag: str) -> Output | None:
        return self.assembly.output_of(tag)

    def router(self, label: str | None) -> Router:
        return self.assembly.router(label)


def flatten_workers(root: Element, workers: int, worker_id: int, faults: list[ConfigError]) -> Element:
    """The configuration as worker `worker_id` of `workers` runs it: its own sections stand behind all others.

    Their elements say in `workers` how many workers run them.
    """
    taken: set[int] = set()
    elements = [section for section in root.elements if section.name != "worker"]
    for section in root.children("worker"):
        try:
            ids = _ids(section, workers, taken)
            _check_content(section)
        except ConfigError as fault:
            faults.append(fault)
            continue
        for element in section.elements:
            _mark(element, len(ids))
        if worker_id in ids:
            elements += section.elements
        else:
            leave_unread(section)
    return Element(root.name, root.arg, root.attrs, elements, root.file, root.line)


def _ids(section: Element, workers: int, taken: set[int]) -> range:
    """The workers a section names; a range must not take a worker that an earlier range has."""
    if not section.arg:
        raise ConfigError("<worker> needs the number of a worker: <worker 0> or <worker 0-1>", section.place)
    if re.fullmatch(r"\d+(?:-\d+)?", section.arg) is None:
        _log.warning("write <worker N> or <worker N-M>", place=section.place, got=section.title())
    # What is no number is 0, and of more than two numbers the first one counts.
    parts = section.arg.rstrip("-").split("-")
    is_range = len(parts) == 2
    first = to_i(parts[0] if is_range else section.arg)
    last = to_i(parts[1]) if is_range else first
    if first > last:
        raise section.error("the first worker must not be greater than the last")
    if first < 0 or last >= workers:
        exist = "only worker 0 exists" if workers == 1 else f"workers 0 to {workers - 1} exist"
        raise section.error(f"{exist}, as `workers` of <system> is {workers}")
    ids = range(first, last + 1)
    if is_range:
        doubled = taken.intersection(ids)
        if doubled:
            raise section.error(f"worker {min(doubled)} is named by an earlier range")
        taken.update(ids)
    return ids


def _check_content(section: Element) -> None:
    for element in section.elements:
        if element.name not in _ALLOWED:
            text = f"{section.title()} cannot have a section {element.title()}; only {', '.join(_ALLOWED)}"
            raise ConfigError(text, element.place)


def _mark(element: Element, workers: int) -> None:
    element.workers = workers
    for child in element.elements:
        _mark(child, workers)


def leave_unread(element: Element) -> None:
    """Nobody reads these options here, on purpose: they are not reported as unused."""
    element.used = True
    for attr in element.attrs.values():
        attr.used = True
    for child in element.elements:
        leave_unread(child)
