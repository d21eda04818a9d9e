"""`range`: a bucket for each of several ranges of numbers."""

from typing import Any

from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.sql.values import ValueType


@register("range")
class Range(Bucketing):
    """Ranges with `from` included and `to` excluded; they may overlap."""

    options = frozenset({"field", "ranges", "keyed", "missing", "script", "format"})
    value: ValueType | None = None

    def configure(self) -> None:
        self.field()
        given = self.body.get("ranges")
        if not given:
            raise self.fault("No [ranges] specified")
        self.ranges = sorted((self.bounds(item) for item in given), key=_by_bounds)

    def bounds(self, item: Json) -> tuple[Any, Any, str | None]:
        """From, to and key of a range, open ends None."""
        low, high = item.get("from"), item.get("to")
        return (
            None if low is None else float(low),
            None if high is None else float(high),
            item.get("key"),
        )

    def place(self, scope: Scope, bound: Any) -> str:
        return scope.bind(bound, "Float64")

    def keys(self, scope: Scope) -> list[Key] | None:
        self.value = value = scope.value_type(self.field())
        if value is None:
            return None
        sql = scope.values(value) if value.many else scope.scalar(value)
        if self.body.get("missing") is not None and not value.many:
            sql = f"ifNull({sql}, {scope.bind(self.body['missing'], value.sql_type)})"
        numbered = [f"if({self.inside(scope, sql, item)}, {at}, -1)" for at, item in enumerate(self.ranges)]
        found = f"CAST(arrayFilter(x -> x >= 0, [{', '.join(numbered)}]), 'Array(Int64)')"
        return [Key(found, "Int64", joined=True)]

    def inside(self, scope: Scope, sql: str, item: tuple[Any, Any, str | None]) -> str:
        assert self.value is not None
        x = "v" if self.value.many else sql
        tests = [f"isNotNull({x})"]
        if item[0] is not None:
            tests.append(f"{x} >= {self.place(scope, item[0])}")
        if item[1] is not None:
            tests.append(f"{x} < {self.place(scope, item[1])}")
        test = " AND ".join(tests)
        return f"arrayExists(v -> {test}, {sql})" if self.value.many else test

    def shown(self, item: tuple[Any, Any, str | None]) -> Json:
        """Key and bounds of a bucket."""
        low, high, key = item
        shown: Json = {"key": key or f"{'*' if low is None else low}-{'*' if high is None else high}"}
        if low is not None:
            shown["from"] = low
        if high is not None:
            shown["to"] = high
        return shown

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        counts = {row.key[0]: row.count for row in rows}
        buckets = [
            {**self.shown(item), "doc_count": counts.get(at, 0), **subs((at,))}
            for at, item in enumerate(self.ranges)
        ]
        if self.body.get("keyed"):
            return {"buckets": {bucket.pop("key"): bucket for bucket in buckets}}
        return {"buckets": buckets}


def _by_bounds(item: tuple[Any, Any, str | None]) -> tuple[float, float]:
    low, high, _ = item
    return (float("-inf") if low is None else low, float("inf") if high is None else high)
