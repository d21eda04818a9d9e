"""How far the files of an input were read, from one run to the next."""

import contextlib
import os
import time
from collections.abc import Iterable, Mapping

from kelp.agent.tail.positions import Entry, PositionFile, Remembered, Sidecar
from kelp.agent.tail.reader import Identity, Reader, digest
from kelp.agent.tail.watch import Finished, Watch
from kelp.common.log import Log

_SIDECAR_SHARE = 30  # the file beside the position file takes at most 1/30 of the time


class Progress:
    """Takes over what the last run saved, and saves how far `watches` (by path) came; nothing without `positions`.

    `finished`: rotated files that were read to their end. `remembered`: what the last run knew of paths not opened
    yet, as of `saved_ns` (nanoseconds; 0: there was none).
    """

    def __init__(
        self,
        watches: Mapping[str, Watch],
        positions: PositionFile | None,
        sidecar: Sidecar | None,
        log: Log,
        *,
        follow_inodes: bool,
        compaction_interval: float | None,
    ) -> None:
        self.finished: dict[Identity, Finished] = {}
        self.remembered: dict[str, list[Remembered]] = {}
        self.saved_ns = 0
        self._watches = watches
        self._positions = positions
        self._sidecar = sidecar
        self._log = log
        self._follow_inodes = follow_inodes
        self._compaction_interval = compaction_interval
        self._compaction_due = float("inf")
        self._sidecar_due = 0.0
        self._keeping: list[Reader] = []  # of which stages keep something

    @property
    def is_saved(self) -> bool:
        """Whether there is a position file."""
        return self._positions is not None

    def load(self, paths: Iterable[str]) -> None:
        """Take over what the last run saved; positions of files neither there, at `paths`, nor remembered go."""
        if self._sidecar is not None:
            self.saved_ns, files = self._sidecar.load()
            for file in files:
                self.remembered.setdefault(file.path, []).append(file)
        if self._positions is not None:
            self._positions.keep_only(self._known(paths))
        if self._compaction_interval:
            self._compaction_due = time.monotonic() + self._compaction_interval

    def _known(self, paths: Iterable[str]) -> set[str | int]:
        """Keys of the position file: paths and inodes."""
        keys: set[str | int] = set()
        for path in paths:
            keys.add(path)
            with contextlib.suppress(OSError):
                keys.add(os.stat(path).st_ino)
        keys.update(self.remembered)
        keys.update(file.inode for files in self.remembered.values() for file in files)
        return keys

    def entry(self, path: str, inode: int) -> Entry | None:
        """The line of the position file for a file, None without one."""
        return self._positions.get(path, inode) if self._positions is not None else None

    def note(self, reader: Reader) -> None:
        """Note how far a file may be taken for read; `flush` and `save` write it."""
        if self._positions is None or (reader.rotated and not self._follow_inodes):
            return
        if not reader.ledger.is_empty and not any(one is reader for one in self._keeping):
            self._keeping.append(reader)
        try:
            self._positions.set(reader.path, reader.identity[1], reader.safe_position)
        except OSError as error:
            self._log.error("cannot write position file: it is tried again", error=error)

    def flush(self) -> None:
        """Write the noted positions; those that cannot be written now stay noted."""
        if self._positions is None:
            return
        try:
            self._positions.flush()
        except OSError as error:
            self._log.error("cannot write position file: it is tried again", error=error)

    def unwatch_path(self, path: str) -> None:
        """A path is gone. Raises OSError."""
        if self._positions is not None and not self._follow_inodes:
            self._positions.unwatch(path, 0)

    def unwatch_file(self, reader: Reader) -> None:
        """A file was read to its end, and has no name any more perhaps. Raises OSError."""
        if self._positions is not None and self._follow_inodes and not os.fstat(reader.fd).st_nlink:
            self._positions.unwatch(reader.path, reader.identity[1])

    def save(self, now: float) -> None:
        """Write what is due at `now` (monotonic seconds)."""
        if self._positions is None:
            return
        self._note_released()
        self.flush()
        if now >= self._compaction_due and self._compaction_interval:
            self._compaction_due = now + self._compaction_interval
            try:
                self._positions.compact()
            except OSError as error:
                self._log.error("cannot compact position file: it is tried again", error=error)
        if any(watch.changed or len(watch.readers) > 1 for watch in self._watches.values()):
            self.save_files(now)

    def save_all(self) -> None:
        """Write everything, due or not."""
        self._note_released()
        self.flush()
        self._save_sidecar()

    def close(self) -> None:
        """Write what stages have handed on since, and let go of the position file."""
        if self._positions is not None:
            self.save_all()
            self._positions.close()

    def _note_released(self) -> None:
        """Stages may have handed on what they kept."""
        keeping, self._keeping = self._keeping, []
        for reader in keeping:
            if any(reader is one for watch in self._watches.values() for one in watch.readers):
                self.note(reader)

    def save_files(self, now: float) -> None:
        """Write which files there are, unless that was done just before `now`."""
        if now >= self._sidecar_due and self._positions is not None:
            self._save_sidecar()

    def _save_sidecar(self) -> None:
        if self._sidecar is None:
            return
        began = time.monotonic()
        files = [
            Remembered(d.path, identity[1], d.position, len(d.head), digest(d.head), "finished")
            for identity, d in self.finished.items()
        ]
        looked = [watch.looked_ns for watch in self._watches.values()]
        for watch in self._watches.values():
            files.extend(watch.remembered())
        if self.remembered:  # a run that ends this early has not looked at every path yet
            files.extend(file for known in self.remembered.values() for file in known)
            looked.append(self.saved_ns)
        try:
            self._sidecar.save(files, min(looked, default=time.time_ns()))
        except OSError as error:
            self._log.error("cannot write the file beside the position file: it is tried again", error=error)
            return
        for watch in self._watches.values():
            watch.changed = False
        ended = time.monotonic()
        self._sidecar_due = ended + (ended - began) * _SIDECAR_SHARE
