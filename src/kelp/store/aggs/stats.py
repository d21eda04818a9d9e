"""`stats`: count, least, greatest, mean and sum at once."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import FieldMetric
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import number

_PARTS = ("count", "min", "max", "avg", "sum")


@register("stats")
class Stats(FieldMetric):
    """Five numbers over a field's values."""

    def columns(self, scope: Scope) -> list[str]:
        return [self.call(part, scope) for part in _PARTS]

    def order_column(self, scope: Scope, part: str) -> str:
        if part not in _PARTS:
            raise self.fault(f"there is no [{part}], use one of {', '.join(_PARTS)}")
        return self.call(part, scope)

    def result(self, values: Sequence[Any] | None) -> Json:
        found: Json = {"count": int(values[0] or 0) if values is not None else 0}
        for at, part in enumerate(_PARTS[1:], 1):
            found[part] = number(values[at]) if values is not None and found["count"] else None
        found["sum"] = found["sum"] or 0.0
        for part in _PARTS[1:]:
            if found["count"]:
                found |= self.texts(f"{part}_as_string", found[part])
        return found
