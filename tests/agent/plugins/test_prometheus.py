"""The prometheus filter and output."""

from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.event import Batch
from kelp.agent.metrics import instrument
from kelp.agent.metrics.registry import Registry
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugin.output import Output


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    fresh = Registry()
    monkeypatch.setattr(instrument, "REGISTRY", fresh)
    monkeypatch.setattr("socket.gethostname", lambda: "node-1")
    return fresh


def lines(registry: Registry) -> list[str]:
    return [line for line in registry.render().decode().splitlines() if not line.startswith("#")]


def metric(options: str) -> str:
    return f"<metric>\nname m\ndesc d\n{options}\n</metric>"


@pytest.mark.parametrize(
    ("options", "records", "shown"),
    [
        (metric("type counter"), [{}, {"a": 1}], ["m 2.0"]),
        (metric("type counter\nkey a"), [{"a": 2}, {"a": None}, {"b": 1}, {"a": 1.5}], ["m 3.5"]),
        (metric("type counter\nkey $.a.b"), [{"a": {"b": 2}}], ["m 2.0"]),
        (metric("type gauge\nkey a"), [{"a": 2}, {"a": 7}], ["m 7.0"]),
        (metric("type summary\nkey a"), [{"a": 2}, {"a": 7}], ["m_sum 9.0", "m_count 2.0"]),
        (metric("type histogram\nkey a\nbuckets 1, 2.5"), [{"a": 2}],
         ['m_bucket{le="1"} 0', 'm_bucket{le="2.5"} 1', 'm_bucket{le="+Inf"} 1', "m_sum 2.0", "m_count 1"]),
        (metric("type counter\n<labels>\nns $.k.ns\nfix ${tag_parts[-1]}-x\n</labels>"),
         [{"k": {"ns": "a"}}, {"k": {"ns": "b"}}, {"k": {"ns": "a"}}, {}],
         ['m{ns="a",fix="web-x"} 2.0', 'm{ns="b",fix="web-x"} 1.0', 'm{ns="",fix="web-x"} 1.0']),
        (metric("type counter") + "\n<labels>\nt ${tag}\nh ${hostname}\nw ${worker_id}\np ${tag_prefix[0]}\n"
         "s ${tag_suffix[0]}\n</labels>", [{}], ['m{t="app.web",h="node-1",w="0",p="app",s="web"} 1.0']),
        (metric('type counter\n<labels>\na ${a}\nb ${h["x"]}\nc ${l[0]}\nd ${no}\n</labels>'),
         [{"a": 1, "h": {"x": True}, "l": ["z"]}], ['m{a="1",b="true",c="z",d="${no}"} 1.0']),
        (metric("type counter\ninitialized true\n<labels>\na $.a\nh ${hostname}\n</labels>\n"
                "<initlabels>\na one\n</initlabels>\n<initlabels>\na two\n</initlabels>"), [{"a": "two"}],
         ['m{a="one",h="node-1"} 0.0', 'm{a="two",h="node-1"} 1.0']),
        (metric("type gauge\nkey a\ninitialized true"), [], ["m 0.0"]),
    ],
)  # fmt: skip
def test_metrics(registry: Registry, options: str, records: list[dict[str, Any]], shown: list[str]) -> None:
    driver = Driver("filter", "prometheus", options)
    driver.start()
    assert driver.filter(records, "app.web") == records
    assert lines(registry) == shown


def test_output_counts_too(registry: Registry) -> None:
    driver = Driver("output", "prometheus", metric("type counter\n<labels>\nt ${tag}\n</labels>"))
    driver.start()
    assert isinstance(driver.plugin, Output)
    driver.plugin.emit_batch("x", Batch([1, 2], [{}, {}]))
    assert lines(registry) == ['m{t="x"} 2.0']


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("gauge", "12", 'cannot take "12" into metric m: it is no number'),
        ("summary", True, "cannot take true into metric m: it is no number"),
        ("counter", -1, "cannot count m down by -1.0"),
    ],
)
def test_values_that_are_no_numbers(registry: Registry, kind: str, value: Any, message: str) -> None:
    driver = Driver("filter", "prometheus", metric(f"type {kind}\nkey a"))
    driver.start()
    assert driver.filter([{"a": value}], time=5) == [{"a": value}]
    ((tag, time, record, error),) = driver.collector.errors
    assert (tag, time, record, str(error)) == ("test", 5, {"a": value}, message)
    assert lines(registry) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("<metric>\nname m\ntype counter\n</metric>", "option 'desc' is required"),
        (metric("type clock"), "option 'type' must be one of counter, gauge, summary, histogram"),
        (metric("type gauge"), "a gauge needs the option 'key'"),
        ("<metric>\nname a b\ndesc d\ntype counter\n</metric>", "option 'name' must be a metric name, got 'a b'"),
        (metric("type counter\n<labels>\na-b x\n</labels>"), "'a-b' is no label name"),
        (metric("type histogram\nkey a\nbuckets 5, 1"), "option 'buckets' must be bounds that grow, got 5, 1"),
        (metric("type counter") + metric("type gauge\nkey a").join("\n\n"),
         "metric 'm' stands twice with different type, desc, labels or buckets"),
        (metric("type counter\ninitialized true\n<labels>\na $.a\n</labels>"),
         "initialized needs a section <initlabels> that sets a"),
        (metric("type counter\ninitialized true\n<labels>\na $.a\n</labels>\n<initlabels>\nb x\n</initlabels>"),
         "<initlabels> cannot set 'b': it is no label that depends on events"),
        (metric("type counter\ninitialized true\n<labels>\na $.a\n</labels>\n<initlabels>\na $.x\n</initlabels>"),
         "<initlabels> cannot use '$.x': write the value itself"),
    ],
)  # fmt: skip
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("filter", "prometheus", options)
    assert message in str(caught.value)
