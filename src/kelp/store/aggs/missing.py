"""`missing`: one bucket with the documents that lack a field."""

from kelp.store.aggs.filter import Filter
from kelp.store.aggs.node import register
from kelp.store.query.nodes import Exists, Not


@register("missing")
class Missing(Filter):
    """The documents without a value in the field."""

    options = frozenset({"field", "missing"})

    def configure(self) -> None:
        self.query = Not(Exists(self.field()))
