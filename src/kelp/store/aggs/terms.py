"""`terms`: a bucket for each value of a field."""

from typing import Any

from kelp.store.aggs.bucket_order import BucketOrder, parse_order
from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import show_key
from kelp.store.query.date_math import resolve
from kelp.store.query.patterns import lucene_to_re2
from kelp.store.sql.values import ValueType

_TYPED = {
    "long": "lterms",
    "boolean": "lterms",
    "date": "lterms",
    "double": "dterms",
    "string": "sterms",
    "ip": "sterms",
}


@register("terms")
class Terms(Bucketing):
    """Buckets by value, the largest first; counts are exact."""

    options = frozenset(
        {
            "field", "size", "shard_size", "order", "min_doc_count", "shard_min_doc_count", "include", "exclude",
            "missing", "show_term_doc_count_error", "execution_hint", "collect_mode", "format", "value_type",
            "script", "time_zone",
        }
    )  # fmt: skip
    value: ValueType | None = None

    def configure(self) -> None:
        self.field()
        self.size = int(self.body.get("size", 10))
        if self.size <= 0:
            raise self.fault(f"[size] must be greater than 0, found [{self.size}]")
        self.min_doc_count = int(self.body.get("min_doc_count", 1))
        for part in ("include", "exclude"):
            if isinstance(self.body.get(part), dict):
                raise self.fault(f"partitions in [{part}] are not supported, use a composite aggregation")

    @property
    def ordering(self) -> BucketOrder:
        return parse_order(self, self.body.get("order"), default=(("_count", True), ("_key", False)))

    def typed_name(self, scope: Scope | None) -> str:
        value = scope.value_type(self.field()) if scope is not None else None
        return _TYPED["string" if value is None else value.kind]

    def keys(self, scope: Scope) -> list[Key] | None:
        self.value = value = scope.value_type(self.field())
        if value is None:
            return None
        missing = self.body.get("missing")
        if not value.many and missing is None:
            return [Key(scope.present(value), value.sql_type)]
        sql = f"arrayDistinct({scope.values(value)})" if value.many else scope.scalar(value)
        if missing is not None:
            place = self.place(scope, missing)
            sql = f"if(empty({sql}), [{place}], {sql})" if value.many else f"ifNull({sql}, {place})"
        return [Key(sql, value.sql_type, joined=value.many)]

    def place(self, scope: Scope, given: Any) -> str:
        """A term of the request, bound in the field's type."""
        assert self.value is not None
        kind = self.value.kind
        if kind == "date":
            return scope.bind(resolve(given, self.body.get("format"), None, 0), "Int64")
        if kind == "boolean":
            return scope.bind(int(given in (True, "true", 1)), "UInt8")
        if kind in ("long", "double"):
            number = float(given)
            return scope.bind(int(number) if kind == "long" else number, self.value.sql_type)
        return scope.bind(str(given), "String")

    def where(self, scope: Scope, aliases: list[str]) -> str:
        conditions = []
        for part, negate in (("include", False), ("exclude", True)):
            given = self.body.get(part)
            if given is None:
                continue
            if isinstance(given, list):
                test = f"{aliases[0]} IN ({', '.join(self.place(scope, item) for item in given) or 'NULL'})"
            else:
                pattern = scope.bind(f"^(?:{lucene_to_re2(str(given))})$", "String")
                test = f"match(toString({aliases[0]}), {pattern})"
            conditions.append(f"NOT {test}" if negate else test)
        return " AND ".join(conditions)

    def order(self, scope: Scope, aliases: list[str]) -> str:
        return self.ordering.sql(aliases)

    def order_metric_sql(self, scope: Scope) -> str:
        return self.ordering.metric_sql(scope)

    def limit(self) -> int | None:
        return self.size

    def having(self) -> str:
        return f"n >= {self.min_doc_count}" if self.min_doc_count > 1 else ""

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        buckets = [
            {**self.shown(row), "doc_count": row.count, **self.errors(), **subs(row.key)} for row in rows
        ]
        total = rows[0].total if rows else 0
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": total - sum(row.count for row in rows),
            "buckets": buckets,
        }

    def shown(self, row: BucketRow) -> Json:
        assert self.value is not None
        return show_key(self.value, row.key[0], self.body)

    def errors(self) -> Json:
        return {"doc_count_error_upper_bound": 0} if self.body.get("show_term_doc_count_error") else {}
