"""`percentile_ranks`: which share of all values is at most a given one."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import FieldMetric
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import number


@register("percentile_ranks")
class PercentileRanks(FieldMetric):
    """The percentage of values that are less than or equal to each of `values`."""

    options = frozenset({"field", "missing", "script", "values", "keyed", "tdigest", "hdr", "format"})

    def configure(self) -> None:
        super().configure()
        given = self.body.get("values")
        if not given:
            raise self.fault("[values] must hold at least one number")
        self.limits = tuple(sorted(float(value) for value in given))

    def typed_name(self, scope: Scope | None) -> str:
        return "hdr_percentile_ranks" if "hdr" in self.body else "tdigest_percentile_ranks"

    def columns(self, scope: Scope) -> list[str]:
        given = self.input(scope)
        if given is None:
            return ["NULL"] * len(self.limits)
        sql, many = given
        columns = []
        for limit in self.limits:
            place = scope.bind(limit, "Float64")
            if many:
                columns.append(f"100 * avgArray(arrayMap(x -> x <= {place}, {sql}))")
            else:
                columns.append(f"100 * avg(toFloat64({sql} <= {place}))")
        return columns

    def result(self, values: Sequence[Any] | None) -> Json:
        shares = [number(value) for value in values] if values is not None else [None] * len(self.limits)
        if self.body.get("keyed", True):
            return {"values": {str(limit): share for limit, share in zip(self.limits, shares, strict=True)}}
        return {
            "values": [
                {"key": limit, "value": share} for limit, share in zip(self.limits, shares, strict=True)
            ]
        }
