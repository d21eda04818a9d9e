"""add_insert_ids and analyze_config, of Google's packaged Fluentd."""

import re

from kelp.agent.event import Batch
from kelp.agent.plugin import Filter
from kelp.agent.plugin.driver import Driver
from kelp.agent.ruby.methods_string import successor


def test_insert_ids_count_up_and_keep_what_is_there() -> None:
    driver = Driver("filter", "add_insert_ids", "insert_id_key id")
    assert isinstance(driver.plugin, Filter)
    records = driver.plugin.filter_batch(
        "t", Batch([1] * 4, [{}, {"id": ""}, {"id": "own"}, {"id": 7}])
    ).records
    first, second, *others = [record["id"] for record in records]
    assert re.fullmatch("[0-9a-z]{17,18}", first)
    assert second == successor(first)
    assert others == ["own", 7]


def test_analyze_config_passes_events() -> None:
    driver = Driver("filter", "analyze_config", "monitoring_type opencensus")
    assert isinstance(driver.plugin, Filter)
    assert driver.plugin.filter_batch("t", Batch([1], [{"a": 1}])).records == [{"a": 1}]
