"""`range`: values between bounds."""

from dataclasses import dataclass
from typing import Any

from kelp.store.dsl.body import COMMON
from kelp.store.dsl.registry import parsing_error, register
from kelp.store.query.nodes import Node, Range

_BOUNDS = {"gt", "gte", "lt", "lte"}
_OPTIONS = _BOUNDS | {"from", "to", "include_lower", "include_upper", "format", "time_zone", "relation"}


@dataclass(frozen=True, slots=True)
class RangeQuery:
    """Bounds on one field."""

    leaf: Range

    def lower(self) -> Node:
        return self.leaf


@register("range")
def parse(body: Any) -> RangeQuery:
    """`from`, `to` and `include_…` are the older spelling.

    See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-range-query.html
    """
    if not isinstance(body, dict):
        raise parsing_error("[range] query malformed, no start_object after query name")
    fields = [key for key in body if key not in COMMON]
    if len(fields) != 1:
        raise parsing_error(f"[range] query needs one field, got {len(fields)}")
    given = body[fields[0]]
    if not isinstance(given, dict):
        raise parsing_error(f"[range] query does not support [{fields[0]}]")
    for key in given:
        if key not in _OPTIONS and key not in COMMON:
            raise parsing_error(f"[range] query does not support [{key}]")
    bounds: dict[str, Any] = {key: given[key] for key in _BOUNDS if given.get(key) is not None}
    if given.get("from") is not None:
        bounds["gte" if given.get("include_lower", True) else "gt"] = given["from"]
    if given.get("to") is not None:
        bounds["lte" if given.get("include_upper", True) else "lt"] = given["to"]
    leaf = Range(fields[0], **bounds, format=given.get("format"), time_zone=given.get("time_zone"))
    return RangeQuery(leaf)
