"""`percentiles`: the values below which given shares of all values lie."""

from collections.abc import Sequence
from typing import Any

from kelp.store.aggs.metric_field import FieldMetric
from kelp.store.aggs.node import Json, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import number

_DEFAULT = (1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0)


@register("percentiles")
class Percentiles(FieldMetric):
    """Exact percentiles with linear interpolation; Elasticsearch's are approximations of these."""

    options = frozenset({"field", "missing", "script", "percents", "keyed", "tdigest", "hdr", "format"})

    def configure(self) -> None:
        super().configure()
        given = self.body.get("percents")
        try:
            percents = _DEFAULT if given is None else tuple(float(value) for value in given)
        except (TypeError, ValueError):
            raise self.fault(f"percents must be numbers, got [{given}]") from None
        if not percents or any(not 0 <= value <= 100 for value in percents):
            raise self.fault("percents must be numbers from 0 to 100")
        self.percents = tuple(sorted(percents))

    def typed_name(self, scope: Scope | None) -> str:
        return "hdr_percentiles" if "hdr" in self.body else "tdigest_percentiles"

    def columns(self, scope: Scope) -> list[str]:
        levels = ", ".join(repr(value / 100) for value in self.percents)
        return [self.call("quantilesExactInclusive", scope, f"({levels})")]

    def order_column(self, scope: Scope, part: str) -> str:
        try:
            level = float(part) / 100
        except ValueError:
            raise self.fault(f"buckets cannot be ordered by [{self.name}.{part}]") from None
        return self.call("quantileExactInclusive", scope, f"({level!r})")

    def result(self, values: Sequence[Any] | None) -> Json:
        found = list(values[0] or []) if values is not None else []
        numbers = [number(value) for value in found] or [None] * len(self.percents)
        pairs = list(zip(self.percents, numbers, strict=True))
        if self.body.get("keyed", True):
            keyed: Json = {}
            for percent, value in pairs:
                keyed[str(percent)] = value
                keyed |= self.texts(f"{percent}_as_string", value)
            return {"values": keyed}
        return {
            "values": [
                {"key": percent, "value": value, **self.texts("value_as_string", value)}
                for percent, value in pairs
            ]
        }
