"""`terms`: one of several exact values."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import COMMON
from kelp.store.dsl.registry import parsing_error, register
from kelp.store.errors import ApiError
from kelp.store.query.nodes import Node, Nothing, Terms


@dataclass(frozen=True, slots=True)
class TermsQuery:
    """One of the values in one field; no values match no document."""

    leaf: Terms

    def lower(self) -> Node:
        return self.leaf if self.leaf.values else Nothing()


@register("terms")
def parse(body: Any) -> TermsQuery:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-terms-query.html"""
    if not isinstance(body, dict):
        raise parsing_error("[terms] query malformed, no start_object after query name")
    fields = [key for key in body if key not in COMMON]
    if not fields:
        raise parsing_error(
            "[terms] query requires a field name, followed by array of terms or a document lookup"
        )
    if len(fields) > 1:
        raise parsing_error("[terms] query does not support multiple fields")
    values = body[fields[0]]
    if isinstance(values, dict):
        raise parsing_error("cannot run query [terms]: looking terms up in another document is not supported")
    if not isinstance(values, list):
        raise parsing_error(f"[terms] query does not support [{fields[0]}]")
    if None in values:
        raise ApiError(400, "illegal_argument_exception", "No value specified for terms query")
    return TermsQuery(Terms(fields[0], tuple(values)))
