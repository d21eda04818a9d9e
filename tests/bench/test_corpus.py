import json
from pathlib import Path

from bench import corpus, ingest


def test_the_corpus_is_the_same_every_time(tmp_path: Path) -> None:
    corpus.write_bulk(tmp_path / "a", 500)
    corpus.write_bulk(tmp_path / "b", 500)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_bulk_lines_alternate_and_bodies_keep_pairs_together(tmp_path: Path, monkeypatch) -> None:
    size = corpus.write_bulk(tmp_path / "bulk", 1000)
    monkeypatch.setattr(ingest, "BODY_BYTES", 10_000)
    pieces = list(ingest.bodies(tmp_path / "bulk"))
    assert len(pieces) > 10
    assert sum(count for _, count, _ in pieces) == 1000
    assert sum(bytes_ for _, _, bytes_ in pieces) == size
    for body, count, _ in pieces:
        lines = body.splitlines()
        assert len(lines) == 2 * count
        assert all("index" in json.loads(line) for line in lines[::2])
        assert all("@timestamp" in json.loads(line) for line in lines[1::2])


def test_cri_files_hold_every_line(tmp_path: Path) -> None:
    size = corpus.write_cri(tmp_path / "cri", 2000)
    files = list((tmp_path / "cri").iterdir())
    assert sum(path.stat().st_size for path in files) == size
    assert sum(len(path.read_text().splitlines()) for path in files) == 2000
