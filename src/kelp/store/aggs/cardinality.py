"""`cardinality`: how many different values there are."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import FieldMetric
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.scope import Scope


@register("cardinality")
class Cardinality(FieldMetric):
    """How many different values a field has: exact up to some ten thousand, then within about 1%."""

    options = frozenset({"field", "missing", "script", "precision_threshold", "rehash", "execution_hint"})
    numeric = False

    def columns(self, scope: Scope) -> list[str]:
        return [self.call("uniq", scope)]

    def result(self, values: Sequence[Any] | None) -> Json:
        return {"value": int(values[0] or 0) if values is not None else 0}
