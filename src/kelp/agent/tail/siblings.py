"""Finding files that were rotated away: beside the followed path, by inode, head and time."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kelp.agent.tail.reader import HEAD_BYTES, Identity, digest

_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4", ".tmp", ".swp")


@dataclass(frozen=True, slots=True)
class Sibling:
    """A file beside the followed one that looks like a former generation of it."""

    path: str
    identity: Identity
    size: int
    mtime_ns: int

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
    """Former generations of a file, oldest first; compressed ones cannot be read on and are left out."""
    return sorted(_scan(real_path), key=lambda one: (one.mtime_ns, -_number(one.path)))


def _number(path: str) -> int:
    """The count at the end of `app.log.3`: a higher one is older."""
    found = re.search(r"\.(\d{1,6})$", path)
    return int(found[1]) if found else 0


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
