"""Prometheus metrics with labels: counter, gauge, summary, histogram.

Names are shown exactly as given: Fluentd's counters need not end in `_total`, so no suffix is ever added.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

Values = tuple[str, ...]
DEFAULT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Sample(NamedTuple):
    """One line of the text format: name suffix, label names and values, value."""

    suffix: str
    names: Values
    values: Values
    value: float


class Family:
    """A metric: one series per combination of label values, in the order in which they first appeared."""

    kind: ClassVar[str] = "untyped"

    def __init__(self, name: str, description: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.description = description
        self.labels = tuple(labels)
        self._lock = threading.Lock()

    @property
    def definition(self) -> tuple[object, ...]:
        """What must be the same where two plugins share a metric."""
        return (self.kind, self.description, self.labels)

    def init(self, values: Values) -> None:
        """Show a series before its first event."""
        raise NotImplementedError

    def samples(self) -> Iterator[Sample]:
        """The lines of all series."""
        raise NotImplementedError


class _Single(Family):
    """One number per series."""

    def __init__(self, name: str, description: str, labels: Sequence[str] = ()) -> None:
        super().__init__(name, description, labels)
        self._series: dict[Values, float] = {}

    def init(self, values: Values) -> None:
        with self._lock:
            self._series.setdefault(values, 0.0)

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            series = list(self._series.items())
        for values, value in series:
            yield Sample("", self.labels, values, value)


class Counter(_Single):
    """Only grows."""

    kind = "counter"

    def add(self, values: Values, by: float = 1.0) -> None:
        """Raises ValueError for a negative step."""
        if by < 0:
            raise ValueError(f"cannot count {self.name} down by {by}")
        with self._lock:
            self._series[values] = self._series.get(values, 0.0) + by


class Gauge(_Single):
    """The latest value."""

    kind = "gauge"

    def set(self, values: Values, value: float) -> None:
        with self._lock:
            self._series[values] = value


class Summary(Family):
    """Sum and number of values; no quantiles, as in Fluentd."""

    kind = "summary"

    def __init__(self, name: str, description: str, labels: Sequence[str] = ()) -> None:
        super().__init__(name, description, labels)
        self._series: dict[Values, tuple[float, float]] = {}

    def init(self, values: Values) -> None:
        with self._lock:
            self._series.setdefault(values, (0.0, 0.0))

    def observe(self, values: Values, value: float) -> None:
        with self._lock:
            total, count = self._series.get(values, (0.0, 0.0))
            self._series[values] = (total + value, count + 1)

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            series = list(self._series.items())
        for values, (total, count) in series:
            yield Sample("_sum", self.labels, values, total)
            yield Sample("_count", self.labels, values, count)


class Histogram(Family):
    """Numbers of values up to each bound, their sum and number."""

    kind = "histogram"

    def __init__(
        self,
        name: str,
        description: str,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = DEFAULT_BUCKETS,
    ) -> None:
        super().__init__(name, description, labels)
        if list(buckets) != sorted(set(buckets)) or not buckets:
            raise ValueError(f"bounds that grow, got {', '.join(map(str, buckets))}")
        self.buckets = tuple(buckets)
        self._bounds = [*map(str, buckets), "+Inf"]
        self._series: dict[Values, tuple[list[int], float]] = {}

    @property
    def definition(self) -> tuple[object, ...]:
        return (*super().definition, self.buckets)

    def init(self, values: Values) -> None:
        with self._lock:
            self._series.setdefault(values, ([0] * len(self._bounds), 0.0))

    def observe(self, values: Values, value: float) -> None:
        place = bisect_left(self.buckets, value)
        with self._lock:
            counts, total = self._series.get(values) or ([0] * len(self._bounds), 0.0)
            counts[place] += 1
            self._series[values] = (counts, total + value)

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            series = [(values, list(counts), total) for values, (counts, total) in self._series.items()]
        names = (*self.labels, "le")
        for values, counts, total in series:
            below = 0
            for bound, count in zip(self._bounds, counts, strict=True):
                below += count
                yield Sample("_bucket", names, (*values, bound), below)
            yield Sample("_sum", self.labels, values, total)
            yield Sample("_count", self.labels, values, below)
