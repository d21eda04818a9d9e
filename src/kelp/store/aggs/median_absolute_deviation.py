"""`median_absolute_deviation`: the median distance from the median."""

from kelp.store.aggs.metric_field import SingleValue
from kelp.store.aggs.node import register
from kelp.store.aggs.scope import Scope


@register("median_absolute_deviation")
class MedianAbsoluteDeviation(SingleValue):
    """How far values lie from their median, as a median; exact."""

    options = frozenset({"field", "missing", "script", "compression", "format"})

    def columns(self, scope: Scope) -> list[str]:
        given = self.input(scope)
        if given is None:
            return ["NULL"]
        sql, many = given
        suffix = "Array" if many else ""
        everything = f"groupArray{suffix}({sql})"
        median = f"quantileExactInclusive{suffix}(0.5)({sql})"
        return [f"arrayReduce('quantileExactInclusive(0.5)', arrayMap(x -> abs(x - {median}), {everything}))"]
