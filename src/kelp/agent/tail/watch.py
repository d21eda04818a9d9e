"""One followed path: its current file and those rotated away from it that are still read."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kelp.agent.tail.positions import Remembered
from kelp.agent.tail.reader import Identity, Reader, digest
from kelp.agent.tail.siblings import Sibling, find_siblings
from kelp.common.log import Log

# A file written within one tick of the clock before the last look may bear the older time.
_CLOCK_TICK_NS = 20_000_000
_COARSE_TICK_NS = 2_000_000_000
_MOST_FINISHED = 1024
_MOST_TRIES = 8
_GONE_SECONDS = 60.0


@dataclass(slots=True)
class Finished:
    """A rotated file that was read to its end."""

    path: str
    head: bytes
    position: int


@dataclass(slots=True)
class Watch:
    """A path and the files behind it, oldest first; the last is the current one unless it is rotated too.

    `looked_ns`: when the path was last looked at; a file that came and went since was missed. `dropped`: the path is
    no longer wanted, only the rest of its files is. `gone_at`: when nothing was found there any more (monotonic seconds).
    """

    path: str
    tag: str
    rotate_wait: float
    log: Log
    longest_line: int = 0
    readers: list[Reader] = field(default_factory=list)
    finished: dict[Identity, Finished] = field(default_factory=dict)  # shared by all watches
    real_path: str = ""
    looked_ns: int = 0
    dropped: bool = False
    gone_at: float | None = None
    due: float = 0.0
    pause: float = 0.0
    denied: bool = False
    changed: bool = True
    rotations: int = 0

    @property
    def current(self) -> Reader | None:
        """The reader of the file the path leads to, None while there is none."""
        return self.readers[-1] if self.readers and not self.readers[-1].rotated else None

    def is_gone_for_good(self, now: float) -> bool:
        """Whether nothing has been at the path for long.

        Until then files that come and go between two looks are known to be missed, as `looked_ns` stays.
        """
        return self.gone_at is not None and now >= self.gone_at + _GONE_SECONDS

    def open(self, position: int) -> Reader | None:
        """Open the file at the path and read from `position`; None when that is not possible now."""
        reader = self._open(self.path, position)
        if reader is not None:
            self.real_path = reader.real_path
            self.take(reader)
        return reader

    def take(self, reader: Reader) -> None:
        """Read an open file on behalf of the path, after those being read."""
        reader.longest_line, reader.tag = self.longest_line, self.tag
        self.readers.append(reader)
        self.changed = True

    def _open(self, file: str, position: int) -> Reader | None:
        try:
            reader = Reader.open(self.path, position, file)
        except OSError as error:
            self._cannot_open(error, file)
            return None
        if self.denied:
            self.log.info("file can be read again", path=self.path)
            self.denied = False
        return reader

    def _cannot_open(self, error: OSError, file: str) -> None:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return
        if not self.denied:
            self.log.warning("cannot open file: it is tried again", path=file, error=error)
            self.denied = True

    def rotate(self, now: float) -> None:
        """The path leads elsewhere: keep the file until its end."""
        old = self.current
        if old is None:
            return
        self.rotations += 1
        self.log.info(
            "file was rotated: reading the old one to its end", path=self.path, seconds=self.rotate_wait
        )
        self._mark_rotated(old, now)

    def open_missed(self, now: float, known: Iterable[Identity], caught: Sequence[Reader] = ()) -> None:
        """Open the files that the path led to since the last look, before the current one; some are open: `caught`.

        To be called once the current file is open: whatever came before it stands beside the path by then.
        """
        known = {*known, *(reader.identity for reader in caught)}

        def missed() -> Iterator[tuple[Sibling, int]]:
            for real_path in dict.fromkeys((self.real_path, os.path.realpath(self.path))):
                for sibling in self.unknown_siblings(real_path, self.looked_ns, known):
                    if sibling.size:
                        yield sibling, 0

        self.open_siblings(missed, now, caught)

    def open_siblings(
        self,
        select: Callable[[], Iterable[tuple[Sibling, int]]],
        now: float,
        caught: Sequence[Reader] = (),
    ) -> None:
        """Open rotated files, each at its position, before the current one; `select` names those there are now.

        Files may be renamed again between listing and opening, so what was opened is checked, and looked for again.
        """
        current = self.current
        if current is not None:
            self.readers.remove(current)
        opened = _by_age(caught)
        for _ in range(_MOST_TRIES):
            there = {reader.identity for reader in self.readers}
            there.update(reader.identity for _age, reader in opened)
            wanted: dict[Identity, tuple[Sibling, int]] = {}
            for sibling, position in select():
                if sibling.identity not in there:
                    wanted.setdefault(sibling.identity, (sibling, position))
            for sibling, position in wanted.values():
                reader = self._open(sibling.path, position)
                if reader is None:
                    continue
                if reader.identity != sibling.identity:
                    reader.close()
                    continue
                opened.append((sibling.age(), reader))
            if not wanted:
                break
        if current is not None and opened and not self._is_at_path(current):
            # It was rotated while the folder was listed: some of them came after it.
            opened.append(((current.modified_ns(), 0), current))
            current = None
        for _age, reader in sorted(opened, key=lambda one: one[0]):
            self.take(reader)
            self._mark_rotated(reader, now)
        if current is not None:
            self.readers.append(current)

    def _is_at_path(self, reader: Reader) -> bool:
        try:
            status = os.stat(self.path)
        except OSError:
            return False
        return reader.identity == (status.st_dev, status.st_ino)

    def truncate(self, now: float, known: Iterable[Identity]) -> bool:
        """The current file was emptied: copies made of it are read before it.

        Returns whether a copy with the unread rest was found.
        """
        old = self.current
        if old is None:
            return False
        self.rotations += 1
        self.log.info("file was truncated", path=self.path, position=old.position)
        return self.open_copies(old, now, known)

    def open_copies(self, old: Reader, now: float, known: Iterable[Identity]) -> bool:
        """Open the copies of a truncated file: of what was being read, and of what came and went since.

        A copy of what the file holds now is none of them: it is about to be truncated. Returns whether there is one
        of what was being read.
        """
        found = False
        known = set(known)

        def copies() -> Iterator[tuple[Sibling, int]]:
            nonlocal found
            for copy in self.unknown_siblings(old.real_path, 0, known):
                if old.head and copy.head(len(old.head)) == old.head:
                    found = True
                    if copy.size > old.position:
                        yield copy, old.position
                    else:
                        self.finished[copy.identity] = Finished(self.path, old.head, copy.size)
                elif _written_since(copy, old.end_ns) and not old.begins_with(copy.path):
                    yield copy, 0

        self.open_siblings(copies, now)
        self.changed = True
        return found

    def _mark_rotated(self, reader: Reader, now: float) -> None:
        reader.rotated = True
        reader.deadline = now + self.rotate_wait
        self.changed = True

    def unknown_siblings(self, real_path: str, since_ns: int, known: Iterable[Identity]) -> Iterator[Sibling]:
        """Siblings of a file changed since a moment that are neither open nor finished, oldest first."""
        open_files = set(known)
        current = os.path.realpath(self.path)
        for sibling in find_siblings(real_path):
            if not _written_since(sibling, since_ns):
                continue
            if sibling.identity in open_files or sibling.path == current:
                continue
            done = self.finished.get(sibling.identity)
            if (
                done is not None
                and sibling.head(len(done.head)) == done.head
                and sibling.size <= done.position
            ):
                continue
            yield sibling

    def note_finished(self, reader: Reader) -> None:
        """Remember a file read to its end, so that it is not taken for a missed one."""
        self.finished[reader.identity] = Finished(self.path, reader.head, reader.position)
        while len(self.finished) > _MOST_FINISHED:
            del self.finished[next(iter(self.finished))]
        self.readers.remove(reader)
        self.changed = True

    def remembered(self) -> Iterator[Remembered]:
        """The files of this path for the sidecar, in the order in which they are read."""
        for reader in self.readers:
            state = "rotated" if reader.rotated else "current"
            position = reader.safe_position
            yield Remembered(
                self.path, reader.identity[1], position, len(reader.head), digest(reader.head), state
            )


def _by_age(caught: Sequence[Reader]) -> list[tuple[tuple[int, int], Reader]]:
    """Files in the order in which they came, each with the age by which others find their place among them."""
    times = [reader.modified_ns() for reader in caught]
    for i in range(len(times) - 2, -1, -1):
        times[i] = min(times[i], times[i + 1])  # its writer may have gone on after the next one came
    return [((time, 0), reader) for time, reader in zip(times, caught, strict=True)]


def _written_since(sibling: Sibling, moment_ns: int) -> bool:
    coarse = sibling.mtime_ns % 1_000_000_000 == 0
    return sibling.mtime_ns >= moment_ns - (_COARSE_TICK_NS if coarse else _CLOCK_TICK_NS)
