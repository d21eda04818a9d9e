"""`wrapper`: a query in base64."""

import base64
import binascii
from typing import Any

import orjson

from kelp.store.dsl.body import options
from kelp.store.dsl.registry import Query, parse_query, parsing_error, register


@register("wrapper")
def parse(body: Any) -> Query:
    """See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-wrapper-query.html"""
    given = options("wrapper", body, {"query"})
    try:
        return parse_query(orjson.loads(base64.b64decode(str(given.get("query", "")), validate=True)))
    except (binascii.Error, orjson.JSONDecodeError) as error:
        raise parsing_error(f"[wrapper] cannot decode the query: {error}") from error
