import pytest

from kelp.store.admin.compose import merge_mappings, merge_settings, untyped


@pytest.mark.parametrize(
    ("base", "over", "want"),
    [
        ({}, {}, {}),
        ({"dynamic": "true"}, {"dynamic": "strict"}, {"dynamic": "strict"}),
        (
            {"properties": {"a": {"type": "long"}, "b": {"type": "ip"}}},
            {"properties": {"a": {"type": "keyword"}}},
            {"properties": {"a": {"type": "keyword"}, "b": {"type": "ip"}}},
        ),
        (
            {"properties": {"o": {"properties": {"a": {"type": "long"}}}}},
            {"properties": {"o": {"properties": {"b": {"type": "ip"}}}}},
            {"properties": {"o": {"properties": {"a": {"type": "long"}, "b": {"type": "ip"}}}}},
        ),
        (
            {"dynamic_templates": [{"x": {"match": "a"}}, {"y": {}}]},
            {"dynamic_templates": [{"x": {"match": "b"}}, {"z": {}}]},
            {"dynamic_templates": [{"x": {"match": "b"}}, {"y": {}}, {"z": {}}]},
        ),
        ({"_meta": {"a": 1}}, {"_meta": {"b": 2}}, {"_meta": {"a": 1, "b": 2}}),
        ({"_doc": {"properties": {"a": {"type": "long"}}}}, {}, {"properties": {"a": {"type": "long"}}}),
    ],
)
def test_merge_mappings(base, over, want):
    assert merge_mappings(base, over) == want


@pytest.mark.parametrize(
    ("mappings", "want"),
    [
        (None, {}),
        ({"properties": {}}, {"properties": {}}),
        ({"_doc": {}}, {}),
        ({"fluentd": {"properties": {"a": {"type": "long"}}}}, {"properties": {"a": {"type": "long"}}}),
        ({"dynamic": "strict"}, {"dynamic": "strict"}),
    ],
)
def test_untyped(mappings, want):
    assert untyped(mappings) == want


def test_merge_settings():
    merged = merge_settings(
        {"number_of_shards": "1"}, {"index": {"number_of_shards": 2}, "refresh_interval": "5s"}
    )
    assert merged == {"number_of_shards": "2", "refresh_interval": "5s"}
