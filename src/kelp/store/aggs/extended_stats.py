"""`extended_stats`: stats with squares, variances and deviations."""

import math
from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import FieldMetric
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import number

_FUNCTIONS = ("count", "min", "max", "avg", "sum", "varPop", "varSamp")
_ORDERS = {"variance": "varPop", "std_deviation": "stddevPop", "sum_of_squares": ""}


@register("extended_stats")
class ExtendedStats(FieldMetric):
    """Stats of a field's values with variances; `sigma` deviations make the bounds."""

    options = frozenset({"field", "missing", "script", "sigma", "format"})

    def columns(self, scope: Scope) -> list[str]:
        columns = [self.call(function, scope) for function in _FUNCTIONS]
        given = self.input(scope)
        if given is None:
            return [*columns, "NULL"]
        sql, many = given
        squares = f"arrayMap(x -> toFloat64(x) * x, {sql})" if many else f"toFloat64({sql}) * {sql}"
        return [*columns, f"sum{'Array' if many else ''}({squares})"]

    def order_column(self, scope: Scope, part: str) -> str:
        function = _ORDERS.get(part, part)
        if function not in ("count", "min", "max", "avg", "sum", "varPop", "stddevPop"):
            raise self.fault(f"buckets cannot be ordered by [{self.name}.{part}]")
        return self.call(function, scope)

    def result(self, values: Sequence[Any] | None) -> Json:
        count = int(values[0] or 0) if values is not None else 0
        row = [number(value) for value in values] if values is not None and count else [None] * 8
        _, low, high, mean, total, population, sampling, squares = row
        deviation, sample_deviation = _root(population), _root(sampling)
        sigma = float(self.body.get("sigma", 2))
        found: Json = {
            "count": count,
            "min": low,
            "max": high,
            "avg": mean,
            "sum": total or 0.0,
            "sum_of_squares": squares if count else None,
            "variance": population,
            "variance_population": population,
            "variance_sampling": sampling if count > 1 else ("NaN" if count else None),
            "std_deviation": deviation,
            "std_deviation_population": deviation,
            "std_deviation_sampling": sample_deviation if count > 1 else ("NaN" if count else None),
        }
        found["std_deviation_bounds"] = _bounds(
            mean, deviation, sample_deviation if count > 1 else None, sigma, count
        )
        return found


def _root(value: float | None) -> float | None:
    return None if value is None else math.sqrt(max(0.0, value))


def _bounds(
    mean: float | None, population: float | None, sampling: float | None, sigma: float, count: int
) -> Json:
    def bound(deviation: float | None, sign: int) -> Any:
        if mean is None:
            return None
        return "NaN" if deviation is None else mean + sign * sigma * deviation

    return {
        "upper": bound(population, 1),
        "lower": bound(population, -1),
        "upper_population": bound(population, 1),
        "lower_population": bound(population, -1),
        "upper_sampling": bound(sampling, 1),
        "lower_sampling": bound(sampling, -1),
    }
