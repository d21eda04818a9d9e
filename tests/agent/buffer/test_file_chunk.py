"""Chunk files: what survives cuts, damage and a full disk."""

import os
import resource
from pathlib import Path

import pytest

from kelp.agent.buffer.chunk import Frame
from kelp.agent.buffer.chunk_file import ChunkPath, sound_frames
from kelp.agent.buffer.errors import BufferFull, ChunkDamaged
from kelp.agent.buffer.file_chunk import FileChunk
from kelp.agent.buffer.metadata import Metadata

META = Metadata(60, "täg", (("k", 1), ("$.a.b", None)))
FRAMES = [Frame(b"one\n" * 10, 10, b"t\0"), Frame(b"two\n", 1), Frame(b"three\n" * 3, 3, b"origin")]


def make(
    folder: Path, frames: list[Frame] = FRAMES, compression: str = "text"
) -> tuple[FileChunk, list[int]]:
    """A chunk and the length of its file before the first and after each frame."""
    chunk = FileChunk.create(ChunkPath(str(folder), "buffer.", ".log"), META, compression)
    ends = [os.path.getsize(chunk.path)]
    for frame in frames:
        chunk.append(frame)
        ends.append(os.path.getsize(chunk.path))
    return chunk, ends


def reopen(chunk: FileChunk, state: str = "b") -> tuple[list[Frame], int, bool]:
    chunk.close()
    found = FileChunk.recover(ChunkPath(*chunk._place), state, chunk.id)
    if found.damaged:
        return sound_frames(found.chunk.path), found.cut, True
    found.chunk.cut_tail()
    return list(found.chunk.frames()), found.cut, False


@pytest.mark.parametrize("compression", ["text", "gzip", "zstd"])
def test_round_trip(tmp_path: Path, compression: str) -> None:
    chunk, _ = make(tmp_path, compression=compression)
    assert Path(chunk.path).name == f"buffer.b{chunk.id}.log"
    chunk.seal()
    assert Path(chunk.path).name == f"buffer.q{chunk.id}.log"
    found = FileChunk.recover(ChunkPath(str(tmp_path), "buffer.", ".log"), "q", chunk.id).chunk
    assert list(found.frames()) == FRAMES
    assert (found.metadata, found.records, found.size, found.created) == (META, 14, chunk.size, chunk.created)
    assert found.read() == b"".join(frame.data for frame in FRAMES)


def test_every_cut_keeps_the_committed_frames(tmp_path: Path) -> None:
    chunk, ends = make(tmp_path)
    whole = Path(chunk.path).read_bytes()
    for length in range(ends[0], len(whole)):
        Path(chunk.path).write_bytes(whole[:length])
        committed = sum(1 for end in ends[1:] if end <= length)
        frames, cut, damaged = reopen(chunk)
        assert frames == FRAMES[:committed], length
        assert (cut, damaged) == (length - ends[committed], False)
        assert os.path.getsize(chunk.path) == ends[committed]


def test_appends_go_on_after_a_cut(tmp_path: Path) -> None:
    chunk, _ = make(tmp_path)
    chunk.close()
    with open(chunk.path, "ab") as file:
        file.write(b"\xf5KF\x1a half a frame")
    found = FileChunk.recover(ChunkPath(str(tmp_path), "buffer.", ".log"), "b", chunk.id)
    found.chunk.cut_tail()
    found.chunk.append(Frame(b"four", 1))
    assert list(found.chunk.frames()) == [*FRAMES, Frame(b"four", 1)]


@pytest.mark.parametrize("frame", [0, 1])
def test_a_damaged_frame_does_not_hide_the_next(tmp_path: Path, frame: int) -> None:
    chunk, ends = make(tmp_path)
    content = bytearray(Path(chunk.path).read_bytes())
    for position in range(ends[frame], ends[frame + 1]):
        spoiled = bytearray(content)
        spoiled[position] ^= 0x55
        Path(chunk.path).write_bytes(spoiled)
        frames, _, damaged = reopen(chunk)
        assert damaged, position
        assert frames == FRAMES[:frame] + FRAMES[frame + 1 :], position


