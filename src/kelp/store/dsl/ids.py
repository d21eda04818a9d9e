"""`ids`: documents by `_id`."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options, text
from kelp.store.dsl.registry import register
from kelp.store.query.nodes import Ids, Node, Nothing


@dataclass(frozen=True, slots=True)
class IdsQuery:
    """Documents with one of these ids; no ids match no document."""

    values: tuple[str, ...]

    def lower(self) -> Node:
        return Ids(self.values) if self.values else Nothing()


@register("ids")
def parse(body: Any) -> IdsQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-ids-query.html"""
    given = options("ids", body, {"values", "type", "types"})
    values = given.get("values", [])
    return IdsQuery(tuple(text(value) for value in (values if isinstance(values, list) else [values])))
