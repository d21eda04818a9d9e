"""`min`: the least of a field's values; null where there are none."""

from kelp.store.aggs.metric_field import SingleValue
from kelp.store.aggs.node import register


@register("min")
class Min(SingleValue):
    """The least of a field's values; null where there are none."""

    function = "min"
