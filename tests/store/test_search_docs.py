from pathlib import Path

import kelp.store.aggs.tree  # noqa: F401 - registers the aggregations
from kelp.store.aggs.node import AGGREGATIONS
from kelp.store.dsl import QUERIES

DOCS = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")


def test_every_query_is_documented() -> None:
    assert [name for name in QUERIES if f"`{name}`" not in DOCS] == []


def test_every_aggregation_is_documented() -> None:
    assert [name for name in AGGREGATIONS if f"`{name}`" not in DOCS] == []
