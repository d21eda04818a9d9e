"""The metrics of this process and their text form.

The text form is Prometheus' exposition format 0.0.4. The client library is not used: it adds `_total` to the names of
counters and `_created` series, which would rename the metrics that dashboards made for Fluentd read.
"""

import math
import re
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import TypeVar

from kelp.agent.metrics.families import Family
from kelp.common.errors import KelpError

CONTENT_TYPE = "text/plain; version=0.0.4"
METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL_NAME = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")
FamilyT = TypeVar("FamilyT", bound=Family)
# Gives the families to show, with their values of this moment.
Collector = Callable[[], Iterable[Family]]


class MetricConflict(KelpError):
    """A metric's name is taken by one of another kind, description or labels."""


class Registry:
    """Metrics by name, and functions that make some when asked."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}
        self._collectors: list[Collector] = []
        self._claims: dict[str, tuple[object, ...]] = {}
        self._claimed_for: weakref.ref[object] | None = None
        self._lock = threading.Lock()

    def claim(self, family: Family, configuration: object) -> None:
        """Check that within a configuration a name stands for one metric. Raises MetricConflict."""
        with self._lock:
            if self._claimed_for is None or self._claimed_for() is not configuration:
                self._claimed_for, self._claims = weakref.ref(configuration), {}
            if self._claims.setdefault(family.name, family.definition) != family.definition:
                raise MetricConflict(
                    f"metric {family.name!r} stands twice with different type, desc, labels or buckets"
                )

    def share(self, family: FamilyT) -> FamilyT:
        """Add a metric, or get the one that is there under this name with the same definition.

        One with another definition is replaced: it is of a configuration that was reloaded since.
        """
        with self._lock:
            known = self._families.get(family.name)
            if isinstance(known, type(family)) and known.definition == family.definition:
                return known
            self._families[family.name] = family
            return family

    def add_collector(self, collector: Collector) -> None:
        """Ask `collector` for metrics whenever they are shown."""
        with self._lock:
            self._collectors.append(collector)

    def remove_collector(self, collector: Collector) -> None:
        """No longer ask it."""
        with self._lock:
            self._collectors.remove(collector)

    def render(self) -> bytes:
        """All metrics as text."""
        with self._lock:
            families, collectors = list(self._families.values()), list(self._collectors)
        for collect in collectors:
            families += collect()
        return render(families)


# Shared by all plugins of a process.
REGISTRY = Registry()


def render(families: Iterable[Family]) -> bytes:
    """The text form; families of the same name are put together under one heading."""
    lines: dict[str, list[str]] = {}
    for family in families:
        found = lines.get(family.name)
        if found is None:
            text = family.description.replace("\\", "\\\\").replace("\n", "\\n")
            found = [f"# TYPE {family.name} {family.kind}", f"# HELP {family.name} {text}"]
            lines[family.name] = found
        for suffix, names, values, value in family.samples():
            found.append(f"{family.name}{suffix}{_labels(names, values)} {_number(value)}")
    return "".join(line + "\n" for block in lines.values() for line in block).encode("utf-8", "replace")


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    if not names:
        return ""
    return "{" + ",".join([f'{n}="{_escape(v)}"' for n, v in zip(names, values, strict=True)]) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else str(value)
