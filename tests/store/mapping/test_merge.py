"""Merging mapping bodies: what they become, and what Elasticsearch refuses."""

import pytest

from kelp.store.errors import ApiError
from kelp.store.mapping.mapping import Mapping
from kelp.store.mapping.merge import merge

TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}


@pytest.mark.parametrize(
    ("bodies", "shown"),
    [
        ([{}], {}),
        ([{"properties": {"a": {"type": "long"}}}], {"properties": {"a": {"type": "long"}}}),
        ([{"_doc": {"properties": {"a": {"type": "long"}}}}], {"properties": {"a": {"type": "long"}}}),
        (
            [{"properties": {"a": {"type": "text"}}}, {"properties": {"a": TEXT}}],
            {"properties": {"a": TEXT}},
        ),
        (
            [{"properties": {"o": {"properties": {"b": {"type": "ip"}, "a": {"type": "date"}}}}}],
            {"properties": {"o": {"properties": {"a": {"type": "date"}, "b": {"type": "ip"}}}}},
        ),
        (
            [{"properties": {"o.x": {"type": "long"}}}],
            {"properties": {"o": {"properties": {"x": {"type": "long"}}}}},
        ),
        (
            [{"dynamic": False, "properties": {"o": {"type": "object", "enabled": False}}}],
            {"dynamic": "false", "properties": {"o": {"enabled": False}}},
        ),
        (
            [{"properties": {"n": {"type": "nested", "properties": {"x": {"type": "long"}}}}}],
            {"properties": {"n": {"type": "nested", "properties": {"x": {"type": "long"}}}}},
        ),
        (
            [{"properties": {"a": {"type": "long"}, "b": {"type": "alias", "path": "a"}}}],
            {"properties": {"a": {"type": "long"}, "b": {"type": "alias", "path": "a"}}},
        ),
        (
            [{"properties": {"a": {"type": "keyword", "ignore_above": 5}}}, {"properties": {"a": {"type": "keyword", "ignore_above": 9}}}],
            {"properties": {"a": {"type": "keyword", "ignore_above": 9}}},
        ),
    ],
)  # fmt: skip
def test_merge(bodies, shown):
    mapping = Mapping()
    for body in bodies:
        merge(mapping, body)
    assert mapping.to_json() == shown


@pytest.mark.parametrize(
    ("before", "body", "reason"),
    [
        ({"a": {"type": "text"}}, {"a": {"type": "long"}}, "mapper [a] cannot be changed from type [text] to [long]"),
        ({"a": {"type": "text"}}, {"a": {"properties": {"b": {"type": "long"}}}}, "can't merge a non object mapping [a] with an object mapping"),
        ({"a": {"type": "date", "format": "epoch_second"}}, {"a": {"type": "date", "format": "epoch_millis"}},
         "Mapper for [a] conflicts with existing mapper:\n\tCannot update parameter [format] from [epoch_second] to [epoch_millis]"),
        ({}, {"a": {"type": "nonsense"}}, "No handler for type [nonsense] declared on field [a]"),
        ({}, {"a": {"index": True}}, "No type specified for field [a]"),
        ({}, {"a": {"type": "date", "format": "yyyy-QQ"}},
         "Failed to parse mapping: cannot read date format 'yyyy-QQ': pattern letter 'Q' is not supported"),
        ({}, {"": {"type": "long"}}, "field name cannot be an empty string"),
        ({"n": {"type": "nested"}}, {"n": {"type": "object"}}, "cannot change object mapping from nested to non-nested [n]"),
    ],
)  # fmt: skip
def test_refusals_change_nothing(before, body, reason):
    mapping = Mapping.from_json({"properties": before} if before else {})
    shown = mapping.to_json()
    with pytest.raises(ApiError) as fault:
        merge(mapping, {"properties": {"fine": {"type": "long"}, **body}})
    assert fault.value.reason == reason
    assert mapping.to_json() == shown


def test_the_field_limit():
    with pytest.raises(ApiError, match=r"Limit of total fields \[2\] has been exceeded"):
        Mapping.from_json({"properties": {name: {"type": "long"} for name in "abc"}}, fields_limit=2)


def test_columns_are_unique_whatever_the_names():
    names = ["a.b", "a/b", "_id", "_seg", "@timestamp", "x@form", "x", "a`b", "a'b"]
    mapping = Mapping.from_json({"properties": {name: {"type": "keyword"} for name in names}})
    columns = [item.column for item in mapping.columns_of_fields()]
    assert len(set(columns)) == len(names)
    assert not any(column.startswith("_") or column == "@timestamp" for column in columns)
