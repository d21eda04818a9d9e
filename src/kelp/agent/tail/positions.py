"""The position file, in Fluentd's own format, and what Kelp remembers beside it.

`pos_file` has a line for each file: path, TAB, offset and TAB, inode as 16 hexadecimal digits. Offsets are
overwritten in place, so a line keeps its length. `<pos_file>.kelp` holds what that format cannot: the head of each
file, rotated files still being read, and files read to their end.
"""

import json
import os
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kelp.common.log import Log

UNWATCHED = 0xFFFFFFFFFFFFFFFF
_LINE = re.compile(rb"([^\t\n]+)\t([0-9a-fA-F]+)\t([0-9a-fA-F]+)")


@dataclass(slots=True)
class Entry:
    """One line: offset (bytes) and inode of a path; `seek` is where its offset stands in the file."""

    path: str
    position: int
    inode: int
    seek: int
    dirty: bool = False


class PositionFile:
    """Reads, updates and compacts a position file; keys are paths, or inodes with follow_inodes."""

    def __init__(self, path: Path, *, follow_inodes: bool, log: Log, mode: int = 0o644) -> None:
        self._path = path
        self._follow_inodes = follow_inodes
        self._log = log
        self._mode = mode
        path.parent.mkdir(parents=True, exist_ok=True)
        self._entries: dict[str | int, Entry] = {}
        self._dirty: list[Entry] = []
        self._load()
        self._fd = -1
        self._rewrite()

    def _key(self, path: str, inode: int) -> str | int:
        return inode if self._follow_inodes else path

    def _load(self) -> None:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        for line in data.splitlines():
            found = _LINE.match(line)
            if found is None:
                if line.strip():
                    self._log.warning("cannot read line of the position file: left out", line=line[:200])
                continue
            position, inode = int(found[2], 16), int(found[3], 16)
            if position != UNWATCHED:
                path = os.fsdecode(found[1])
                self._entries[self._key(path, inode)] = Entry(path, position, inode, 0)

    def _rewrite(self) -> None:
        """Write the whole file anew and put it in the place of the old one."""
        out, seeks, seek = [], [], 0
        for entry in self._entries.values():
            head = os.fsencode(entry.path) + b"\t"
            line = head + b"%016x\t%016x\n" % (entry.position, entry.inode)
            seeks.append(seek + len(head))
            out.append(line)
            seek += len(line)
        beside = self._path.with_name(self._path.name + ".tmp")
        fd = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, self._mode)
        try:
            _write_all(fd, b"".join(out), 0)
            os.fsync(fd)  # after a power cut there is the old file or the new one, not an empty one
            os.replace(beside, self._path)
        except OSError:  # the old file goes on
            os.close(fd)
            raise
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = fd, seek
        for entry, place in zip(self._entries.values(), seeks, strict=True):
            entry.seek, entry.dirty = place, False
        self._dirty.clear()

    def get(self, path: str, inode: int) -> Entry | None:
        """What was saved for a file, None if nothing was."""
        entry = self._entries.get(self._key(path, inode))
        return entry if entry is not None and (entry.inode or entry.position) else None

    def set(self, path: str, inode: int, position: int) -> None:
        """Note a position; `flush` writes it. Raises OSError when the line of a new file cannot be written."""
        key = self._key(path, inode)
        entry = self._entries.get(key)
        if entry is None:
            head = os.fsencode(path) + b"\t"
            line = head + b"%016x\t%016x\n" % (position, inode)
            _write_all(self._fd, line, self._size)
            self._entries[key] = Entry(path, position, inode, self._size + len(head))
            self._size += len(line)
        elif entry.position != position or entry.inode != inode:
            entry.position, entry.inode = position, inode
            if not entry.dirty:
                entry.dirty = True
                self._dirty.append(entry)

    def flush(self) -> None:
        """Write the positions noted since the last time. Raises OSError (disk full): they stay noted."""
        while self._dirty:
            entry = self._dirty[-1]
            _write_all(self._fd, b"%016x\t%016x" % (entry.position, entry.inode), entry.seek)
            entry.dirty = False
            self._dirty.pop()

    def unwatch(self, path: str, inode: int) -> None:
        """Mark a file as no longer followed; the line goes at the next compaction."""
        entry = self._entries.pop(self._key(path, inode), None)
        if entry is not None:
            if entry.dirty:
                self._dirty.remove(entry)
            _write_all(self._fd, b"%016x" % UNWATCHED, entry.seek)

    def keep_only(self, keys: Collection[str | int]) -> None:
        """Drop lines of files that are neither there nor followed."""
        for key in [key for key in self._entries if key not in keys]:
            del self._entries[key]
        self._rewrite()

    def compact(self) -> None:
        """Rewrite the file without the lines of files no longer followed."""
        self._rewrite()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


@dataclass(slots=True)
class Remembered:
    """A file as the sidecar knows it; `state` is current, rotated (still read) or finished."""

    path: str
    inode: int
    position: int
    head_length: int
    head_digest: str
    state: str


class Sidecar:
    """`<pos_file>.kelp`: a snapshot of the files being read, replaced as a whole."""

    def __init__(self, path: Path, log: Log) -> None:
        self._path = path
        self._log = log

    def load(self) -> tuple[int, list[Remembered]]:
        """When the snapshot was made (nanoseconds, 0 if there is none) and the files in it."""
        try:
            data: dict[str, Any] = json.loads(self._path.read_bytes())
            return int(data["saved"]), [Remembered(**one) for one in data["files"]]
        except FileNotFoundError:
            return 0, []
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._log.warning(
                "cannot read file beside the position file: ignored", path=self._path, error=error
            )
            return 0, []

    def save(self, files: list[Remembered], moment: int) -> None:
        """Replace the snapshot. `moment`: the time (nanoseconds) up to which it knows of every rotation."""
        body = json.dumps({"version": 1, "saved": moment, "files": [asdict(one) for one in files]})
        beside = self._path.with_name(self._path.name + ".tmp")
        beside.write_text(body)
        os.replace(beside, self._path)


def _write_all(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written
