"""`weighted_avg`: the mean of a field, weighted by another."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.node import Json, Metric, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import number


@register("weighted_avg")
class WeightedAvg(Metric):
    """Sum of value times weight over the sum of weights; documents that miss either do not count."""

    options = frozenset({"value", "weight", "format", "value_type"})

    def configure(self) -> None:
        for part in ("value", "weight"):
            if not isinstance(self.body.get(part), dict) or not self.body[part].get("field"):
                raise self.fault(f"[{part}] must name a [field]")

    def columns(self, scope: Scope) -> list[str]:
        aliases = []
        for part in ("value", "weight"):
            given = self.body[part]
            value = scope.value_type(str(given["field"]))
            if value is None:
                return ["NULL"]
            sql = f"toFloat64({scope.scalar(value)})"
            if given.get("missing") is not None:
                sql = f"ifNull({sql}, {scope.bind(float(given['missing']), 'Float64')})"
            aliases.append(sql)
        return [f"avgWeighted({aliases[0]}, {aliases[1]})"]

    def result(self, values: Sequence[Any] | None) -> Json:
        return {"value": number(values[0]) if values is not None else None}
