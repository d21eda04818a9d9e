"""`filters`: a bucket for each of several queries."""

from typing import Any

from kelp.store.aggs.node import Bucketing, BucketRow, Json, Key, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.dsl import parse_query
from kelp.store.query.nodes import Node


@register("filters")
class Filters(Bucketing):
    """Named or numbered queries; a document counts in each that it matches, else in the bucket of the others."""

    options = frozenset({"filters", "other_bucket", "other_bucket_key"})

    def configure(self) -> None:
        given: Any = self.body.get("filters")
        if not given:
            raise self.fault("[filters] cannot be empty")
        self.keyed = isinstance(given, dict)
        self.names = list(given) if self.keyed else [str(number) for number in range(len(given))]
        self.queries: list[Node] = [
            parse_query(query).lower() for query in (given.values() if self.keyed else given)
        ]
        other = self.body.get("other_bucket_key")
        self.other = other is not None or bool(self.body.get("other_bucket"))
        self.other_key = other or "_other_"

    def keys(self, scope: Scope) -> list[Key] | None:
        aliases = [scope.condition(query) for query in self.queries]
        numbered = [f"if({alias}, {number}, -1)" for number, alias in enumerate(aliases)]
        found = f"arrayFilter(x -> x >= 0, [{', '.join(numbered)}])"
        if self.other:
            found = f"if(empty({found}), [{len(aliases)}], {found})"
        return [Key(f"CAST({found}, 'Array(Int64)')", "Int64", joined=True)]

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        counts = {row.key[0]: row.count for row in rows}
        names = [*self.names, self.other_key] if self.other else self.names
        buckets = [{"doc_count": counts.get(at, 0), **subs((at,))} for at in range(len(names))]
        return {"buckets": dict(zip(names, buckets, strict=True)) if self.keyed else buckets}
