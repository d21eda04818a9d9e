"""Where to begin after a start: saved positions, and files rotated while nobody looked."""

import os
from collections.abc import Iterable, Iterator

from kelp.agent.tail.positions import Entry, Remembered
from kelp.agent.tail.reader import Identity, Reader, digest
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
    # Opened first and judged then: whatever the path led to before stands beside it by now.
    reader = watch.open(0)
    if entry is None and not files:
        if reader is not None and not from_head:
            reader.position = reader.size()
        return
    current = next((file for file in files if file.state == "current"), None)
    position = _position_of(reader, entry, current) if reader is not None else None
    if reader is not None:
        reader.position = position if position is not None and position <= reader.size() else 0
    known = {*known, *(r.identity for r in watch.readers)}

    def left() -> Iterator[tuple[Sibling, int]]:
        real_path = os.path.realpath(watch.path)
        siblings = find_siblings(real_path)
        yield from _left_of_rotated(watch, files, siblings)
        if position is not None:
            return
        yield from _left_of_current(entry, current, siblings)
        for missed in watch.unknown_siblings(real_path, saved_ns, known) if saved_ns else ():
            if missed.size:
                yield missed, 0

    watch.open_siblings(left, now)


def _position_of(reader: Reader, entry: Entry | None, current: Remembered | None) -> int | None:
    """The offset to go on from, None when the path leads to another file than last time."""
    inode = reader.identity[1]
    if current is not None and current.inode == inode:
        head = reader.head[: current.head_length]
        if len(head) != current.head_length or digest(head) != current.head_digest:
            return None
        # empty when last seen: what the position file says may be of a former generation of the file
        if not current.head_length and entry is not None and entry.position:
            return None
    if entry is not None and entry.inode == inode:
        return entry.position
    return current.position if current is not None and current.inode == inode else None


def _left_of_rotated(
    watch: Watch, files: list[Remembered], siblings: list[Sibling]
) -> Iterator[tuple[Sibling, int]]:
    """Files that were being read when the last run ended; those read to their end are recalled."""
    for file in files:
        sibling = _find(siblings, file) if file.state != "current" else None
        if sibling is None:
            continue
        if file.state == "finished":
            head = sibling.head(file.head_length)
            watch.finished[sibling.identity] = Finished(watch.path, head, file.position)
        else:
            yield sibling, file.position


def _left_of_current(
    entry: Entry | None, current: Remembered | None, siblings: list[Sibling]
) -> Iterator[tuple[Sibling, int]]:
    """The file followed last time, which was rotated since, with where its rest begins."""
    if current is None:
        for sibling in siblings:
            if entry is not None and sibling.identity[1] == entry.inode and sibling.size >= entry.position:
                yield sibling, entry.position
        return
    renamed = _find(siblings, current)
    if renamed is not None:
        position = current.position
        if entry is not None and entry.inode == current.inode:
            position = max(position, entry.position)
        yield renamed, position
    elif current.head_length:
        # copied and truncated: the copy has another inode
        for sibling in siblings:
            if sibling.has_head(current.head_length, current.head_digest):
                yield sibling, current.position
                return


def _find(siblings: list[Sibling], file: Remembered) -> Sibling | None:
    for sibling in siblings:
        if sibling.identity[1] == file.inode and sibling.has_head(file.head_length, file.head_digest):
            return sibling
    return None
