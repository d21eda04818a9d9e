"""Loading segments: kinds of columns, what the engine refuses, torn files, a full disk."""

import errno
import math
import os
import time

import orjson
import pytest

from kelp.store.errors import DiskFull, EngineError, Rejected
from kelp.store.ingest.bulk_request import BulkDefaults
from kelp.store.segments.segment import SegmentFile


def bulk(store, name, documents, refresh="true"):
    lines = [document if isinstance(document, bytes) else orjson.dumps(document) for document in documents]
    body = b"".join(b'{"index":{}}\n' + line + b"\n" for line in lines)
    result = store.bulk(body, BulkDefaults(index=name), refresh=refresh)
    assert result.errors == []
    return store.catalog.get(name)


def wait_until_searchable(store, index):
    """Wait until the store has refreshed an index of itself."""
    deadline = time.monotonic() + 60
    while store.engine.query(f"SELECT count() FROM {index.table}") == [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def column_types(store, index):
    return dict(
        store.engine.query(
            "SELECT name, type FROM system.columns WHERE table = {table:String}", {"table": index.uuid}
        )
    )


def test_columns_follow_the_values(store):
    documents = [
        {"log": "x", "pod": f"p{n % 3}", "trace": f"t{n}", "n": n, "f": n + 0.5, "t": True}
        for n in range(100)
    ]
    index = bulk(store, "columns", documents)
    types = column_types(store, index)
    assert {name: types[name] for name in documents[0]} == {
        "log": "Nullable(String)",
        "pod": "LowCardinality(Nullable(String))",
        "trace": "Nullable(String)",
        "n": "Nullable(Int64)",
        "f": "Nullable(Float64)",
        "t": "Nullable(Bool)",
    }
    indexes = store.engine.query(
        "SELECT name FROM system.data_skipping_indices WHERE table = {table:String} ORDER BY name",
        {"table": index.uuid},
    )
    assert indexes == [("_id@bloom",), ("log@text",), ("trace@text",)]
    assert [index.mapping.get(name).low_cardinality for name in ("log", "pod", "trace")] == [
        False,
        True,
        False,
    ]


def test_a_column_that_grew_too_varied_is_widened(store, monkeypatch):
    monkeypatch.setattr("kelp.store.segments.loader._DISTINCT_LIMIT", 100)
    index = bulk(store, "widened", [{"user": "same"}] * 60)
    assert index.mapping.get("user").low_cardinality is True
    bulk(store, "widened", [{"user": f"u{n}"} for n in range(300)])
    assert index.mapping.get("user").low_cardinality is False
    assert column_types(store, index)["user"] == "Nullable(String)"
    assert store.engine.query(f"SELECT uniqExact(user) FROM {index.table}") == [(301,)]


def test_a_segment_is_one_part(store):
    documents = [{"n": n} for n in range(200_000)]
    store.catalog.create("parts", mappings={"properties": {"n": {"type": "long"}}})
    index = bulk(store, "parts", documents)
    parts = store.engine.query(
        "SELECT sum(rows), max(level) FROM system.parts WHERE active AND table = {table:String} "
        "AND part_type != '' GROUP BY name",
        {"table": index.uuid},
    )
    assert parts == [(200_000, 0)]
    rows = store.engine.query(f"SELECT countIf(n != _row), uniqExact(_row) FROM {index.table}")
    assert rows == [(0, 200_000)]


def test_lines_the_engine_cannot_read_cost_nothing_but_time(store):
    bulk(store, "rescued", [{"a": 1, "d": "2025-11-23"}])
    # A key given twice passes the decoder, which takes the last one; the engine refuses it.
    twice = b'{"a":1,"a":2}'
    index = bulk(
        store, "rescued", [{"a": 5, "d": "2025-11-23"}, twice, {"a": 6, "l": [1, 2]}, {"o": {"e": {}}}]
    )
    rows = store.engine.query(f"SELECT a, `l@array` FROM {index.table} ORDER BY _seg, _row")[1:]
    assert rows == [(5, []), (2, []), (6, [1, 2]), (None, [])]


def test_a_line_no_column_can_hold_stays_as_source(store):
    from kelp.store.ingest.lines import with_extra
    from kelp.store.segments.rescue import Rescue
    from kelp.store.segments.segment import Segment

    index = bulk(store, "isolated", [{"a": 1}])
    path = store.folder / "000000999999-1.ndjson"
    lines = [
        b'{"a":1}',
        with_extra(b'{"a":2,"o":{"x":["y",3]}}', {"id": "k", "v": 2}),
        b"no json",
        b'{"a":3}',
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    rescue = Rescue(index, Segment(999_999, path, 1, rows=4))
    rescue.normalise()
    rescue.isolate(lambda probe: b'"k"' not in probe.read_bytes())
    kept = [orjson.loads(line) for line in rescue.path.read_bytes().splitlines()]
    assert kept[0] == {"a": 1}
    assert kept[1] == {
        "_kelp": {
            "id": "k",
            "v": 2,
            "s": '{"a":2,"o":{"x":["y",3]}}',
            "i": ["a", "o.x"],
            "o": {"a": ["2"], "o.x": ["y", "3"]},
        }
    }
    assert orjson.loads(kept[2]["_kelp"]["s"]) == {"unreadable": "no json"}
    assert kept[3] == {"a": 3}
    rescue.path.unlink()
    path.unlink()


def test_a_full_disk_fails_the_request_and_nothing_else(store, monkeypatch):
    index = bulk(store, "full", [{"n": 1}])
    write = os.write

    def full(descriptor, data):
        write(descriptor, bytes(data)[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kelp.store.segments.segment.os.write", full)
    with pytest.raises(DiskFull, match="the disk is full; free some space, then send the request again"):
        bulk(store, "full", [{"n": 2}])
    monkeypatch.undo()
    bulk(store, "full", [{"n": 3}])
    assert store.engine.query(f"SELECT n FROM {index.table} ORDER BY n") == [(1,), (3,)]


def test_a_nearly_full_disk_is_told_before_anything_is_written(store, monkeypatch):
    index = bulk(store, "nearly", [{"n": 1}])

    class Nearly:
        f_bavail, f_frsize, f_blocks = 10, 4096, 10_000_000

    monkeypatch.setattr("kelp.store.store.os.statvfs", lambda folder: Nearly)
    with pytest.raises(
        DiskFull, match="disk usage exceeded flood-stage watermark, 40960 bytes are free"
    ) as fault:
        bulk(store, "nearly", [{"n": 2}])
    assert fault.value.status == 429
    monkeypatch.undo()
    bulk(store, "nearly", [{"n": 3}])
    assert store.engine.query(f"SELECT n FROM {index.table} ORDER BY n") == [(1,), (3,)]


def test_a_failed_insert_is_tried_again(store, monkeypatch):
    index = bulk(store, "retried", [{"n": 1}])
    insert = store.engine.insert
    failures = iter([EngineError("Code: 243. Cannot reserve 1 MiB, not enough space. (NOT_ENOUGH_SPACE)")])

    def failing(*args, **options):
        for failure in failures:
            raise failure
        insert(*args, **options)

    monkeypatch.setattr(store.engine, "insert", failing)
    bulk(store, "retried", [{"n": 2}])  # the refresh gives up waiting, the documents are safe
    deadline = time.monotonic() + 60
    while not store.refresh([index]):
        assert time.monotonic() < deadline
    assert store.engine.query(f"SELECT n FROM {index.table} ORDER BY n") == [(1,), (2,)]


def test_concurrent_syncs_share_one(tmp_path, monkeypatch):
    from kelp.store.segments.segment import Segment

    calls = []
    monkeypatch.setattr(
        "kelp.store.segments.segment.os.fdatasync", lambda descriptor: calls.append(descriptor)
    )
    file = SegmentFile(Segment(1, tmp_path / "000000000001-1.ndjson", 1))
    assert [file.append(b"{}\n", 1), file.append(b"{}\n{}\n", 2)] == [0, 1]
    file.sync(6)
    file.sync(3)
    file.sync(9)
    assert len(calls) == 1
    file.append(b"{}\n", 1)
    file.close()
    assert len(calls) == 2


def test_too_much_pending_is_refused_before_anything_is_written(store, monkeypatch):
    index = bulk(store, "overload", [{"n": 1}])
    monkeypatch.setattr("kelp.store.segments.inserter.PENDING_LIMIT_BYTES", -1)
    with pytest.raises(Rejected, match="0 bytes wait to be indexed, the limit is -1") as fault:
        store._inserter.wait_for_room(0.1)
    assert (fault.value.status, fault.value.type) == (429, "es_rejected_execution_exception")
    monkeypatch.undo()
    bulk(store, "overload", [{"n": 2}])
    assert store.engine.query(f"SELECT n FROM {index.table} ORDER BY n") == [(1,), (2,)]


def test_without_a_refresh_interval_only_a_request_refreshes(store):
    index = store.catalog.create("manual", {"index.refresh_interval": "-1"})
    bulk(store, "manual", [{"n": 1}], refresh="false")
    # The clock that passes over this index refreshes another one written to later.
    store.catalog.create("by-the-clock", {"index.refresh_interval": "10ms"})
    wait_until_searchable(store, bulk(store, "by-the-clock", [{"n": 1}], refresh="false"))
    assert store.engine.query(f"SELECT count() FROM {index.table}") == [(0,)]
    assert not store.writer(index).log.waiting(math.inf)
    assert store.refresh([index])
    assert store.engine.query(f"SELECT count() FROM {index.table}") == [(1,)]


def test_documents_are_searchable_within_the_refresh_interval(store):
    index = bulk(store, "interval", [{"n": 1}], refresh="false")
    wait_until_searchable(store, index)
    assert store.engine.query(f"SELECT count() FROM {index.table}") == [(1,)]


def test_documents_without_a_time_get_the_time_they_arrived(store):
    before = time.time_ns()
    index = bulk(
        store,
        "arrival",
        [{"n": 1}, {"n": 2, "@timestamp": "2025-11-23T09:00:00Z"}, {"n": 3, "@timestamp": "soon"}],
    )
    rows = store.engine.query(
        f"SELECT n, toUnixTimestamp64Nano(`@timestamp`), `@timestamp@form` FROM {index.table} ORDER BY n"
    )
    times = [moment for _, moment, _ in rows]
    assert [form for _, _, form in rows] == ["", "sZ", ""]
    assert times[1] == 1763888400 * 10**9
    for moment in (times[0], times[2]):
        assert before - 2 * 10**6 <= moment <= time.time_ns()
