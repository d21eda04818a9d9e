"""Where to begin after a start: saved positions, and files rotated while nobody looked."""

import os
from collections.abc import Iterable

from kelp.agent.tail.positions import Entry, Remembered
from kelp.agent.tail.reader import Identity, digest
from kelp.agent.tail.siblings import Sibling, find_siblings
from kelp.agent.tail.watch import Finished, Watch


def open_watch(
    watch: Watch,
    entry: Entry | None,
    files: list[Remembered],
    saved_ns: int,
    known: Iterable[Identity],
    now: float,
    *,
    from_head: bool,
) -> None:
    """Open the file of a new watch where reading stopped last time.

    `entry`: its line in the position file; `files`: what the sidecar knew of the path at `saved_ns`.
    """
    try:
        status = os.stat(watch.path)
    except OSError:
        status = None
    real_path = os.path.realpath(watch.path)
    siblings = find_siblings(real_path) if entry is not None or files else []
    _open_rotated(watch, files, siblings, status.st_ino if status else 0, now)
    current = next((one for one in files if one.state == "current"), None)
    if status is None:
        return
    if entry is None and current is None:
        watch.open(0 if from_head else status.st_size)
        return
    position = _position_of(watch.path, status.st_ino, entry, current)
    if position is None:
        _open_lost(watch, entry, current, siblings, now)
        for missed in list(watch.unknown_siblings(real_path, saved_ns, known)) if saved_ns else []:
            if missed.size and all(r.identity != missed.identity for r in watch.readers):
                _open_sibling(watch, missed, 0, now)
        position = 0
    watch.open(position if position <= status.st_size else 0)


def _position_of(path: str, inode: int, entry: Entry | None, current: Remembered | None) -> int | None:
    """The offset to go on from, None when the path leads to another file than last time."""
    if current is not None and current.inode == inode and not _begins_with(path, current):
        return None
    if entry is not None and entry.inode == inode:
        return entry.position
    if current is not None and current.inode == inode:
        return current.position
    return None


def _begins_with(path: str, file: Remembered) -> bool:
    try:
        with open(path, "rb") as opened:
            head = opened.read(file.head_length)
    except OSError:
        return False
    return len(head) == file.head_length and digest(head) == file.head_digest


def _open_rotated(
    watch: Watch, files: list[Remembered], siblings: list[Sibling], current: int, now: float
) -> None:
    """Go on with the files that were being read when the last run ended, and recall the finished ones."""
    for file in files:
        if file.state == "current":
            continue
        sibling = _find(siblings, file)
        if sibling is None or file.inode == current:
            continue
        if file.state == "finished":
            watch.finished[sibling.identity] = Finished(
                watch.path, sibling.head(file.head_length), file.position
            )
        else:
            _open_sibling(watch, sibling, file.position, now)


def _open_lost(
    watch: Watch, entry: Entry | None, current: Remembered | None, siblings: list[Sibling], now: float
) -> None:
    """The file followed last time was rotated since: find it beside the path and read its rest."""
    sibling: Sibling | None = None
    position = 0
    if current is not None:
        sibling, position = _find(siblings, current), current.position
        if sibling is None:  # copied and truncated: the copy has another inode
            sibling = next(
                (s for s in siblings if s.has_head(current.head_length, current.head_digest)), None
            )
        if entry is not None and entry.inode == current.inode:
            position = max(position, entry.position)
    elif entry is not None:
        sibling = next((s for s in siblings if s.identity[1] == entry.inode), None)
        position = entry.position
    if sibling is not None and sibling.size >= position:
        _open_sibling(watch, sibling, position, now)


def _find(siblings: list[Sibling], file: Remembered) -> Sibling | None:
    for sibling in siblings:
        if sibling.identity[1] == file.inode and sibling.has_head(file.head_length, file.head_digest):
            return sibling
    return None


def _open_sibling(watch: Watch, sibling: Sibling, position: int, now: float) -> None:
    reader = watch.open(position, sibling.path)
    if reader is not None:
        reader.rotated = True
        reader.deadline = now + watch.rotate_wait
