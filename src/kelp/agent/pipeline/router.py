"""Routing by tag: the chain of filters and the output of a tag, resolved once and cached."""

from dataclasses import dataclass, field
from typing import Protocol

from kelp.agent.event import Batch, Record
from kelp.agent.pipeline.match import TagMatcher
from kelp.agent.plugin import BufferOverflow, Filter, Output
from kelp.common.log import Log

_log = Log("agent.router")
_CACHE_LIMIT = 4096


class ErrorHandler(Protocol):
    """Takes what a label's own plugins could not process."""

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        """One record a plugin gave up."""

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        """A batch an output refused; raises `error` again where there is no `@ERROR` label."""


@dataclass(slots=True)
class Rule:
    """A `<filter>` or `<match>`: its patterns and its plugin."""

    matches: TagMatcher
    stage: Filter | Output


@dataclass(slots=True)
class Route:
    """The way of one tag: filters in order, then the output (None: nothing matches)."""

    filters: list[Filter] = field(default_factory=list)
    output: Output | None = None

    @property
    def keeps_failed(self) -> bool:
        """Events that a filter fails at go on, as in Fluentd, which hands single events through such a chain."""
        return all(stage.sees_single_events for stage in self.filters)


class LabelRouter:
    """The router of one label, or of the top level (name "")."""

    def __init__(self, name: str, errors: ErrorHandler) -> None:
        self.name = name
        self.rules: list[Rule] = []
        self._errors = errors
        self._routes: dict[str, Route] = {}
        self._unmatched: set[str] = set()
        self.warns_unmatched = True

    def add(self, matches: TagMatcher, stage: Filter | Output) -> None:
        self.rules.append(Rule(matches, stage))

    def resolve(self, tag: str) -> Route:
        """Filters standing before the first matching `<match>`, and that output."""
        route = Route()
        for rule in self.rules:
            if not rule.matches(tag):
                continue
            if isinstance(rule.stage, Filter):
                route.filters.append(rule.stage)
            else:
                route.output = rule.stage
                break
        return route

    def emit(self, tag: str, batch: Batch) -> None:
        self._run(self._route(tag), 0, tag, batch)

    def emit_after(self, stage: Filter, tag: str, batch: Batch) -> None:
        route = self._route(tag)
        start = route.filters.index(stage) + 1 if stage in route.filters else len(route.filters)
        self._run(route, start, tag, batch)

    def keeps_failed(self, tag: str) -> bool:
        return self._route(tag).keeps_failed

    def emit_error(self, tag: str, time: int, record: Record, error: Exception) -> None:
        self._errors.handle_record(tag, time, record, error)

    def _route(self, tag: str) -> Route:
        route = self._routes.get(tag)
        if route is None:
            if len(self._routes) >= _CACHE_LIMIT:  # tags made from file names of gone containers
                self._routes.clear()
            route = self._routes[tag] = self.resolve(tag)
        return route

    def _run(self, route: Route, start: int, tag: str, batch: Batch) -> None:
        shared = batch.shared
        for stage in route.filters[start:]:
            if not batch.times:
                return
            try:
                batch = stage.filter_batch(tag, batch)
                if shared:
                    batch.shared = shared = not stage.makes_records
                stage.emit_records += len(batch.times)
            except BufferOverflow:
                raise
            except Exception as error:  # noqa: BLE001 - a plugin's fault must not end its neighbours
                for time, record in zip(batch.times, batch.records, strict=True):
                    stage.emit_error(tag, time, record, error)
                return
        if not batch.times:
            return
        if route.output is None:
            self._warn_unmatched(tag)
            return
        try:
            route.output.emit_own(tag, batch)
        except BufferOverflow:
            raise
        except Exception as error:  # noqa: BLE001 - routed to @ERROR, or raised again there
            self._errors.handle_batch(tag, batch, error)

    def _warn_unmatched(self, tag: str) -> None:
        if self.warns_unmatched and tag not in self._unmatched and len(self._unmatched) < _CACHE_LIMIT:
            self._unmatched.add(tag)
            _log.warning("no patterns matched: its events are dropped", tag=tag, label=self.name or "@ROOT")
