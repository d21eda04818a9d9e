"""Elasticsearch's query DSL: one file per query, each a typed node that lowers itself to the neutral tree."""

from kelp.store.dsl import (  # noqa: F401 - importing a query registers it
    bool,
    boosting,
    constant_score,
    dis_max,
    exists,
    function_score,
    fuzzy,
    ids,
    match,
    match_all,
    match_bool_prefix,
    match_none,
    match_phrase,
    match_phrase_prefix,
    multi_match,
    nested,
    prefix,
    query_string,
    range,
    regexp,
    simple_query_string,
    term,
    terms,
    wildcard,
    wrapper,
)
from kelp.store.dsl.registry import QUERIES, Query, parse_query

__all__ = ["QUERIES", "Query", "parse_query"]
