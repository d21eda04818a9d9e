"""Filters of aliases: who searches through a filtered alias sees only the documents that match its filter."""

from collections.abc import Sequence
from typing import Any

from kelp.store.admin.templates import fits
from kelp.store.dsl import parse_query
from kelp.store.errors import reading
from kelp.store.index.expression import date_math_name
from kelp.store.index.index import Index
from kelp.store.query.nodes import And, Leaf, Node, Or, Terms


def narrowed(expression: str, indices: Sequence[Index], query: Node) -> Node:
    """The query, and for each index the filters of the aliases it was reached through.

    An index that the expression names itself too, or reaches through an alias without a filter, is not narrowed.
    """
    if expression in ("", "_all") or not any(
        "filter" in body for i in indices for body in i.aliases.values()
    ):
        return query
    parts = [date_math_name(part) for part in expression.split(",")]
    filters = {index.name: _filters(parts, index) for index in indices}
    if not any(filters.values()):
        return query
    return And((query, Or(tuple(_of_index(name, bodies) for name, bodies in filters.items()))))


def _filters(parts: Sequence[str], index: Index) -> list[dict[str, Any]]:
    """The filters that count for an index; none when it may be seen whole."""
    if fits(index.name, parts):
        return []
    found = []
    for alias, body in index.aliases.items():
        if fits(alias, parts):
            if "filter" not in body:
                return []
            found.append(body["filter"])
    return found


def _of_index(name: str, filters: Sequence[dict[str, Any]]) -> Node:
    index: Leaf = Terms("_index", (name,))
    if not filters:
        return index
    with reading(f"the filter of an alias of [{name}]"):
        return And((index, Or(tuple(parse_query(body).lower() for body in filters))))
