"""Inputs that show figures of other plugins as metrics."""

from collections.abc import Iterable, Iterator

from kelp.agent.config import Element, param
from kelp.agent.metrics.families import Counter, Family, Gauge
from kelp.agent.metrics.labels import Label
from kelp.agent.metrics.registry import LABEL_NAME, REGISTRY
from kelp.agent.monitor.plugin_info import listed
from kelp.agent.plugin import Input, Plugin


class MetricCollector(Input):
    """Makes metrics whenever they are asked for, so that they are never older than the request."""

    interval: float = param.time(
        default=5, description="Accepted for Fluentd's sake: figures are read when they are asked for."
    )
    labels: Element | None = param.element("labels", description="Labels of all metrics: constants only.")

    # Labels that follow those of the configuration.
    own_labels: tuple[str, ...] = ()

    def configure(self) -> None:
        self._base: dict[str, str] = {}
        for name, value in self.labels.items() if self.labels is not None else ():
            if not LABEL_NAME.fullmatch(name):
                raise self.error(f"<labels>: {name!r} is no label name")
            label = Label(str(value), self.context.worker_id, self._warn)
            if label.accessor is not None:
                raise self.error(f"<labels>: record accessor syntax is not available in {self.type_name}")
            self._base[name] = label.constant()

    def _warn(self, placeholder: str) -> None:
        self.log.warning("unknown placeholder found", placeholder=placeholder)

    def start(self) -> None:
        REGISTRY.add_collector(self.collect)

    def stop(self) -> None:
        REGISTRY.remove_collector(self.collect)

    def shown_plugins(self) -> list[Plugin]:
        """The running plugins."""
        return listed(self.context.plugins())

    def collect(self) -> Iterable[Family]:
        """The metrics with their values of this moment."""
        raise NotImplementedError

    def values(self, *own: str) -> tuple[str, ...]:
        """Label values of a series; `own` stand for `own_labels`."""
        return (*self._base.values(), *own)

    def family(self, kind: type[Gauge] | type[Counter], name: str, description: str) -> Gauge | Counter:
        """A metric that has the labels of this input."""
        return kind(name, description, (*self._base, *self.own_labels))


class FamilySet:
    """Metrics filled series by series; those without a series show their heading, too."""

    def __init__(self, families: dict[str, Gauge | Counter]) -> None:
        self._families = families

    def put(self, key: str, values: tuple[str, ...], number: float) -> None:
        family = self._families[key]
        if isinstance(family, Gauge):
            family.set(values, number)
        else:
            family.add(values, number)

    def all(self) -> Iterator[Family]:
        """The metrics."""
        return iter(self._families.values())
