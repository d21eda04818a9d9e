"""One path and the files behind it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from kelp.agent.tail.siblings import Sibling, find_siblings
from kelp.agent.tail.watch import Watch
from kelp.common.log import Log


def put(path: Path, text: str) -> None:
    path.write_text(text)
    time.sleep(0.02)  # the clock of the file system ticks


def test_files_that_came_after_the_current_one_are_read_after_it(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    put(tmp_path / "a.log.1", "1")
    put(path, "2")
    watch = Watch(str(path), "", rotate_wait=1.0, log=Log("test"))
    assert watch.open(0) is not None

    def rotated_meanwhile() -> Iterator[tuple[Sibling, int]]:
        if path.exists():
            path.rename(tmp_path / "a.log.2")
            put(path, "3")
            path.rename(tmp_path / "a.log.3")
        current = watch.readers[-1].identity if watch.readers else None
        for sibling in find_siblings(str(path)):
            if sibling.identity != current and sibling.path != str(tmp_path / "a.log.2"):
                yield sibling, 0

    watch.open_siblings(rotated_meanwhile, now=0.0)
    assert [os.pread(reader.fd, 9, 0) for reader in watch.readers] == [b"1", b"2", b"3"]
    assert watch.current is None


def test_files_rotated_before_are_read_before_the_current_one(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    put(tmp_path / "a.log.1", "1")
    put(path, "2")
    watch = Watch(str(path), "", rotate_wait=1.0, log=Log("test"))
    current = watch.open(0)
    watch.open_siblings(lambda: [(one, 0) for one in find_siblings(str(path))], now=0.0)
    assert [os.pread(reader.fd, 9, 0) for reader in watch.readers] == [b"1", b"2"]
    assert watch.current is current
