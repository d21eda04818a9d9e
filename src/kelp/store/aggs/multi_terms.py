"""`multi_terms`: a bucket for each combination of values of several fields."""

from kelp.store.aggs.bucket_order import parse_order
from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import show_key
from kelp.store.sql.values import ValueType


@register("multi_terms")
class MultiTerms(Bucketing):
    """Buckets by the values of two or more fields, the largest first."""

    options = frozenset(
        {"terms", "size", "shard_size", "order", "min_doc_count", "shard_min_doc_count", "collect_mode",
         "show_term_doc_count_error"}
    )  # fmt: skip

    def configure(self) -> None:
        self.sources = self.body.get("terms") or []
        if len(self.sources) < 2:
            raise self.fault("[terms] must name at least two fields")
        self.values: list[ValueType] = []
        self.size = int(self.body.get("size", 10))

    def keys(self, scope: Scope) -> list[Key] | None:
        self.values = []
        keys = []
        for source in self.sources:
            value = scope.value_type(str(source["field"]))
            if value is None:
                return None
            self.values.append(value)
            sql = f"arrayDistinct({scope.values(value)})" if value.many else scope.scalar(value)
            if source.get("missing") is not None and not value.many:
                sql = f"ifNull({sql}, {scope.bind(source['missing'], value.sql_type)})"
            keys.append(Key(sql, value.sql_type, joined=value.many))
        return keys

    def order(self, scope: Scope, aliases: list[str]) -> str:
        return parse_order(self, self.body.get("order"), (("_count", True), ("_key", False))).sql(aliases)

    def order_metric_sql(self, scope: Scope) -> str:
        return parse_order(self, self.body.get("order"), (("_count", True), ("_key", False))).metric_sql(
            scope
        )

    def limit(self) -> int | None:
        return self.size

    def having(self) -> str:
        least = int(self.body.get("min_doc_count", 1))
        return f"n >= {least}" if least > 1 else ""

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        buckets = []
        for row in rows:
            shown = [show_key(value, raw, {}) for value, raw in zip(self.values, row.key, strict=True)]
            text = "|".join(str(part.get("key_as_string", part["key"])) for part in shown)
            key = [part.get("key_as_string", part["key"]) for part in shown]
            buckets.append({"key": key, "key_as_string": text, "doc_count": row.count, **subs(row.key)})
        total = rows[0].total if rows else 0
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": total - sum(row.count for row in rows),
            "buckets": buckets,
        }
