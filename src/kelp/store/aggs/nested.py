"""`nested` and `reverse_nested`: objects are flat here, so both pass their documents on."""

from kelp.store.aggs.filter import OneBucket
from kelp.store.aggs.node import register


@register("nested", "reverse_nested")
class Nested(OneBucket):
    """All documents of the bucket above; counts documents where Elasticsearch counts nested objects."""

    options = frozenset({"path"})
