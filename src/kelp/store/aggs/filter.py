"""`filter`: one bucket with the documents of a query."""

from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.dsl import parse_query


class OneBucket(Bucketing):
    """A bucketing with a single bucket, shown even where it is empty."""

    def keys(self, scope: Scope) -> list[Key] | None:
        return [Key("1", "UInt8")]

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        if rows:
            return {"doc_count": rows[0].count, **subs(rows[0].key)}
        return {"doc_count": 0, **subs(())}


@register("filter")
class Filter(OneBucket):
    """The documents that match a query."""

    def configure(self) -> None:
        self.query = parse_query(self.body).lower()

    def where(self, scope: Scope, aliases: list[str]) -> str:
        return self.condition

    def keys(self, scope: Scope) -> list[Key] | None:
        self.condition = scope.condition(self.query)
        return super().keys(scope)
