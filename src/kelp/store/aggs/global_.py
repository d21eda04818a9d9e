"""`global`: one bucket with all documents of the indices, whatever the query."""

from kelp.store.aggs.filter import OneBucket
from kelp.store.aggs.node import register


@register("global")
class GlobalBucket(OneBucket):
    """All documents; stands at the top only."""

    options = frozenset()
