"""Buffered outputs: flushing, overflow, retries, secondary, restart."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.errors import BufferFull
from kelp.agent.buffer.file_chunk import FileChunk
from kelp.agent.buffer.flusher import Flusher
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import ConfigError, param
from kelp.agent.event import Batch
from kelp.agent.plugin import BufferOverflow, UnrecoverableError, register
from tests.agent.output_driver import NS, T0, make, running
from tests.agent.waiting import PATIENCE, wait_for


@register("output", "test_sink")
class SinkOutput(BufferedOutput):
    """Writes chunks into a list, or fails as told."""

    chunks_written: ClassVar[list[tuple[Metadata, bytes]]] = []
    failures: ClassVar[list[Exception]] = []
    away: ClassVar[bool] = False
    name: str = param.string(default="primary", description="Prefix of what is written.")

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return [b"" if r.get("skip") else str(r["m"]).encode() + b"\n" for r in batch.records]

    def write(self, chunk: Chunk) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if self.away and self.name == "primary":
            raise OSError("sink is away")
        self.chunks_written.append((chunk.metadata, self.name.encode() + b":" + chunk.read()))


@register("output", "test_other")
class OtherSink(SinkOutput):
    """Another type, for <secondary>."""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    SinkOutput.chunks_written.clear()
    SinkOutput.failures.clear()
    yield
    SinkOutput.away = False


def texts() -> list[str]:
    return [data.decode().removeprefix("primary:") for _, data in SinkOutput.chunks_written]


def event(message: object, seconds: float = 0) -> tuple[int, dict[str, Any]]:
    return T0 + int(seconds * NS), {"m": message}


def config(buffer: str, arg: str = "", more: str = "") -> str:
    return f"@type test_sink\n{more}\n<buffer {arg}>\n{buffer}\n</buffer>"


def test_interval() -> None:
    with running(config("flush_interval 0.2")) as driver:
        started = time.monotonic()
        driver.emit("t", event(1), event(2), (T0, {"skip": True}))
        driver.emit("u", event(3))
        wait_for(lambda: bool(SinkOutput.chunks_written))
        assert time.monotonic() - started >= 0.2
        assert "".join(texts()) == "1\n2\n3\n"
        wait_for(lambda: driver.output.chunks.size == 0)
    assert (driver.output.stats.emit_records, driver.output.stats.emit_count) == (4, 2)


def test_when_a_chunk_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "time", lambda: T0 / NS)
    driver = make(config("flush_interval 7\nflush_thread_interval 5"))
    flusher = Flusher(driver.output)
    now[0] += 50.0
    driver.emit("t", event(1))
    waits, queued = [], []
    for seconds in (0.0, 2.0, 4.0, 0.9, 0.2):
        now[0] += seconds
        flusher._enqueue_due()
        queued.append(driver.output.chunks.queue_length)
        waits.append(flusher._seconds_to_wait())
    assert queued == [0, 0, 0, 0, 1]
    assert waits == pytest.approx([3.5, 3.5, 1.0, 0.1, 0.0], abs=0.01)


def test_immediate() -> None:
    with running(config("flush_mode immediate")) as driver:
        for n in range(3):
            driver.emit("t", event(n))
            wait_for(lambda n=n: len(texts()) == n + 1)
    assert texts() == ["0\n", "1\n", "2\n"]


def test_lazy_waits_for_a_full_chunk_or_the_end() -> None:
    with running(config("flush_mode lazy\nchunk_limit_size 10")) as driver:
        driver.emit("t", event("1234"))
        time.sleep(0.1)
        assert texts() == []
        driver.emit("t", event("5678"))
        wait_for(lambda: texts() == ["1234\n5678\n"])
        driver.emit("t", event("x"))
    assert texts() == ["1234\n5678\n", "x\n"]


def test_signal_flushes() -> None:
    with running(config("flush_mode lazy")) as driver:
        driver.emit("t", event(1))
        driver.output.flush()
        wait_for(lambda: texts() == ["1\n"])


def test_chunk_keys() -> None:
    with running(config("timekey 60\ntimekey_wait 0", "tag,time,app,$.k.ns")) as driver:
        batch = [
            (T0 + s * NS, {"m": s, "app": a, "k": {"ns": "n"}})
            for s, a in ((1, "x"), (2, "y"), (61, "x"), (3, "x"))
        ]
        driver.emit("t", *batch)
    slot = T0 // NS
    pairs = {a: (("app", a), ("$.k.ns", "n")) for a in "xy"}
    assert sorted(SinkOutput.chunks_written) == sorted(
        [
            (Metadata(slot, "t", pairs["x"]), b"primary:1\n3\n"),
            (Metadata(slot, "t", pairs["y"]), b"primary:2\n"),
            (Metadata(slot + 60, "t", pairs["x"]), b"primary:61\n"),
        ]
    )


def test_time_slices_are_flushed_when_they_are_over() -> None:
    now = time.time_ns()
    with running(config("timekey 1\ntimekey_wait 0.3", "time")) as driver:
        driver.output.emit_batch("t", Batch([now - 3600 * NS, now], [{"m": "old"}, {"m": "new"}]))
        wait_for(lambda: "old\n" in texts())
        end = now // NS + 1 + 0.3
        wait_for(lambda: len(texts()) == 2)
        assert end <= time.time()


def test_when_a_time_slice_is_due() -> None:
    driver = make(config("timekey 60\ntimekey_wait 20", "time"))
    now = [0.0]
    flusher = Flusher(driver.output, lambda: now[0])
    start = T0 // NS // 60 * 60
    driver.emit("t", event(1), event(2, 60))
    due = []
    for after in (0, 79, 80, 139, 140):
        now[0] = start + after
        flusher._enqueue_due()
        chunk = driver.output.chunks.dequeue()
        due.append(chunk and chunk.metadata.timekey)
    assert due == [None, None, start, None, start + 60]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("timekey_use_utc true", 0), ("timekey_zone +05:30", -19800), ("timekey_zone Asia/Tokyo", -32400)],
)
def test_day_slices_follow_the_zone(zone: str, expected: int) -> None:
    driver = make(config(f"timekey 1d\n{zone}", "time"))
    midnight = 1_795_392_000
    assert driver.output.sorter.timekey(midnight + 3600 * 2) == midnight + expected


def test_retry_and_recovery(caplog: pytest.LogCaptureFixture) -> None:
    SinkOutput.failures[:] = [OSError("one"), OSError("two")]
    with running(config("flush_mode immediate\nretry_wait 0.05")) as driver:
        driver.emit("t", event(1))
        wait_for(lambda: texts() == ["1\n"])
        wait_for(lambda: driver.output.flusher.retry is None)
    stats = driver.output.stats
    assert (stats.num_errors, stats.rollback_count, stats.write_count) == (2, 2, 3)


def test_order_is_kept_through_failures() -> None:
    SinkOutput.failures[:] = [OSError("x")] * 3
    with running(config("flush_mode immediate\nretry_wait 0.02\nretry_max_interval 0.02")) as driver:
        for n in range(10):
            driver.emit("t", event(n))
        wait_for(lambda: len(texts()) == 10)
    assert texts() == [f"{n}\n" for n in range(10)]


def test_a_fault_of_the_buffer_does_not_end_the_flush_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kelp.agent.buffer.flusher._REST_AFTER_FAULT", 0.01)
    with running(config("flush_mode immediate")) as driver:
        faults = [OSError("cannot unlink")]
        real = driver.output.chunks.purge

        def purge(chunk: Chunk) -> None:
            real(chunk)
            if faults:
                raise faults.pop()

        monkeypatch.setattr(driver.output.chunks, "purge", purge)
        driver.emit("t", event(1))
        wait_for(lambda: not faults)
        driver.emit("t", event(2))
        wait_for(lambda: texts() == ["1\n", "2\n"])


def test_limit_of_retries_drops_the_queue() -> None:
    SinkOutput.away = True
    with running(config("flush_mode immediate\nretry_wait 0.02\nretry_max_times 2")) as driver:
        driver.emit("t", event(1))
        wait_for(lambda: driver.output.chunks.size == 0)
        SinkOutput.away = False
        driver.emit("t", event(2))
        wait_for(lambda: texts() == ["2\n"])
    assert driver.output.stats.num_errors == 3


def test_secondary_takes_over() -> None:
    SinkOutput.away = True
    more = "<secondary>\n@type test_other\nname second\n</secondary>"
    with running(config("flush_mode immediate\nretry_wait 0.05\nretry_timeout 0.5", more=more)) as driver:
        driver.emit("t", event(1))
        wait_for(lambda: texts() == ["second:1\n"])
        wait_for(lambda: driver.output.flusher.retry is None)
    assert driver.output.stats.write_secondary_count == 1


def test_hopeless_chunks_go_straight_to_the_secondary() -> None:
    SinkOutput.failures[:] = [UnrecoverableError("never")]
    more = "<secondary>\n@type test_other\nname second\n</secondary>"
    with running(config("flush_mode immediate\nretry_forever", more=more)) as driver:
        driver.emit("t", event(1))
        wait_for(lambda: texts() == ["second:1\n"])


@pytest.mark.parametrize(("option", "kept"), [("", True), ("disable_chunk_backup true", False)])
def test_hopeless_chunks_are_kept_as_files(tmp_path: Path, option: str, kept: bool) -> None:
    SinkOutput.failures[:] = [UnrecoverableError("never")]
    with running(config(f"flush_mode immediate\n{option}", more="@id o:1"), tmp_path) as driver:
        driver.emit("t", event(1))
        wait_for(lambda: driver.output.chunks.size == 0 and driver.output.stats.write_count == 1)
        driver.emit("t", event(2))
        wait_for(lambda: texts() == ["2\n"])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == ([b"1\n"] if kept else [])
    assert all(path.parent == tmp_path / "backup/worker0/o_1" for path in files)


def test_overflow_throws() -> None:
    SinkOutput.away = True
    with running(
        config("total_limit_size 10\nflush_mode immediate\nretry_wait 0.02\nretry_forever")
    ) as driver:
        driver.emit("t", event("12345"))
        with pytest.raises(BufferOverflow, match="total_limit_size 10 are in use"):
            driver.emit("t", event("12345"))
        SinkOutput.away = False
        wait_for(lambda: texts() == ["12345\n"])


def test_overflow_blocks_until_there_is_room() -> None:
    SinkOutput.away = True
    with running(
        config("total_limit_size 10\noverflow_action block\nretry_wait 0.02\nretry_forever")
    ) as driver:
        driver.emit("t", event("12345"))
        thread = threading.Thread(target=driver.emit, args=("t", event("67890")))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        SinkOutput.away = False
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert texts() == ["12345\n", "67890\n"]


def test_stop_ends_a_blocked_emit(monkeypatch: pytest.MonkeyPatch) -> None:
    SinkOutput.away = True
    raised: list[str] = []
    driver = make(
        config("total_limit_size 10\noverflow_action block\nflush_at_shutdown false\nretry_forever")
    )
    driver.start()
    real = driver.output.chunks.wait_for_change
    # Without being woken it would wait for longer than this test does.
    monkeypatch.setattr(driver.output.chunks, "wait_for_change", lambda version, _: real(version, 3600))

    def emit() -> None:
        driver.emit("t", event("12345"))
        try:
            driver.emit("t", event("12345"))
        except BufferOverflow as error:
            raised.append(str(error))

    thread = threading.Thread(target=emit)
    thread.start()
    wait_for(lambda: driver.output.intake.is_full)
    driver.stop()
    thread.join(PATIENCE)
    assert (len(raised), thread.is_alive()) == (1, False)


def test_overflow_drops_the_oldest() -> None:
    SinkOutput.away = True
    options = "overflow_action drop_oldest_chunk\nretry_wait 3600\nretry_forever\nflush_mode lazy"
    with running(config(f"total_limit_size 12\n{options}")) as d:
        for n in range(5):
            d.emit("t", event(f"{n}2345"))
            d.output.chunks.enqueue_all()
            wait_for(lambda: d.output.stats.rollback_count == 1)  # from now on none is under way
        SinkOutput.away = False
    assert d.output.stats.drop_oldest_chunk_count == 3
    assert texts() == ["32345\n", "42345\n"]


def test_a_record_larger_than_a_chunk_gets_one_to_itself() -> None:
    with running(config("chunk_limit_size 10")) as driver:
        driver.emit("t", event("ok"), event("x" * 30), event("last"))
    assert driver.recorder.errors == []
    assert sorted(texts()) == ["last\n", "ok\n", "x" * 30 + "\n"]


def test_several_threads_deliver_everything() -> None:
    with running(config("flush_thread_count 4\nchunk_limit_size 50\nflush_interval 0.1")) as driver:

        def emit(start: int) -> None:
            for n in range(start, start + 200):
                driver.emit("t", event(n))

        threads = [threading.Thread(target=emit, args=(i * 1000,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = [int(line) for text in texts() for line in text.split()]
    assert sorted(lines) == sorted(n for i in range(4) for n in range(i * 1000, i * 1000 + 200))


def test_file_buffer_outlives_the_process(tmp_path: Path) -> None:
    text = config(f"@type file\npath {tmp_path}/b\nflush_interval 3600")
    with running(text) as driver:
        driver.emit("t", event(1))
        driver.output.flush()
        wait_for(lambda: texts() == ["1\n"])
        driver.emit("t", event(2))
    assert texts() == ["1\n"]
    (left,) = [path.name for path in (tmp_path / "b").iterdir() if path.name.endswith(".log")]
    assert left.startswith("buffer.b")
    with running(text) as driver:
        assert driver.output.chunks.size == 2
        driver.emit("t", event(3))
        driver.output.flush()
        wait_for(lambda: texts() == ["1\n", "2\n3\n"])


def test_damaged_chunks_are_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = config(f"@type file\npath {tmp_path}/b\nflush_interval 3600", "tag", "@id es")
    with running(text) as driver:
        for tag in "abcd":
            driver.emit(tag, event(tag + "1"))
            driver.emit(tag, event(tag + "2"))
    a, b, c, _ = sorted((tmp_path / "b").glob("buffer.b*"))
    a.write_bytes(b"\0" * 300)
    content = bytearray(b.read_bytes())
    content[content.index(b"b1\n")] ^= 1
    b.write_bytes(content)
    c.write_bytes(c.read_bytes()[:-1])
    with running(text) as driver:
        driver.output.flush()
        wait_for(lambda: len(texts()) == 3)
    assert sorted(texts()) == ["b2\n", "c1\n", "d1\nd2\n"]
    copies = sorted((tmp_path / "b/backup/worker0/es").iterdir())
    assert [copy.read_bytes() for copy in copies] == [b"\0" * 300, bytes(content)]


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ("path {}/dir", "dir/buffer.b*.log"),
        ("path {}/name.*.buf", "name.b*.buf"),
        ("path {}/name.*", "name.b*.log"),
        ("path {}/there.txt", "there.txt.b*.log"),
        ("path {}/dir\npath_suffix .x", "dir/buffer.b*.x"),
        ("@type file_single\npath {}/dir", "dir/fsb.b*.buf"),
        ("", "worker0/my_id/buffer/buffer.b*.log"),
    ],
)
def test_paths_of_chunk_files(tmp_path: Path, options: str, pattern: str) -> None:
    (tmp_path / "there.txt").write_text("x")
    body = options.format(tmp_path)
    kind = "" if "@type" in body else "@type file\n"
    with running(config(kind + body, more="@id my:id"), tmp_path) as driver:
        driver.emit("t", event(1))
        assert len(list(tmp_path.glob(pattern))) == 1


def test_two_outputs_cannot_share_a_path(tmp_path: Path) -> None:
    text = config(f"@type file\npath {tmp_path}/b", more="@id one")
    with running(text), pytest.raises(ConfigError, match="is already used by 'one'; give each output a path"):
        make(text.replace("one", "two")).start()


def test_full_disk_blocks_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.Event()
    real = FileChunk._write

    def write(self: FileChunk, parts: list[bytes]) -> None:
        if full.is_set():
            raise BufferFull("cannot append to buffer chunk: No space left on device")
        real(self, parts)

    monkeypatch.setattr(FileChunk, "_write", write)
    buffer = (
        f"@type file\npath {tmp_path}/b\noverflow_action block\nflush_interval 0.1\nflush_at_shutdown true"
    )
    with running(config(buffer)) as driver:
        driver.emit("t", event(1))
        full.set()
        thread = threading.Thread(target=driver.emit, args=("t", event(2)))
        thread.start()
        wait_for(lambda: texts() == ["1\n"])
        assert thread.is_alive()
        full.clear()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert texts() == ["1\n", "2\n"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (config("", "time"), "<buffer time>: 'time' is a chunk key, so option 'timekey' is required"),
        (config("timekey 0.5", "time"), "option 'timekey' must be at least 1 second, got 0.5"),
        (config("flush_thread_count 0"), "option 'flush_thread_count' must be at least 1, got 0"),
        (config("compress lzo"), "option 'compress' must be one of text, gzip, zstd, got 'lzo'"),
        (config("@type file"), "option 'path' is required: name a folder for the chunk files"),
        (config("@type disk"), "unknown buffer plugin 'disk'"),
        (config("overflow_action drop"), "option 'overflow_action' must be one of throw_exception, block"),
        (config("timekey 60\ntimekey_zone Mars", "time"), "option 'timekey_zone' must be a time zone, got 'Mars'"),
        (config("", "a b"), "chunk key 'a b' has characters other than"),
        (config("", "$['a']"), "write nested fields as $.a.b"),
        (config("flush_mode lazy\nflush_interval 5"), "option 'flush_interval' has no meaning with flush_mode lazy"),
        (config("retry_secondary_threshold 1", more="<secondary>\n@type null\n</secondary>"), "option 'retry_secondary_threshold' must lie between 0 and 1"),
        (config("", more="<secondary>\n@type copy\n</secondary>"), "cannot be of type 'copy', which takes no chunks"),
        (config("", more="<secondary>\n@type nope\n</secondary>"), "unknown output plugin 'nope' in <secondary>"),
        (config("", more="<secondary>\n@type null\n<buffer>\n</buffer>\n</secondary>"), "cannot have a <buffer> section"),
    ],
)  # fmt: skip
def test_config_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text)
    assert message in str(caught.value)


def test_chunks_below_root_dir_need_an_id(tmp_path: Path) -> None:
    text = "@type test_sink\n<buffer>\n@type file\n</buffer>"
    with pytest.raises(ConfigError, match="give the output an @id"):
        make(text, tmp_path)
    make("@id sink\n" + text, tmp_path)


def test_flat_options_of_old_configurations(tmp_path: Path) -> None:
    flat = f"""@type test_sink
    buffer_type file
    buffer_path {tmp_path}/b.*.buf
    buffer_chunk_limit 1m
    buffer_queue_limit 7
    buffer_queue_full_action exception
    flush_interval 3s
    num_threads 2
    disable_retry_limit
    max_retry_wait 30
    """
    output = make(flat).output
    limits = output.chunks.limits
    assert (limits.chunk_size, limits.total_size) == (1 << 20, 7 << 20)
    section = output.buffer
    assert (section.flush_interval, section.flush_thread_count, section.retry_max_interval) == (3, 2, 30)
    assert (section.retry_forever, section.overflow_action) == (True, "throw_exception")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (config("timekey 1d", "time"), "lazy"),
        (config("timekey 1d", "time", "flush_interval 5s"), "interval"),
        ("@type test_sink\nflush_interval 5s\ntime_slice_format %Y%m%d", "interval"),
        (config(""), "interval"),
    ],
)
def test_flush_mode_by_default(text: str, mode: str) -> None:
    assert make(text).output.buffer.mode == mode


def test_statistics() -> None:
    SinkOutput.away = True
    with running(config("flush_interval 3600\nretry_wait 3600", more="slow_flush_log_threshold 0")) as driver:
        driver.emit("t", event(1))
        driver.output.flush()
        wait_for(lambda: driver.output.stats.slow_flush_count == 1)
        driver.emit("t", event(22))
        stats = driver.output.statistics()
        SinkOutput.away = False
    assert stats["buffer_stage_byte_size"] == 3
    assert stats["buffer_queue_byte_size"] == 2
    assert stats["buffer_total_queued_size"] == 5
    assert (stats["buffer_stage_length"], stats["buffer_queue_length"]) == (1, 1)
    assert (stats["retry_count"], stats["emit_records"], stats["slow_flush_count"]) == (1, 2, 1)
    assert stats["retry"]["steps"] == 0
