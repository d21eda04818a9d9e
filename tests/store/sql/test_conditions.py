"""Pairs of query body and SQL."""

import re
from typing import Any

import pytest

from kelp.store.dsl import parse_query
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.mapping.mapping import Mapping
from kelp.store.sql.binder import Binder
from kelp.store.sql.conditions import Conditions

NOW = 1_763_900_000_000_000_000
KEYWORD = {"fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}
MAPPING = {
    "properties": {
        "@timestamp": {"type": "date"},
        "log": {"type": "text", **KEYWORD},
        "app": {"type": "text", **KEYWORD},
        "level": {"type": "keyword"},
        "n": {"type": "long"},
        "f": {"type": "double"},
        "ok": {"type": "boolean"},
        "ip": {"type": "ip"},
        "d": {"type": "date"},
        "tags": {"type": "keyword"},
        "gone": {"type": "keyword"},
        "k": {"properties": {"a": {"type": "keyword"}, "b": {"type": "long"}}},
    }
}


def make_index() -> Index:
    mapping = Mapping.from_json(MAPPING)
    for field in mapping.fields.values():
        field.low_cardinality = field.path.partition(".")[0] != "log"
    mapping.fields["tags"].array_column = "tags@array"
    mapping.fields["n"].overflowed = True
    columns = {field.column for field in mapping.fields.values()} - {"gone"} | {"tags@array"}
    return Index("logs", "u", "`kelp`.`u`", mapping, {}, {"al": {}}, 0, frozenset(columns))


def compiled(query: dict[str, Any]) -> str:
    """The condition with its bound values put in for reading."""
    binder = Binder()
    sql = Conditions(make_index(), binder, NOW).compile(parse_query(query).lower())
    return re.sub(r"\{(p\d+):[^}]*\}", lambda match: repr(binder.values[match[1]]), sql)


def moment(nanos: int) -> str:
    return f"fromUnixTimestamp64Nano({nanos}, 'UTC')"


DAY = 1_763_856_000_000_000_000


@pytest.mark.parametrize(
    ("query", "sql"),
    [
        ({"match_all": {}}, "1"),
        ({"match_none": {}}, "0"),
        ({"match": {"log": "Cache"}}, "hasAnyTokens(`log`, ['cache'])"),
        ({"match": {"log": "a b"}}, "hasAnyTokens(`log`, ['a', 'b'])"),
        ({"match": {"log": {"query": "a b", "operator": "and"}}}, "hasAllTokens(`log`, ['a', 'b'])"),
        ({"match": {"log": "--"}}, "0"),
        ({"match": {"log": {"query": "--", "zero_terms_query": "all"}}}, "1"),
        ({"match": {"app": "x"}}, "hasAnyTokens(lower(ifNull(`app`, '')), ['x'])"),
        (
            {"match": {"log": "foo_bar"}},
            "(hasAllTokens(`log`, ['foo', 'bar']) AND "
            "match(ifNull(`log`, ''), '(?i)(?:^|[^a-z0-9_])foo_bar(?:$|[^a-z0-9_])'))",
        ),
        ({"match": {"log": "日"}}, "position(ifNull(`log`, ''), '日') > 0"),
        (
            {"match_phrase": {"log": "cache miss"}},
            "(hasAllTokens(`log`, ['cache', 'miss']) AND "
            "match(ifNull(`log`, ''), '(?i)(?:^|[^a-z0-9])cache[^a-z0-9]+miss(?:$|[^a-z0-9])'))",
        ),
        ({"term": {"log": "a b"}}, "0"),
        ({"term": {"level": "info"}}, "`level` = 'info'"),
        ({"terms": {"level": ["a", "b"]}}, "`level` IN ['a', 'b']"),
        ({"term": {"gone": "x"}}, "0"),
        ({"term": {"nowhere": "x"}}, "0"),
        ({"term": {"tags": "a"}}, "(`tags` = 'a' OR arrayExists(x -> x = 'a', `tags@array`))"),
        ({"prefix": {"level": "in"}}, "startsWith(`level`, 'in')"),
        (
            {"prefix": {"log.keyword": "in"}},
            "(startsWith(`log`, 'in') AND lengthUTF8(`log`) <= 256)",
        ),
        ({"wildcard": {"level": "*in*"}}, "position(`level`, 'in') > 0"),
        ({"wildcard": {"level": "i?f*"}}, "match(`level`, '^(?:i(?s:.)f(?s:.)*)$')"),
        ({"wildcard": {"log": "*ach*"}}, "positionCaseInsensitive(ifNull(`log`, ''), 'ach') > 0"),
        ({"term": {"f": 1.5}}, "`f` = 1.5"),
        ({"range": {"f": {"gte": 1, "lt": "2.5"}}}, "(`f` >= 1.0 AND `f` < 2.5)"),
        ({"term": {"n": 5}}, "(`n` = 5 OR hasAny(_overflow['n'], ['5']))"),
        ({"term": {"n": "five"}}, "hasAny(_overflow['n'], ['five'])"),
        ({"range": {"n": {"gt": 1.5}}}, "`n` >= 2"),
        ({"range": {"n": {"lt": 99999999999999999999}}}, "(`n` IS NOT NULL OR notEmpty(_overflow['n']))"),
        ({"term": {"ok": "true"}}, "`ok` IN (true)"),
        ({"term": {"ip": "10.0.0.1"}}, "toIPv6OrNull(`ip`) = toIPv6('10.0.0.1')"),
        (
            {"term": {"ip": "10.0.0.0/8"}},
            "(toIPv6OrNull(`ip`) >= toIPv6('10.0.0.0') AND toIPv6OrNull(`ip`) <= toIPv6('10.255.255.255'))",
        ),
        (
            {"range": {"d": {"gte": "2025-11-23", "lt": "2025-11-23||+1d"}}},
            f"(`d` >= {moment(DAY)} AND `d` < {moment(DAY + 86_400 * 10**9)})",
        ),
        (
            {"range": {"@timestamp": {"lte": "2025-11-23"}}},
            f"(`@timestamp` <= {moment(DAY + 86_400 * 10**9 - 1)} AND `@timestamp@form` != '')",
        ),
        ({"exists": {"field": "@timestamp"}}, "`@timestamp@form` != ''"),
        ({"exists": {"field": "k"}}, "(`k/a` IS NOT NULL OR `k/b` IS NOT NULL)"),
        ({"bool": {"must_not": {"term": {"level": "a"}}}}, "NOT (ifNull(`level` = 'a', 0))"),
        ({"bool": {"must_not": {"match": {"log": "a"}}}}, "NOT (hasAnyTokens(`log`, ['a']))"),
        (
            {
                "bool": {
                    "should": [{"match": {"log": w}} for w in "abc"],
                    "minimum_should_match": 2,
                }
            },
            "(toUInt8(ifNull(hasAnyTokens(lower(ifNull(`log`, '')), ['a']), 0))"
            " + toUInt8(ifNull(hasAnyTokens(lower(ifNull(`log`, '')), ['b']), 0))"
            " + toUInt8(ifNull(hasAnyTokens(lower(ifNull(`log`, '')), ['c']), 0)) >= 2)",
        ),
        ({"term": {"_index": "lo*"}}, "1"),
        ({"term": {"_index": "al"}}, "1"),
        ({"term": {"_index": "other"}}, "0"),
        ({"ids": {"values": ["x"]}}, "_id IN ['x']"),
        ({"term": {"_ignored": "n"}}, "hasAny(_ignored, ['n'])"),
        ({"multi_match": {"query": "x", "fields": ["l*"]}}, "(hasAnyTokens(`log`, ['x']) OR `level` = 'x')"),
    ],
)
def test_sql(query: dict[str, Any], sql: str) -> None:
    assert compiled(query) == sql


@pytest.mark.parametrize("value", ["'; DROP TABLE x; --", "{p0:String}", "`", "\\'"])
def test_values_are_bound(value: str) -> None:
    """No text of a user ever becomes part of a statement."""
    binder = Binder()
    conditions = Conditions(make_index(), binder, NOW)
    for query in (
        {"term": {"level": value}},
        {"match_phrase": {"level": value}},
        {"wildcard": {"level": {"value": value + "*x?"}}},
        {"ids": {"values": [value]}},
        {"term": {"_ignored": value}},
        {"term": {"n": value}},
        {"range": {"level": {"gte": value}}},
    ):
        sql = conditions.compile(parse_query(query).lower())
        assert "DROP" not in sql
        assert value not in re.sub(r"\{p\d+:[A-Za-z()]+\}", "", sql) or value == "`"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"term": {"f": "abc"}}, 'failed to create query: For input string: "abc"'),
        (
            {"term": {"ok": "x"}},
            "failed to create query: Can't parse boolean value [x], expected [true] or [false]",
        ),
        ({"term": {"ip": "x"}}, "failed to create query: 'x' is not an IP string literal."),
        (
            {"prefix": {"f": "1"}},
            "Can only use prefix queries on keyword, text and wildcard fields - not on [f] which is of type [double]",
        ),
        ({"match": {"log": {"query": "abcd", "fuzziness": "odd"}}}, "Invalid fuzziness value: [odd]"),
    ],
)
def test_faults(query: dict[str, Any], reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        compiled(query)
    assert caught.value.reason == reason


def test_lenient_queries_match_nothing_instead() -> None:
    assert compiled({"match": {"f": {"query": "abc", "lenient": True}}}) == "0"
