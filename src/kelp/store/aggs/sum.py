"""`sum`: the sum of a field's values; 0 where there are none."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import SingleValue
from kelp.store.aggs.node import Json, register


@register("sum")
class Sum(SingleValue):
    """The sum of a field's values."""

    function = "sum"

    def result(self, values: Sequence[Any] | None) -> Json:
        shown = super().result(values)
        return {**shown, "value": shown["value"] or 0.0}
