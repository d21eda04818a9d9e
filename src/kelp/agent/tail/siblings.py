"""Finding files that were rotated away: beside the followed path, by inode, head and time."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from kelp.agent.tail.reader import HEAD_BYTES, Identity, digest

_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4", ".tmp", ".swp")
_MOST_LISTINGS = 4
_SETTLED_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Sibling:
    """A file beside the followed one that looks like a former generation of it."""

    path: str
    identity: Identity
    size: int
    mtime_ns: int

    def age(self) -> tuple[int, int]:
        """Sort key, oldest first; of `app.log.3` and `app.log.2` written at the same time the former is older."""
        found = re.search(r"\.(\d{1,6})$", self.path)
        return self.mtime_ns, -int(found[1]) if found else 0

    def head(self, length: int = HEAD_BYTES) -> bytes:
        """The first bytes; empty when the file cannot be read."""
        try:
            with open(self.path, "rb") as file:
                return file.read(length)
        except OSError:
            return b""

    def has_head(self, length: int, expected_digest: str) -> bool:
        """Whether the file begins with the head of that length and digest."""
        head = self.head(length)
        return len(head) == length and digest(head) == expected_digest


def find_siblings(real_path: str) -> list[Sibling]:
    """Former generations of a file, oldest first; compressed ones cannot be read on and are left out.

    A folder that changes while it is listed may hide a file that is being renamed, so it is listed again.
    """
    found: dict[Identity, Sibling] = {}
    folder = os.path.dirname(real_path) or "."
    for _ in range(_MOST_LISTINGS):
        before = _changed_ns(folder)
        for sibling in _scan(real_path):
            found[sibling.identity] = sibling
        if before == _changed_ns(folder) and time.time_ns() - before > _SETTLED_NS:
            break
    return sorted(found.values(), key=Sibling.age)


def _changed_ns(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _scan(real_path: str) -> Iterator[Sibling]:
    folder, base = os.path.split(real_path)
    stem, extension = os.path.splitext(base)
    # app.log.1, app.log-20240101, app-20240101.log: but not app-web.log, another program's file
    pattern = re.compile(
        rf"{re.escape(base)}[-._~].+|{re.escape(stem)}[-._]\d[\d\-_.T:]*{re.escape(extension)}"
    )
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if not pattern.fullmatch(entry.name) or entry.name.endswith(_PACKED):
                    continue
                try:
                    status = entry.stat()
                except OSError:
                    continue
                if entry.is_file():
                    yield Sibling(
                        entry.path, (status.st_dev, status.st_ino), status.st_size, status.st_mtime_ns
                    )
    except OSError:
        return
