"""Segment files that an earlier process left."""

import pytest

from kelp.store.index.index import Index
from kelp.store.ingest.lines import deletion, with_extra
from kelp.store.mapping.mapping import Mapping
from kelp.store.segments.log import IndexLog
from kelp.store.segments.numbers import SegmentNumbers
from kelp.store.segments.replay import replay
from kelp.store.segments.segment import file_name

A1 = with_extra(b'{"n":1}', {"id": "a", "v": 1})
A2 = with_extra(b'{"n":2}', {"id": "a", "v": 2})


def restored(tmp_path, files):
    folder = tmp_path / "segments"
    folder.mkdir()
    for number, content in files.items():
        (folder / file_name(number, 5)).write_bytes(content)
    index = Index("i", "u", "t", Mapping(), {}, {}, 0)
    index_log = IndexLog(index, folder, SegmentNumbers(tmp_path / "next"), lambda sealed: None)
    documents = replay(index_log, None)
    return index_log, documents, index_log.unfinished()


@pytest.mark.parametrize(
    ("content", "rows", "size", "skipped", "replaced"),
    [
        (b'{"n":1}\n{"n":2}\n', 2, 16, set(), set()),
        (b'{"n":1}\n{"n":2', 1, 8, set(), set()),
        (b'{"n":1}\n' + b"\0" * 50, 1, 8, set(), set()),
        (A1 + b"\n", 1, len(A1) + 1, set(), set()),
        (A1 + b"\n" + A2 + b"\n", 2, len(A1 + A2) + 2, {0}, {"a"}),
        (A2 + b"\n" + deletion("a", 3) + b"\n", 2, None, {0, 1}, {"a"}),
    ],
)
def test_what_is_read_from_a_file(tmp_path, content, rows, size, skipped, replaced):
    _, documents, (segment,) = restored(tmp_path, {7: content})
    assert (documents, segment.number, segment.rows, segment.created_ms) == (rows, 7, rows, 5)
    assert (segment.skipped_rows, segment.replaced_ids) == (skipped, replaced)
    assert segment.ordered is (b"_kelp" in content)
    if size is not None:
        assert segment.size_bytes == segment.path.stat().st_size == size


def test_files_come_back_in_order_and_empty_ones_go(tmp_path):
    index_log, documents, segments = restored(tmp_path, {30: A2 + b"\n", 4: A1 + b"\n", 5: b"", 6: b"torn"})
    assert documents == 2
    assert [segment.number for segment in segments] == [4, 30]
    assert (index_log.pending["a"].version, index_log.pending["a"].segment) == (2, 30)
    assert sorted(path.name for path in index_log.folder.iterdir()) == [file_name(4, 5), file_name(30, 5)]
    # What has ids of its own is loaded one after the other.
    first = index_log.take(0.0)
    assert first is segments[0]
    assert index_log.take(0.0) is None
    index_log.finish(first)
    assert index_log.take(0.0) is segments[1]


def test_numbers_are_never_given_twice(tmp_path):
    given = []
    for _ in range(3):
        numbers = SegmentNumbers(tmp_path / "next")
        given += [numbers.next() for _ in range(1500)]
    assert len(set(given)) == len(given)
    assert given == sorted(given)
