"""Retention on a real store, with a clock of its own."""

import time

import orjson
import pytest

from kelp.store.admin import data_streams
from kelp.store.admin.cluster_settings import ClusterSettings
from kelp.store.admin.retention import LIFECYCLE, Limits, Retention
from kelp.store.admin.templates import COMPOSABLE

DAY_MS = 86_400_000
NOW_MS = int(time.time() * 1000)


def stamp(days_ago):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW_MS / 1000 - days_ago * 86400))


def put(store, name, days_ago, documents=1):
    line = b'{"index":{"_index":"%s"}}\n' % name.encode()
    document = orjson.dumps({"@timestamp": stamp(days_ago), "log": "x" * 200})
    store.bulk((line + document + b"\n") * documents, refresh="true")


@pytest.fixture
def indices(store):
    put(store, "logs-2026.11.01", 22)
    put(store, "logs-2026.11.20", 3)
    put(store, "settings", 400)
    yield store
    for index in store.catalog.indices():
        store.catalog.delete(index)


def names(store):
    return [index.name for index in store.catalog.indices()]


@pytest.mark.parametrize(
    ("limits", "deleted"),
    [
        (Limits(), []),
        (Limits(days=30), []),
        (Limits(days=7), ["logs-2026.11.01"]),
        (Limits(days=1), ["logs-2026.11.01", "logs-2026.11.20"]),
        (Limits(disk_bytes=10**9), []),
        (Limits(disk_bytes=1), ["logs-2026.11.01", "logs-2026.11.20"]),
    ],
)
def test_limits(indices, limits, deleted):
    assert sorted(Retention(indices, limits).enforce(NOW_MS)) == deleted
    assert names(indices) == [
        name for name in ["logs-2026.11.01", "logs-2026.11.20", "settings"] if name not in deleted
    ]


def test_oldest_go_first_until_the_rest_fits(indices):
    sizes = indices.engine.query(
        "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'kelp'"
    )
    deleted = Retention(indices, Limits(disk_bytes=int(sizes[0][0]) - 1)).enforce(NOW_MS)
    assert deleted == ["logs-2026.11.01"]


def test_lifecycle_policy(indices):
    policy = {"phases": {"hot": {}, "delete": {"min_age": "2d", "actions": {"delete": {}}}}}
    indices.catalog.put_document(LIFECYCLE, "short", {"version": 1, "policy": policy})
    index = indices.catalog.get("logs-2026.11.20")
    indices.catalog.put_settings(index, {"index.lifecycle.name": "short"})
    retention = Retention(indices, Limits())
    assert retention.enforce(index.created_ms + DAY_MS) == []
    assert retention.enforce(index.created_ms + 2 * DAY_MS) == ["logs-2026.11.20"]


def test_the_index_that_is_written_to_stays(indices):
    data_streams.install(indices.catalog, ClusterSettings(indices.catalog))
    indices.catalog.put_document(COMPOSABLE, "t", {"index_patterns": ["app"], "data_stream": {}})
    old = orjson.dumps({"@timestamp": stamp(100)})
    indices.bulk(b'{"create":{"_index":"app"}}\n' + old + b"\n", refresh="true")
    stream = indices.catalog.documents(data_streams.KIND)["app"]
    data_streams.roll(indices.catalog, "app", stream)
    first, second = indices.catalog.documents(data_streams.KIND)["app"]["indices"]
    assert first in Retention(indices, Limits(days=30)).enforce(NOW_MS)
    assert indices.catalog.documents(data_streams.KIND)["app"]["indices"] == [second]