def test_damage_in_the_last_frame_is_a_torn_append(tmp_path: Path) -> None:
    chunk, ends = make(tmp_path)
    content = bytearray(Path(chunk.path).read_bytes())
    content[-1] ^= 1
    Path(chunk.path).write_bytes(content)
    assert reopen(chunk) == (FRAMES[:2], ends[3] - ends[2], False)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda content: b"", "empty"),
        (lambda content: content[:5], "header missing"),
        (lambda content: content[:20], "header damaged"),
        (lambda content: b"x" * 200, "header missing"),
        (lambda content: content[:20] + b"?" + content[21:], "header damaged"),
    ],
)
def test_unreadable_headers(tmp_path: Path, spoil, reason: str) -> None:
    chunk, _ = make(tmp_path)
    Path(chunk.path).write_bytes(spoil(Path(chunk.path).read_bytes()))
    with pytest.raises(ChunkDamaged, match=reason):
        reopen(chunk)


def test_damage_while_running_is_noticed(tmp_path: Path) -> None:
    chunk, ends = make(tmp_path)
    content = bytearray(Path(chunk.path).read_bytes())
    content[ends[0] + 30] ^= 1
    Path(chunk.path).write_bytes(content)
    with pytest.raises(ChunkDamaged, match=f"damaged at byte {ends[0]}"):
        list(chunk.frames())


def test_full_disk_rolls_the_append_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chunk, ends = make(tmp_path)
    real = os.writev

    def half(descriptor: int, parts: list[bytes]) -> int:
        return real(descriptor, [b"".join(parts)[:9]])

    def refuse(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "writev", half)
    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(BufferFull, match="No space left on device; free space"):
        chunk.append(Frame(b"lost", 1))
    assert os.path.getsize(chunk.path) == ends[-1]
    monkeypatch.undo()
    chunk.append(Frame(b"four", 1))
    assert list(chunk.frames()) == [*FRAMES, Frame(b"four", 1)]


def test_replace_and_purge(tmp_path: Path) -> None:
    chunk, _ = make(tmp_path)
    chunk.seal()
    chunk.replace([FRAMES[2]])
    assert (list(chunk.frames()), chunk.records, chunk.size) == ([FRAMES[2]], 3, len(FRAMES[2].data))
    found = FileChunk.recover(ChunkPath(str(tmp_path), "buffer.", ".log"), "q", chunk.id).chunk
    assert list(found.frames()) == [FRAMES[2]]
    chunk.purge()
    chunk.purge()
    assert os.listdir(tmp_path) == []


def test_a_file_that_may_not_grow_rolls_the_append_back(tmp_path: Path) -> None:
    chunk, ends = make(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ends[-1] + 50, hard))  # room for a part of the frame
    try:
        with pytest.raises(BufferFull, match=r"cannot append to buffer chunk .*: File too large"):
            chunk.append(Frame(b"x" * 200, 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.path.getsize(chunk.path) == ends[-1]
    chunk.append(Frame(b"four", 1))
    assert list(chunk.frames()) == [*FRAMES, Frame(b"four", 1)]


@pytest.mark.parametrize(("synced", "want"), [(False, []), (True, ["header", "folder", "append"])])
def test_appends_wait_for_the_disk_when_asked(tmp_path, monkeypatch, synced, want):
    steps = []
    monkeypatch.setattr(os, "fdatasync", lambda fd: steps.append("append" if steps else "header"))
    monkeypatch.setattr(os, "fsync", lambda fd: steps.append("folder"))
    place = ChunkPath(str(tmp_path), "buffer.", ".log")
    chunk = FileChunk.create(place, META, "text", synced=synced)
    chunk.append(Frame(b"one\n", 1, b""))
    assert steps == want
    chunk.purge()
