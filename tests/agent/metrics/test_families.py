"""Metrics and their text form."""

import pytest

from kelp.agent.metrics.families import Counter, Gauge, Histogram, Summary
from kelp.agent.metrics.registry import MetricConflict, Registry


def test_text_form() -> None:
    registry = Registry()
    counter = registry.share(Counter("hits", 'two\nlines \\ "x"', ["path"]))
    counter.add(('/a\\b\n"c"',), 2)
    registry.share(Gauge("size", "bytes")).set((), 1.5)
    summary = registry.share(Summary("took", "seconds", ["m"]))
    summary.observe(("GET",), 2)
    summary.observe(("GET",), 3)
    histogram = registry.share(Histogram("wait", "seconds", buckets=[1, 5]))
    for value in (0.5, 1, 7):
        histogram.observe((), value)
    assert registry.render().decode() == (
        '# TYPE hits counter\n# HELP hits two\\nlines \\\\ "x"\n'
        'hits{path="/a\\\\b\\n\\"c\\""} 2.0\n'
        "# TYPE size gauge\n# HELP size bytes\nsize 1.5\n"
        '# TYPE took summary\n# HELP took seconds\ntook_sum{m="GET"} 5.0\ntook_count{m="GET"} 2.0\n'
        '# TYPE wait histogram\n# HELP wait seconds\nwait_bucket{le="1"} 2\nwait_bucket{le="5"} 2\n'
        'wait_bucket{le="+Inf"} 3\nwait_sum 8.5\nwait_count 3\n'
    )


def test_series_shown_before_their_first_event() -> None:
    registry = Registry()
    for family in (Counter("c", "d"), Gauge("g", "d"), Summary("s", "d"), Histogram("h", "d", buckets=[1])):
        registry.share(family).init(())
    lines = [line for line in registry.render().decode().splitlines() if not line.startswith("#")]
    assert lines == [
        "c 0.0", "g 0.0", "s_sum 0.0", "s_count 0.0",
        'h_bucket{le="1"} 0', 'h_bucket{le="+Inf"} 0', "h_sum 0.0", "h_count 0",
    ]  # fmt: skip


def test_special_numbers() -> None:
    registry = Registry()
    gauge = registry.share(Gauge("g", "d", ["n"]))
    for text in ("inf", "-inf", "nan"):
        gauge.set((text,), float(text))
    assert [line.split()[-1] for line in registry.render().decode().splitlines()[2:]] == [
        "+Inf",
        "-Inf",
        "NaN",
    ]


def test_collectors_add_to_metrics_of_their_name() -> None:
    registry = Registry()
    registry.share(Gauge("g", "d", ["n"])).set(("1",), 1)

    def collect() -> list[Gauge]:
        more = Gauge("g", "d", ["n"])
        more.set(("2",), 2)
        return [more]

    registry.add_collector(collect)
    assert registry.render().decode().splitlines()[2:] == ['g{n="1"} 1', 'g{n="2"} 2']
    registry.remove_collector(collect)
    assert registry.render().decode().splitlines()[2:] == ['g{n="1"} 1']


def test_same_definition_is_shared_another_replaces() -> None:
    registry = Registry()
    first = registry.share(Counter("c", "d", ["a"]))
    assert registry.share(Counter("c", "d", ["a"])) is first
    other = registry.share(Counter("c", "other", ["a"]))
    assert other is not first
    other.add(("x",))
    assert registry.render().decode().splitlines()[-1] == 'c{a="x"} 1.0'


class Configuration:
    """Stands for a configuration."""


def test_a_name_stands_for_one_metric_per_configuration() -> None:
    registry, configuration = Registry(), Configuration()
    registry.claim(Counter("c", "d"), configuration)
    registry.claim(Counter("c", "d"), configuration)
    with pytest.raises(
        MetricConflict, match="metric 'c' stands twice with different type, desc, labels or buckets"
    ):
        registry.claim(Gauge("c", "d"), configuration)
    registry.claim(Gauge("c", "d"), Configuration())


def test_counters_only_grow() -> None:
    with pytest.raises(ValueError, match="cannot count c down by -1"):
        Counter("c", "d").add((), -1)
