"""Chunks: filling, limits, moving through the queue."""

import pytest

from kelp.agent.buffer.buffer import Buffer, Group, Limits
from kelp.agent.buffer.chunk import Chunk, MemoryChunk, decode_origin, encode_origin
from kelp.agent.buffer.errors import BufferFull
from kelp.agent.buffer.metadata import EMPTY, Metadata


def make(**limits: int | float | None) -> Buffer:
    base: dict[str, object] = {"chunk_size": 100, "total_size": 1000, "queued_chunks": 10}
    return Buffer(Limits(**{**base, **limits}), MemoryChunk)  # type: ignore[arg-type]


def group(*data: bytes, metadata: Metadata = EMPTY) -> Group:
    return Group(metadata, list(data), "t", None)


def drain(buffer: Buffer) -> list[bytes]:
    """The contents of all chunks, queued ones first."""
    buffer.enqueue_all()
    out = []
    while (chunk := buffer.dequeue()) is not None:
        out.append(chunk.read())
        buffer.purge(chunk)
    return out


@pytest.mark.parametrize(
    ("limits", "writes", "chunks"),
    [
        ({}, [[b"a" * 10] * 3], [b"a" * 30]),
        ({}, [[b"a" * 40], [b"b" * 40], [b"c" * 40]], [b"a" * 40 + b"b" * 40, b"c" * 40]),
        ({}, [[b"a" * 40] * 5], [b"a" * 80, b"a" * 80, b"a" * 40]),
        ({}, [[b"a" * 100], [b"b"]], [b"a" * 100, b"b"]),
        # larger than a chunk may be: a chunk to itself
        ({}, [[b"a", b"b" * 101, b"c"]], [b"a", b"b" * 101, b"c"]),
        # 95 % full: flushed at once, the next record starts a chunk
        ({}, [[b"a" * 95], [b"b"]], [b"a" * 95, b"b"]),
        ({"chunk_records": 2}, [[b"a", b"b", b"c"], [b"d"]], [b"ab", b"cd"]),
    ],
)
def test_filling(limits: dict[str, int], writes: list[list[bytes]], chunks: list[bytes]) -> None:
    buffer = make(**limits)
    for data in writes:
        buffer.write([group(*data)])
    assert buffer.size == sum(len(part) for data in writes for part in data)
    assert drain(buffer) == chunks
    assert buffer.size == 0


def test_chunks_of_a_former_process_keep_their_order() -> None:
    chunks = []
    for data in (b"a", b"b", b"c", b"d"):
        chunk = MemoryChunk(EMPTY)
        chunk.append(group(data).frame(0, 1))
        chunks.append(chunk)
    chunks[0].seal()
    buffer = make()
    # killed while c was full and d begun: c stands before d, but not before what was queued
    buffer.resume([chunks[2], chunks[3]], [chunks[0]])
    assert (buffer.staged_size, buffer.queued_size) == (1, 2)
    assert drain(buffer) == [b"a", b"c", b"d"]
    assert buffer.size == 0


def test_byte_budget_is_hard() -> None:
    buffer = make(total_size=150)
    buffer.write([group(b"a" * 90)])
    with pytest.raises(BufferFull, match="cannot buffer 61 bytes: 90 of total_limit_size 150 are in use"):
        buffer.write([group(b"b" * 61)])
    buffer.write([group(b"b" * 60)])
    assert buffer.size == 150


def test_a_write_is_all_or_nothing() -> None:
    made: list[Chunk] = []

    def failing(metadata: Metadata) -> Chunk:
        if len(made) == 2:
            raise BufferFull("cannot create buffer chunk: disk full")
        made.append(MemoryChunk(metadata))
        return made[-1]

    buffer = Buffer(Limits(100, 1000), failing)
    buffer.write([group(b"kept")])
    with pytest.raises(BufferFull):
        buffer.write([group(b"x" * 60, b"y" * 60, b"z" * 60), group(b"w", metadata=Metadata(tag="other"))])
    assert buffer.size == 4
    assert drain(buffer) == [b"kept"]


def test_chunks_in_flight_come_back_to_the_head() -> None:
    buffer = make()
    for data in (b"a", b"b"):
        buffer.write([group(data)], enqueue=True)
    first = buffer.dequeue()
    assert first is not None
    assert (buffer.queue_length, buffer.waiting, buffer.size) == (2, 1, 2)
    assert buffer.take_back(first)
    assert not buffer.take_back(first)
    assert drain(buffer) == [b"a", b"b"]


def test_queue_of_aged_chunks_is_bounded() -> None:
    buffer = make(queued_chunks=2)
    for tag in "abcd":
        buffer.write([group(b"x", metadata=Metadata(tag=tag))])
    buffer.enqueue_if(lambda chunk: True)
    assert (buffer.waiting, buffer.stage_length) == (2, 2)


def test_drop_oldest_prefers_the_queue() -> None:
    buffer = make()
    buffer.write([group(b"queued")], enqueue=True)
    buffer.write([group(b"staged")])
    for expected in (b"queued", b"staged"):
        dropped = buffer.drop_oldest()
        assert dropped is not None
        assert len(expected) == dropped.size
    assert buffer.drop_oldest() is None
    assert buffer.size == 0


def test_replace_counts_what_is_left() -> None:
    buffer = make()
    buffer.write([group(b"aaa"), group(b"bbb")], enqueue=True)
    chunk = buffer.dequeue()
    assert chunk is not None
    buffer.replace(chunk, list(chunk.frames())[1:])
    assert (buffer.size, chunk.records, chunk.read()) == (3, 1, b"bbb")


@pytest.mark.parametrize("tag", ["", "a.b", "täg", "bad\udcff"])
def test_origin_round_trip(tag: str) -> None:
    times = [0, 1_795_428_000_000_000_001, -5]
    assert decode_origin(encode_origin(tag, times)) == (tag, times)


def test_compressed_chunk() -> None:
    buffer = Buffer(Limits(10_000, 100_000), lambda metadata: MemoryChunk(metadata, "gzip"))
    buffer.write([group(b"a" * 500, b"b" * 500)])
    buffer.write([group(b"c" * 500)], enqueue=True)
    chunk = buffer.dequeue()
    assert chunk is not None
    assert chunk.size < 200
    assert chunk.read() == b"a" * 500 + b"b" * 500 + b"c" * 500
