"""`avg`: the mean of a field's values; null where there are none."""

from kelp.store.aggs.metric_field import SingleValue
from kelp.store.aggs.node import register


@register("avg")
class Avg(SingleValue):
    """The mean of a field's values; null where there are none."""

    function = "avg"
