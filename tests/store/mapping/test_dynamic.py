"""Dynamic mapping: the type of a field by its first value, templates, limits."""

import orjson
import pytest

from kelp.store.ingest.bulk_request import BulkDefaults

TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}
_number = iter(range(1000))


def mapped(store, document, mappings=None, settings=None):
    """The properties after one document."""
    name = f"dynamic-{next(_number)}"
    store.catalog.create(name, settings, mappings)
    result = store.bulk(b'{"index":{}}\n' + orjson.dumps(document) + b"\n", BulkDefaults(index=name))
    assert result.errors == []
    return store.catalog.get(name).mapping.to_json().get("properties", {})


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("x", TEXT),
        (1, {"type": "long"}),
        (1.5, {"type": "float"}),
        (True, {"type": "boolean"}),
        ("2025-11-23", {"type": "date"}),
        ("2025-11-23T09:00:00.123Z", {"type": "date"}),
        ("2025/11/23 09:00:00 +0000", {"type": "date", "format": "yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z"}),
        ("2025", TEXT),
        ("10.0.0.1", TEXT),
        (["a", "b"], TEXT),
        ([1, 2], {"type": "long"}),
        ({"b": 1}, {"properties": {"b": {"type": "long"}}}),
        ([{"b": 1}, {"c": "x"}], {"properties": {"b": {"type": "long"}, "c": TEXT}}),
    ],
)
def test_types(store, value, wanted):
    assert mapped(store, {"a": value}) == {"a": wanted}


@pytest.mark.parametrize("value", [None, [], [None], {}])
def test_values_that_tell_no_type(store, value):
    assert mapped(store, {"a": value}) == {}


def template(**body):
    return {"dynamic_templates": [{"t": body}]}


@pytest.mark.parametrize(
    ("mappings", "document", "wanted"),
    [
        ({"date_detection": False}, {"a": "2025-11-23"}, {"a": TEXT}),
        ({"numeric_detection": True}, {"a": "5", "b": "5.5"}, {"a": {"type": "long"}, "b": {"type": "float"}}),
        ({"dynamic_date_formats": ["MM/dd/yyyy"]}, {"a": "11/23/2025"}, {"a": {"type": "date", "format": "MM/dd/yyyy"}}),
        (template(match_mapping_type="string", mapping={"type": "keyword"}), {"a": "x", "b": 1}, {"a": {"type": "keyword"}, "b": {"type": "long"}}),
        (template(match="ip_*", unmatch="*_text", mapping={"type": "ip"}), {"ip_a": "1.2.3.4", "ip_b_text": "x"}, {"ip_a": {"type": "ip"}, "ip_b_text": TEXT}),
        (template(path_match="labels.*", mapping={"type": "keyword"}), {"labels": {"x": "1"}, "x": "1"}, {"labels": {"properties": {"x": {"type": "keyword"}}}, "x": TEXT}),
        (template(match="^p.*\\d$", match_pattern="regex", mapping={"type": "{dynamic_type}", "index": False}), {"p1": 5}, {"p1": {"type": "long", "index": False}}),
        (template(mapping={"type": "text", "fields": {"{name}_raw": {"type": "keyword"}}}), {"a": "x"}, {"a": {"type": "text", "fields": {"a_raw": {"type": "keyword"}}}}),
        ({"dynamic": False}, {"a": 1}, {}),
        ({"properties": {"o": {"dynamic": False, "properties": {"x": {"type": "long"}}}}}, {"o": {"x": 1, "y": 2}, "p": 1},
         {"o": {"dynamic": "false", "properties": {"x": {"type": "long"}}}, "p": {"type": "long"}}),
    ],
)  # fmt: skip
def test_settings_and_templates(store, mappings, document, wanted):
    assert mapped(store, document, mappings) == wanted


def test_fields_beyond_the_limit_go_to_the_overflow(store):
    store.catalog.create("limited", {"index.mapping.total_fields.limit": 4})
    body = b'{"index":{}}\n{"a":1,"b":"x","c":2,"d":"over"}\n'
    result = store.bulk(body, BulkDefaults(index="limited"), refresh="true")
    assert result.errors == []
    index = store.catalog.get("limited")
    assert list(index.mapping.fields) == ["a", "b", "b.keyword", "c"]
    assert index.mapping.overflow_paths == {"d"}
    assert store.engine.query(f"SELECT _ignored, _overflow FROM {index.table}") == [(["d"], {"d": ["over"]})]


@pytest.mark.parametrize(
    ("type_name", "value", "column", "overflow"),
    [
        ("long", 5, 5, {}),
        ("long", "12", 12, {}),
        ("long", 12.7, 12, {}),
        ("long", "x", None, {"a": ["x"]}),
        ("long", True, None, {"a": ["true"]}),
        ("byte", 300, None, {"a": ["300"]}),
        ("double", "1.5", 1.5, {}),
        ("double", "nan", None, {"a": ["nan"]}),
        ("boolean", "true", True, {}),
        ("boolean", "", False, {}),
        ("boolean", "yes", None, {"a": ["yes"]}),
        ("keyword", 5, "5", {}),
        ("keyword", True, "true", {}),
        ("ip", "10.0.0.1", "10.0.0.1", {}),
        ("ip", "::1", "::1", {}),
        ("ip", "somewhere", None, {"a": ["somewhere"]}),
        ("date", "never", None, {"a": ["never"]}),
        ("flattened", {"x": {"y": 1}}, None, {"a.x.y": ["1"]}),
    ],
)
def test_values_that_do_not_fit_are_kept_beside(store, type_name, value, column, overflow):
    name = f"fit-{next(_number)}"
    store.catalog.create(name, mappings={"properties": {"a": {"type": type_name}}})
    document = orjson.dumps({"a": value})
    store.bulk(b'{"index":{}}\n' + document + b"\n", BulkDefaults(index=name), refresh="true")
    index = store.catalog.get(name)
    columns = "a" if "a" in index.columns else "NULL"
    ((got, ignored, beside),) = store.engine.query(
        f"SELECT {columns}, _ignored, _overflow FROM {index.table}"
    )
    assert (got, beside) == (column, overflow)
    assert ignored == (["a"] if overflow and type_name != "flattened" else [])


def test_copy_to_and_null_value(store):
    properties = {
        "a": {"type": "keyword", "copy_to": "all"},
        "b": {"type": "keyword", "null_value": "none", "copy_to": ["all"]},
        "all": {"type": "keyword"},
    }
    store.catalog.create("copied", mappings={"properties": properties})
    body = b'{"index":{}}\n{"a":"x","b":"y"}\n{"index":{}}\n{"b":null}\n'
    store.bulk(body, BulkDefaults(index="copied"), refresh="true")
    index = store.catalog.get("copied")
    rows = store.engine.query(f"SELECT a, b, `all@array`, `all` FROM {index.table} ORDER BY _row")
    assert rows == [("x", "y", ["x", "y"], None), (None, "none", [], "none")]
