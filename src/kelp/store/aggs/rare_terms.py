"""`rare_terms`: the values that few documents have."""

from kelp.store.aggs.node import BucketRow, Json, SubResults, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.terms import Terms

_LIMIT = 10_000


@register("rare_terms")
class RareTerms(Terms):
    """Values with at most `max_doc_count` documents, the rarest first; exact."""

    options = frozenset({"field", "max_doc_count", "precision", "include", "exclude", "missing"})

    def configure(self) -> None:
        super().configure()
        self.size = _LIMIT

    def typed_name(self, scope: Scope | None) -> str:
        return {"lterms": "lrareterms", "sterms": "srareterms"}.get(super().typed_name(scope), "srareterms")

    def order(self, scope: Scope, aliases: list[str]) -> str:
        return f"n ASC, {aliases[0]} ASC"

    def having(self) -> str:
        return f"n <= {int(self.body.get('max_doc_count', 1))}"

    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        return {"buckets": super().result(rows, subs)["buckets"]}
