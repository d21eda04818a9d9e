"""What the recorded cases of label_router do not show: batches, labels, the counter."""

import pytest

from kelp.agent.event import Batch
from kelp.agent.metrics.registry import Registry
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugin.output import Output
from kelp.agent.plugins import out_label_router

ROUTES = """
metrics true
default_route @REST
default_tag rest
<route>
  @label @DEV
  tag dev
  <match>
    namespaces dev
  </match>
</route>
<route>
  @label @ALL
  tag all
  metrics_labels {"id":"default/all"}
  <match>
    namespaces dev,prod
  </match>
</route>
"""


def record(namespace: str, number: int) -> dict[str, object]:
    return {"kubernetes": {"namespace_name": namespace}, "n": number}


def emitted(options: str, *records: dict[str, object]) -> list[tuple[str, object]]:
    driver = Driver("output", "label_router", options)
    assert isinstance(driver.plugin, Output)
    driver.plugin.process("t", Batch([1] * len(records), list(records)))
    return [(tag, one["n"]) for tag, _, one in driver.collector.events]


def test_each_route_gets_its_events_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    monkeypatch.setattr(out_label_router, "REGISTRY", registry)
    events = emitted(ROUTES, record("dev", 1), record("prod", 2), record("other", 3), record("dev", 4))
    assert events == [("dev", 1), ("dev", 4), ("all", 1), ("all", 2), ("all", 4), ("rest", 3)]
    shown = registry.render().decode()
    assert 'fluentd_router_records_total{flow="@ALL",id="default/all"} 3.0' in shown
    assert 'fluentd_router_records_total{flow="@REST",id="default"} 1.0' in shown


def test_later_batches_of_a_tag_take_the_routes_of_its_first() -> None:
    driver = Driver("output", "label_router", ROUTES)
    assert isinstance(driver.plugin, Output)
    driver.plugin.process("t", Batch([1], [record("prod", 1)]))
    driver.plugin.process("t", Batch([1], [record("other", 2)]))
    assert [(tag, one["n"]) for tag, _, one in driver.collector.events] == [("all", 1), ("all", 2)]


def test_routes_share_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver("output", "label_router", ROUTES)
    assert isinstance(driver.plugin, Output)
    records: list[object] = []
    monkeypatch.setattr(driver.collector, "emit", lambda tag, batch: records.extend(batch.records))
    driver.plugin.process("t", Batch([1], [record("dev", 1)]))
    assert records == [record("dev", 1)] * 2
    assert records[0] is not records[1]
