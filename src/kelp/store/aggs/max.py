"""`max`: the greatest of a field's values; null where there are none."""

from kelp.store.aggs.metric_field import SingleValue
from kelp.store.aggs.node import register


@register("max")
class Max(SingleValue):
    """The greatest of a field's values; null where there are none."""

    function = "max"
