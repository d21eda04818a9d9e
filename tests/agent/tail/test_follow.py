"""Following real files: growth, every kind of rotation, restarts."""

import contextlib
import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from follow import LOG, Follow, append

from kelp.agent.tail.positions import PositionFile
from kelp.agent.tail.reader import Reader


@pytest.fixture(params=[True, False], ids=["inotify", "polling"])
def inotify(request):
    return request.param


def numbered(start, end):
    return "".join(f"line {i}\n" for i in range(start, end))


def expected(start, end):
    return [f"line {i}" for i in range(start, end)]


def test_appended_lines_and_partial_line(tmp_path, inotify):
    log = tmp_path / "a.log"
    log.write_text("line 0\nli")
    with Follow(log, use_inotify=inotify) as tail:
        assert tail.lines(1) == ["line 0"]
        append(log, "ne 1\nline 2\n")
        assert tail.lines(3) == expected(0, 3)


def test_from_the_end(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("old\n")
    with Follow(tmp_path / "*.log", read_from_head=False) as tail:
        assert tail.until(lambda: tail.loop.watches)
        append(log, "new\n")
        (tmp_path / "later.log").write_text("whole\n")
        assert sorted(tail.lines(2)) == ["new", "whole"]


def test_rename(tmp_path, inotify):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 2))
    with Follow(log, use_inotify=inotify) as tail:
        tail.lines(2)
        log.rename(tmp_path / "a.log.1")
        append(tmp_path / "a.log.1", "line 2\n")
        log.write_text("line 3\n")
        assert tail.lines(4) == expected(0, 4)
        append(log, "line 4\n")
        assert tail.lines(5) == expected(0, 5)
    assert all(path == str(log) for path, _ in tail.gatherer.lines)


def test_rename_into_the_glob_is_not_read_twice(tmp_path):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 3))
    with Follow(tmp_path / "a.log*", pos_file=tmp_path / "pos", follow_inodes=True) as tail:
        tail.lines(3)
        log.rename(tmp_path / "a.log.1")
        log.write_text("line 3\n")
        tail.lines(4)
        time.sleep(1.2)
        append(tmp_path / "a.log.1", "late\n")
        assert tail.lines(5) == [*expected(0, 4), "late"]


def test_copytruncate(tmp_path, inotify):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 5))
    with Follow(log, use_inotify=inotify) as tail:
        tail.lines(5)
        append(log, "line 5\n")
        shutil.copy(log, tmp_path / "a.log.1")
        os.truncate(log, 0)
        append(log, "line 6\n")
        assert tail.lines(7) == expected(0, 7)


def test_copied_and_not_yet_truncated(tmp_path):
    log = tmp_path / "a.log"
    log.touch()
    with Follow(log, pos_file=tmp_path / "pos") as tail:
        assert tail.until(lambda: tail.loop.counters.opened)
        for name in ("a.log.1", "a.log"):  # in this order, that the copy is there when news of the file come
            (tmp_path / name).write_text(numbered(0, 5))
        assert tail.lines(5) == expected(0, 5)
        os.truncate(log, 0)
        append(log, "line 5\n")
        assert tail.lines(6) == expected(0, 6)


