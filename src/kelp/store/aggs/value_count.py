"""`value_count`: how many values there are."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import FieldMetric
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.scope import Scope


@register("value_count")
class ValueCount(FieldMetric):
    """How many values a field has, each of an array counted."""

    numeric = False

    def columns(self, scope: Scope) -> list[str]:
        return [self.call("count", scope)]

    def result(self, values: Sequence[Any] | None) -> Json:
        return {"value": int(values[0] or 0) if values is not None else 0}
