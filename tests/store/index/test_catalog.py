"""The catalog: creating, resolving, deleting; and all of it again after a restart."""

import subprocess
import sys
import textwrap

import pytest

from kelp.store.errors import ApiError, IndexExists, IndexNotFound
from kelp.store.index.catalog import NewIndex
from kelp.store.index.index import Index
from kelp.store.index.settings import flat_settings
from kelp.store.mapping.mapping import Mapping


def test_create_resolve_delete(store):
    catalog = store.catalog
    index = catalog.create("cat-a", {"index": {"number_of_replicas": 0}}, None, {"cat": {}})
    catalog.create("cat-b", None, None, {"cat": {}})
    assert index.settings["number_of_replicas"] == "0"
    assert [each.name for each in catalog.resolve("cat")] == ["cat-a", "cat-b"]
    assert [each.name for each in catalog.resolve("cat-*,-cat-a")] == ["cat-b"]
    with pytest.raises(IndexExists, match="already exists"):
        catalog.create("cat-a")
    with pytest.raises(ApiError, match=r"Invalid index name \[cat\], already exists as alias"):
        catalog.create("cat")
    catalog.delete(index)
    with pytest.raises(IndexNotFound):
        catalog.resolve("cat-a")
    with pytest.raises(IndexNotFound):
        catalog.delete(index)
    assert store.engine.query(
        "SELECT count() FROM system.tables WHERE name = {name:String}", {"name": index.uuid}
    ) == [(0,)]


def test_a_deleted_index_takes_its_pending_documents_along(store):
    store.bulk(b'{"index":{"_index":"gone"}}\n{"a":1}\n')
    index = store.catalog.get("gone")
    store.catalog.delete(index)
    store.bulk(b'{"index":{"_index":"gone"}}\n{"a":2}\n', refresh="true")
    fresh = store.catalog.get("gone")
    assert fresh.uuid != index.uuid
    assert store.engine.query(f"SELECT a FROM {fresh.table}") == [(2,)]


def test_templates_shape_automatic_indices(store, monkeypatch):
    template = NewIndex(
        {"number_of_replicas": 0}, {"properties": {"a": {"type": "keyword"}}}, {"from-template": {}}
    )
    monkeypatch.setattr(store.catalog, "template_for", lambda name: template)
    store.bulk(b'{"index":{"_index":"templated"}}\n{"a":1}\n')
    index = store.catalog.get("templated")
    assert (index.mapping.get("a").type, list(index.aliases)) == ("keyword", ["from-template"])


def test_closed_indices(store):
    index = store.catalog.create("closed-a")
    index.closed = True
    store.catalog.save(index)
    assert store.catalog.resolve("closed-*") == []
    assert store.catalog.resolve("closed-*", expand_wildcards="open,closed") == [index]
    result = store.bulk(b'{"index":{"_index":"closed-a"}}\n{}\n')
    assert result.errors[0]["index"]["error"]["type"] == "index_closed_exception"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (None, {}),
        ({"index": {"refresh_interval": "5s"}}, {"refresh_interval": "5s"}),
        ({"index.number_of_shards": 3}, {"number_of_shards": "3"}),
        ({"hidden": True, "index": {"a": {"b": None}}}, {"hidden": "true", "a.b": None}),
        ({"index.x": ["a", 1]}, {"x": ["a", "1"]}),
    ],
)
def test_flat_settings(body, wanted):
    assert flat_settings(body) == wanted


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 1.0), ("5s", 5.0), ("500ms", 0.5), ("1m", 60.0), ("-1", -1.0), ("rubbish", 1.0)],
)
def test_refresh_interval(text, seconds):
    index = Index("a", "u", "t", Mapping(), {"refresh_interval": text}, {}, 0)
    assert index.refresh_seconds == seconds


def test_everything_is_there_after_a_restart(tmp_path):
    script = """
        import sys
        from kelp.store.store import Store

        store = Store(sys.argv[1])
        if sys.argv[2] == "write":
            index = store.catalog.create("a", {"refresh_interval": "9s"}, {"properties": {"o.x": {"type": "ip"}}}, {"al": {}})
            store.catalog.put_document("index_template", "t", {"index_patterns": ["a*"]})
            store.catalog.put_document("index_template", "u", {})
            assert store.catalog.delete_document("index_template", "u")
            store.bulk(b'{"index":{"_index":"a"}}\\n{"n":[1,2],"n2":"x","odd":{"n":null}}\\n')
            print(index.mapping.to_json(), index.aliases, index.settings, index.uuid)
        else:
            index = store.catalog.get("a")
            print(index.mapping.to_json(), index.aliases, index.settings, index.uuid)
            assert store.catalog.documents("index_template") == {"t": {"index_patterns": ["a*"]}}
            rows = store.engine.query(f"SELECT `n@array`, n2 FROM {index.table}")
            assert rows == [([1, 2], "x")], rows
        store.close()
    """

    def run(action: str) -> str:
        command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path), action]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("write") == run("read") == run("read")


def test_one_folder_serves_one_store(store):
    from kelp.common.errors import KelpError
    from kelp.store.store import Store

    with pytest.raises(KelpError, match="another store is using it; stop that one or choose another folder"):
        Store(store.folder)