def test_truncated_and_longer_again(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("one\n")
    with Follow(log, use_inotify=False) as tail:
        tail.lines(1)
        log.write_text("two, which is longer\n")
        assert tail.lines(2) == ["one", "two, which is longer"]


def test_delete_and_recreate(tmp_path, inotify):
    log = tmp_path / "a.log"
    log.write_text("line 0\n")
    with Follow(log, use_inotify=inotify) as tail:
        tail.lines(1)
        log.unlink()
        log.write_text("line 1\n")
        assert tail.lines(2) == expected(0, 2)


def test_rest_of_a_rotated_file_without_newline(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("line 0\nrest")
    with Follow(log) as tail:
        tail.lines(1)
        log.rename(tmp_path / "a.log.1")
        log.write_text("line 1\n")
        assert sorted(tail.lines(3)) == ["line 0", "line 1", "rest"]


def test_symlinks(tmp_path):
    pods, links = tmp_path / "pods", tmp_path / "containers"
    pods.mkdir()
    links.mkdir()
    (pods / "0.log").write_text("line 0\n")
    (links / "a.log").symlink_to(pods / "0.log")
    (links / "broken.log").symlink_to(pods / "none")
    with Follow(links / "*.log") as tail:
        tail.lines(1)
        (pods / "0.log").rename(pods / "0.log.20240101-000000")
        (pods / "0.log").write_text("line 1\n")
        assert tail.lines(2) == expected(0, 2)
        (pods / "1.log").write_text("line 2\n")
        (links / "a.log").unlink()
        (links / "a.log").symlink_to(pods / "1.log")
        assert tail.lines(3) == expected(0, 3)


def test_glob_and_exclusion(tmp_path):
    for name in ("a.log", "b.log", "c.txt"):
        (tmp_path / name).write_text(f"{name}\n")
    with Follow(tmp_path / "*.log", excluded=[str(tmp_path / "b*")]) as tail:
        tail.lines(1)
        (tmp_path / "d.log").write_text("d.log\n")
        (tmp_path / "b2.log").write_text("no\n")
        assert tail.lines(2) == ["a.log", "d.log"]


def test_unreadable_file_is_tried_again(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root can read everything")
    log = tmp_path / "a.log"
    log.write_text("line 0\n")
    log.chmod(0)
    with Follow(log) as tail:
        time.sleep(0.5)
        log.chmod(0o644)
        assert tail.lines(1) == ["line 0"]


def test_a_file_that_may_not_be_opened_is_tried_again(tmp_path, monkeypatch):
    log = tmp_path / "a.log"
    log.write_text("line 0\n")
    opened, refused = Reader.open, []

    def refuse(*args):
        if len(refused) < 2:
            refused.append(args)
            raise PermissionError(13, "Permission denied")
        return opened(*args)

    monkeypatch.setattr(Reader, "open", refuse)
    with Follow(log) as tail:
        assert tail.lines(1) == ["line 0"]
    assert len(refused) == 2


def test_without_room_for_inotify_files_are_polled(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("kelp.agent.tail.loop.Notifier", full)
    log = tmp_path / "a.log"
    log.write_text("line 0\n")
    with Follow(log) as tail:
        tail.lines(1)
        append(log, "line 1\n")
        assert tail.lines(2) == expected(0, 2)


def test_a_position_file_that_cannot_be_rewritten_stays_right(tmp_path, monkeypatch):
    pos = tmp_path / "pos"
    positions = PositionFile(pos, follow_inodes=False, log=LOG)
    for name in ("/a", "/b"):
        positions.set(name, 1, 10)
    positions.unwatch("/a", 1)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            positions.compact()
    positions.set("/b", 1, 20)
    positions.flush()
    want = f"/a\t{'f' * 16}\t{1:016x}\n/b\t{20:016x}\t{1:016x}\n"
    assert pos.read_text() == want
    positions.compact()
    assert pos.read_text() == f"/b\t{20:016x}\t{1:016x}\n"
    positions.close()


def test_full_buffer_pauses_and_loses_nothing(tmp_path):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 3))
    with Follow(log, refuse=2) as tail:
        assert tail.lines(3) == expected(0, 3)


def test_long_line(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("x" * 10_000_000 + "\nshort\n")
    with Follow(log) as tail:
        assert [len(line) for line in tail.lines(2)] == [10_000_000, 5]


def test_longest_line(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("x" * 3_000_000)
    with Follow(log, longest_line=1000, pos_file=tmp_path / "pos") as tail:
        time.sleep(0.4)
        append(log, "yyy\nshort\n")
        assert tail.lines(1) == ["short"]
    assert (tmp_path / "pos").read_text().split("\t")[1] == f"{3_000_010:016x}"


def test_bytes_per_second(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("x" * 99 + "\n" + ("y" * 99 + "\n") * 2999)
    with Follow(log, bytes_per_second=100_000) as tail:
        time.sleep(0.5)
        assert len(tail.gatherer.lines) <= 1000
        assert len(tail.lines(3000)) == 3000


@pytest.mark.parametrize("change", ["none", "append", "rename", "rename twice", "copytruncate", "delete"])
def test_restart(tmp_path, change):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 5))
    with Follow(log, pos_file=tmp_path / "pos") as tail:
        assert tail.lines(5) == expected(0, 5)
    want = 5
    if change != "none":
        append(log, "line 5\n")
        want = 6
    time.sleep(0.03)
    if change.startswith("rename"):
        log.rename(tmp_path / "a.log.1")
        log.write_text("line 6\n")
        want = 7
    if change == "rename twice":
        (tmp_path / "a.log.1").rename(tmp_path / "a.log.2")
        log.rename(tmp_path / "a.log.1")
        log.write_text("line 7\n")
        want = 8
    if change == "copytruncate":
        shutil.copy(log, tmp_path / "a.log.1")
        os.truncate(log, 0)
        append(log, "line 6\n")
        want = 7
    if change == "delete":
        log.unlink()
        log.write_text("line 5\n")
    with Follow(log, pos_file=tmp_path / "pos") as tail:
        assert tail.lines(want - 5) == expected(5, want)
        time.sleep(0.2)
        assert tail.gatherer.texts == expected(5, want)


def test_a_run_that_ends_at_once_forgets_nothing(tmp_path):
    logs = [tmp_path / "a.log", tmp_path / "b.log"]
    for log in logs:
        log.write_text(numbered(0, 5))
    with Follow(*logs, pos_file=tmp_path / "pos") as tail:
        assert len(tail.lines(10)) == 10
    for turn in (1, 2, 3):
        for log in logs:
            append(log, numbered(turn * 10, turn * 10 + 1))
            log.rename(log.with_suffix(f".log.{turn}"))
            if turn < 3:
                log.touch()
        time.sleep(0.03)
        early = Follow(*logs, pos_file=tmp_path / "pos")
        early.loop.stop()
        with early:
            pass
        assert early.gatherer.texts == []
    with Follow(*logs, pos_file=tmp_path / "pos") as tail:
        assert len(tail.lines(6)) == 6
        for log in logs:
            assert tail.gatherer.of(log) == ["line 10", "line 20", "line 30"]


def test_paths_that_are_not_followed_any_more_are_forgotten(tmp_path):
    logs, pos = [tmp_path / "a.log", tmp_path / "b.log"], tmp_path / "pos"
    for log in logs:
        log.write_text("line 0\n")
    with Follow(*logs, pos_file=pos) as tail:
        assert len(tail.lines(2)) == 2
    before = json.loads(Path(f"{pos}.kelp").read_text())["saved"]
    append(logs[0], "line 1\n")
    with Follow(logs[0], pos_file=pos) as tail:
        assert tail.lines(1) == ["line 1"]
    after = json.loads(Path(f"{pos}.kelp").read_text())
    assert {file["path"] for file in after["files"]} == {str(logs[0])}
    assert after["saved"] > before


@pytest.mark.parametrize("restarted", [False, True])
def test_a_file_that_comes_and_goes_unseen_while_its_path_is_empty(tmp_path, restarted):
    log, pos = tmp_path / "a.log", tmp_path / "pos"
    options = {"pos_file": pos, "rotate_wait": 0.1, "refresh_interval": 0.1}
    log.write_text("line 0\n")
    with contextlib.ExitStack() as runs:
        tail = runs.enter_context(Follow(log, **options))
        tail.lines(1)
        log.rename(tmp_path / "a.log.1")
        assert tail.until(lambda: tail.loop.counters.closed == 1)
        time.sleep(0.3)  # by now nothing of the path is open
        beside = tmp_path / "beside"
        beside.write_text("line 1\n")
        beside.rename(tmp_path / "a.log.2")  # as if it had been a.log for less than a moment
        time.sleep(0.3)
        if restarted:
            runs.close()
            tail = runs.enter_context(Follow(log, **options))
        log.write_text("line 2\n")
        tail.lines(2 if restarted else 3)
        assert tail.gatherer.texts == expected(1 if restarted else 0, 3)


def test_fluentds_position_file(tmp_path):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 4))
    pos = tmp_path / "pos"
    line = f"{log}\t{14:016x}\t{log.stat().st_ino:016x}\n"
    pos.write_text(
        f"junk\n{tmp_path}/gone.log\t{0:016x}\t{1:016x}\n{log}\tffffffffffffffff\t{9:016x}\n{line}"
    )
    with Follow(log, pos_file=pos) as tail:
        assert tail.lines(2) == expected(2, 4)
    assert pos.read_text() == f"{log}\t{28:016x}\t{log.stat().st_ino:016x}\n"


@pytest.mark.parametrize("content", [b"\x00\xff\xfe", b"a\tzz\tqq\n", b"\n\n\n", b"path\t12"])
def test_damaged_position_file(tmp_path, content):
    log = tmp_path / "a.log"
    log.write_text(numbered(0, 2))
    (tmp_path / "pos").write_bytes(content)
    (tmp_path / "pos.kelp").write_bytes(content)
    with Follow(log, pos_file=tmp_path / "pos") as tail:
        assert tail.lines(2) == expected(0, 2)


def wait_until_open(file, seconds=10.0):
    """Until this process has it open."""
    status = os.stat(file)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for fd in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                if os.path.samestat(os.stat(f"/proc/self/fd/{fd}"), status):
                    return
        time.sleep(0.002)
    raise TimeoutError(f"nobody opens {file}")


class Storm(threading.Thread):
    """Writes numbered lines and rotates 20 times a second."""

    def __init__(self, log, kind, seconds, keep=12):
        super().__init__()
        self.log, self.kind, self.seconds, self.keep = log, kind, seconds, keep
        self.count = 0
        self.rotations = 0

    def run(self):
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            turn = time.monotonic() + 0.05
            with open(self.log, "ab", buffering=0) as file:
                while time.monotonic() < turn:
                    file.write(numbered(self.count, self.count + 20).encode())
                    self.count += 20
                    time.sleep(0.002)
                if self.kind == "copytruncate":
                    self.shift()
                    shutil.copyfile(self.log, f"{self.log}.1")
                    file.truncate(0)
            if self.kind == "rename":
                self.shift()
                os.rename(self.log, f"{self.log}.1")
            if self.kind == "delete":
                wait_until_open(self.log)  # what nobody had opened is lost to anyone
                os.unlink(self.log)
            self.rotations += 1

    def shift(self):
        for number in range(self.keep, 0, -1):
            if os.path.exists(f"{self.log}.{number}"):
                os.rename(f"{self.log}.{number}", f"{self.log}.{number + 1}")


def test_files_that_come_and_are_deleted_while_the_loop_is_busy(tmp_path):
    log, other = tmp_path / "a.log", tmp_path / "b.log"
    log.write_text("line 0\n")
    other.touch()
    with Follow(log, other, pos_file=tmp_path / "pos") as tail:
        tail.lines(1)
        with tail.gatherer.stalled():
            append(other, "other\n")
            assert tail.until(lambda: tail.gatherer.is_stalled)
            append(log, "line 1\n")
            for number in (2, 3, 4):
                log.unlink()
                log.write_text(f"line {number}\n")
                wait_until_open(log)
            log.unlink()
        tail.lines(6)
        assert tail.gatherer.of(log) == expected(0, 5)


@pytest.mark.parametrize("kind", ["rename", "copytruncate", "delete"])
def test_rotation_storm(tmp_path, kind):
    log = tmp_path / "a.log"
    log.touch()
    storm = Storm(log, kind, 3.0)
    with Follow(log, pos_file=tmp_path / "pos") as tail:
        assert tail.until(lambda: tail.loop.counters.opened)
        storm.start()
        storm.join()
        lines = tail.lines(storm.count)
        assert storm.rotations > 30
        missing = set(expected(0, storm.count)) - set(lines)
        assert not missing, (len(missing), sorted(missing)[:5])
        assert lines == expected(0, storm.count)
