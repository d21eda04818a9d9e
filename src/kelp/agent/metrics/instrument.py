"""The `<metric>` and `<labels>` sections: counting events in metrics."""

import re
from collections import Counter as Tally
from collections.abc import Callable
from typing import Any

from kelp.agent.config import Element, Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.metrics.families import DEFAULT_BUCKETS, Counter, Family, Gauge, Histogram, Summary
from kelp.agent.metrics.labels import Label, LabelSet
from kelp.agent.metrics.registry import LABEL_NAME, METRIC_NAME, REGISTRY, MetricConflict
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.plugin.base import Plugin
from kelp.agent.ruby.text import inspect
from kelp.common.errors import KelpError

_FLOAT = re.compile(r"\d+.\d+")
Getter = Callable[[Record], Any]


class NotANumber(KelpError):
    """The field that a metric takes its value from holds none."""


class MetricSection(Section):
    """A metric that events are counted in."""

    type: str = param.enum(
        ["counter", "gauge", "summary", "histogram"], description="What becomes of the values."
    )
    name: str = param.string(description="Name of the metric.")
    desc: str = param.string(description="What the metric tells, for whoever reads it.")
    key: str | None = param.string(
        default=None, description="Field with the value; a counter without one counts events."
    )
    buckets: str | None = param.string(default=None, description="Bounds of a histogram: `0.1, 1, 10`.")
    initialized: bool = param.boolean(
        default=False, description="Show the metric at 0 before the first event."
    )
    labels: Element | None = param.element("labels", description="Label names and their values.")
    initlabels: list[Element] = param.elements(
        "initlabels", description="Values of the labels that depend on events, to begin with."
    )

    def configure(self) -> None:
        if not METRIC_NAME.fullmatch(self.name):
            raise self.error(f"option 'name' must be a metric name, got {self.name!r}", "name")
        if self.key is None and self.type != "counter":
            raise self.error(f"a {self.type} needs the option 'key'")
        if len(self.element.children("labels")) > 1:
            raise self.error("only one section <labels> is allowed")
        try:
            self.get: Getter | None = None if self.key is None else Accessor(self.key).getter()
        except ValueError as error:
            raise self.error(f"option 'key' must be {error}", "key") from None

    def family(self, labels: list[str]) -> Family:
        """The metric it describes. Raises ConfigError."""
        if self.type == "histogram":
            try:
                return Histogram(self.name, self.desc, labels, self._bounds())
            except ValueError as error:
                raise self.error(f"option 'buckets' must be {error}", "buckets") from None
        kinds: dict[str, type[Family]] = {"counter": Counter, "gauge": Gauge, "summary": Summary}
        return kinds[self.type](self.name, self.desc, labels)

    def _bounds(self) -> list[float]:
        if self.buckets is None:
            return list(DEFAULT_BUCKETS)
        return [
            float(one) if _FLOAT.fullmatch(one) else int(one)
            for one in map(str.strip, self.buckets.split(","))
        ]


class Instrument:
    """One metric and how events change it."""

    def __init__(self, section: MetricSection, labels: dict[str, Label]) -> None:
        self.section = section
        self.labels = LabelSet(labels)
        self.family = section.family(list(labels))
        self._initial = self._initial_values() if section.initialized else []

    def start(self) -> None:
        """Join the metrics of the process."""
        self.family = REGISTRY.share(self.family)
        for values in self._initial:
            self.family.init(values)

    def _initial_values(self) -> list[tuple[str, ...]]:
        labels, section = self.labels.labels, self.section
        dynamic = {name for name, label in labels.items() if label.is_dynamic}
        fixed = {name: label.constant() for name, label in labels.items() if name not in dynamic}
        series = []
        for element in section.initlabels:
            given = {name: str(value) for name, value in element.items()}
            for name, value in given.items():
                if name not in dynamic:
                    raise section.error(
                        f"<initlabels> cannot set {name!r}: it is no label that depends on events"
                    )
                if value.startswith(("$.", "$[", "${")):
                    raise section.error(f"<initlabels> cannot use {value!r}: write the value itself")
            if missing := sorted(dynamic - given.keys()):
                raise section.error(f"<initlabels> must set {', '.join(missing)}")
            series.append(tuple({**fixed, **given}[name] for name in labels))
        if dynamic and not series:
            raise section.error(
                f"initialized needs a section <initlabels> that sets {', '.join(sorted(dynamic))}"
            )
        return series or [tuple(fixed[name] for name in labels)]

    def count(self, tag: str, batch: Batch) -> list[tuple[int, Exception]]:
        """Take a batch into account; returns the positions of events that could not be, with the reasons."""
        values = self.labels.bind(tag)
        if self.section.get is None:
            self._count_events(values, batch)
            return []
        failed: list[tuple[int, Exception]] = []
        for position, record in enumerate(batch.records):
            value = self.section.get(record)
            if value is None or value is False:
                continue
            try:
                self._take(values if isinstance(values, tuple) else values(record), value)
            except (KelpError, ValueError) as error:
                failed.append((position, error))
        return failed

    def _count_events(self, values: Any, batch: Batch) -> None:
        assert isinstance(self.family, Counter)
        if isinstance(values, tuple):
            self.family.add(values, float(len(batch)))
            return
        for series, number in Tally(map(values, batch.records)).items():
            self.family.add(series, float(number))

    def _take(self, values: tuple[str, ...], value: Any) -> None:
        family = self.family
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotANumber(f"cannot take {inspect(value)} into metric {family.name}: it is no number")
        if isinstance(family, Counter):
            family.add(values, float(value))
        elif isinstance(family, Gauge):
            family.set(values, float(value))
        else:
            assert isinstance(family, Summary | Histogram)
            family.observe(values, float(value))


class MetricOptions(Plugin):
    """What the prometheus filter and output share."""

    labels: Element | None = param.element("labels", description="Labels of all metrics.")
    metrics: list[MetricSection] = param.sections("metric", MetricSection, description="The metrics.")

    def configure(self) -> None:
        common = self._labels(self.labels)
        if self.context.workers > 1:
            common["worker_id"] = self._label(str(self.context.worker_id))
        self.instruments = []
        for section in self.metrics:
            instrument = Instrument(section, {**common, **self._labels(section.labels)})
            try:
                REGISTRY.claim(instrument.family, self.context)
            except MetricConflict as error:
                raise section.error(str(error), "name") from None
            self.instruments.append(instrument)

    def _labels(self, element: Element | None) -> dict[str, Label]:
        labels = {}
        for name, value in element.items() if element else ():
            if not LABEL_NAME.fullmatch(name):
                raise self.error(f"<labels>: {name!r} is no label name")
            try:
                labels[name] = self._label(str(value))
            except ValueError as error:
                raise self.error(f"<labels>: {name!r} must be {error}") from None
        return labels

    def _label(self, text: str) -> Label:
        return Label(text, self.context.worker_id, self._warn)

    def _warn(self, placeholder: str) -> None:
        self.log.warning("unknown placeholder found", placeholder=placeholder)

    def start(self) -> None:
        for instrument in self.instruments:
            instrument.start()

    def count(self, tag: str, batch: Batch) -> None:
        """Count a batch in all metrics; events that do not fit go to `@ERROR` and stay in the flow too."""
        for instrument in self.instruments:
            for position, error in instrument.count(tag, batch):
                self.log.warning("cannot count an event", tag=tag, metric=instrument.family.name, error=error)
                self.emit_error(tag, batch.times[position], dict(batch.records[position]), error)
