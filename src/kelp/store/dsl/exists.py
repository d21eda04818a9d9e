"""`exists`: the field has a value."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import parsing_error, register
from kelp.store.query.nodes import AnyField, Exists, Node


@dataclass(frozen=True, slots=True)
class ExistsQuery:
    """The field, or any field its pattern names, has a value."""

    field: str

    def lower(self) -> Node:
        if "*" in self.field:
            return AnyField((self.field,), Exists(""))
        return Exists(self.field)


@register("exists")
def parse(body: Any) -> ExistsQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-exists-query.html"""
    given = options("exists", body, {"field"})
    field = given.get("field")
    if not field:
        raise parsing_error("[exists] must be provided with a [field]")
    return ExistsQuery(str(field))
