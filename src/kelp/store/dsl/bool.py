"""`bool`: clauses that must, should or must not match."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import COMMON
from kelp.store.dsl.registry import Query, parse_query, register
from kelp.store.errors import ApiError
from kelp.store.query.nodes import And, Node, Not, Or
from kelp.store.query.words import minimum_matches

CLAUSES = ("must", "filter", "should", "must_not")
_NAMES = {"mustNot": "must_not"}
_OPTIONS = {"minimum_should_match", "adjust_pure_negative"}


@dataclass(frozen=True, slots=True)
class BoolQuery:
    """All of `must` and `filter`, none of `must_not`, and enough of `should`."""

    must: tuple[Query, ...] = ()
    filter: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()
    minimum_should_match: str | None = None

    def lower(self) -> Node:
        children = [query.lower() for query in (*self.must, *self.filter)]
        if self.should:
            # Without must and filter one should-clause is needed; beside them they only raise the score.
            default = 0 if children else 1
            least = minimum_matches(self.minimum_should_match, len(self.should), default)
            children.append(Or(tuple(query.lower() for query in self.should), least))
        children += [Not(query.lower()) for query in self.must_not]
        return And(tuple(children))


@register("bool")
def parse(body: Any) -> BoolQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-bool-query.html"""
    if not isinstance(body, dict):
        raise ApiError(400, "parsing_exception", "[bool] query malformed, no start_object after query name")
    clauses: dict[str, tuple[Query, ...]] = {}
    for key, value in body.items():
        name = _NAMES.get(key, key)
        if name in CLAUSES:
            items = value if isinstance(value, list) else [value]
            clauses[name] = tuple(parse_query(item) for item in items if item is not None)
        elif name not in _OPTIONS and name not in COMMON:
            raise ApiError(400, "x_content_parse_exception", f"[bool] unknown field [{key}]")
    least = body.get("minimum_should_match")
    return BoolQuery(**clauses, minimum_should_match=None if least is None else str(least))
