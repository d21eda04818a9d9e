"""Which files an input follows: finding them, and seeing where their paths lead."""

import contextlib
import os
import time
from collections.abc import Sequence

from kelp.agent.tail.paths import PathExpander, tag_part
from kelp.agent.tail.reader import Identity, Reader
from kelp.agent.tail.recovery import open_watch
from kelp.agent.tail.state import TailState
from kelp.agent.tail.watch import Watch


class FollowedFiles:
    """The followed paths and the files behind them."""

    def __init__(self, state: TailState, expander: PathExpander) -> None:
        self._state = state
        self._expander = expander
        self._startup = True

    def refresh(self, now: float) -> None:
        """Look for files anew; what came is followed, what is gone is read to its end and forgotten."""
        paths = self._expander.expand()
        wanted = set(paths)
        for path in [path for path in self._state.watches if path not in wanted]:
            self._drop(self._state.watches[path], now)
        # a path that was rotated away and not made anew has a rest to read, too
        lost = [
            path
            for path in self._state.progress.remembered
            if path not in wanted and self._expander.matches(path)
        ]
        for path in [*paths, *lost]:
            if path not in self._state.watches:
                self._add(path, now)
            self._state.watches[path].dropped, self._state.watches[path].gone_at = False, None
            if self._state.stopping.is_set():
                break
        else:
            self._state.progress.remembered.clear()  # every path was looked at: the rest is not followed any more
        self._state.news.watch_folders(self._expander.folders(paths))
        self._startup = False
        self._state.counters.tracked = len(self._state.watches)

    def look(self, watch: Watch, now: float) -> bool:
        """See where the path leads; returns whether the current file has nothing new."""
        looked = time.time_ns()
        caught = self._caught(watch)  # before looking: what comes later is of the next look
        status = None
        if not watch.dropped:
            with contextlib.suppress(OSError):
                status = os.stat(watch.path)
        current = watch.current
        if status is None:
            if current is not None or caught:
                watch.rotate(now)
                self._rotated(watch, now, looked, caught)
            return not watch.readers
        identity = (status.st_dev, status.st_ino)
        if current is not None and current.identity == identity:
            if caught:
                self._rotated(watch, now, looked, caught)
            watch.looked_ns = looked
            seen = (status.st_size, status.st_mtime_ns)
            if seen == current.seen and status.st_size == current.offset:
                return not caught
            current.seen = seen
            return False
        watch.rotate(now)
        if self._open_current(watch, identity, caught) or caught:
            self._rotated(watch, now, looked, caught)
        return False

    def identities(self) -> set[Identity]:
        """All files being read."""
        return {reader.identity for watch in self._state.watches.values() for reader in watch.readers}

    def opened(self, watch: Watch) -> None:
        """Files were opened behind a path: their news and positions are of interest now."""
        for reader in watch.readers:
            self._note_opened(reader)

    def _note_opened(self, reader: Reader) -> None:
        if not self._state.news.covers(reader):
            self._state.news.watch_file(reader)
        if reader.window == 0.0:
            self._state.counters.opened += 1
            reader.window = time.monotonic()
        self._state.progress.note(reader)

    def _add(self, path: str, now: float) -> None:
        watch = Watch(
            path, tag_part(path), self._state.options.rotate_wait, self._state.log, self._state.options.longest_line,
            finished=self._state.progress.finished, looked_ns=time.time_ns(),
        )  # fmt: skip
        self._state.watches[path] = watch
        identity, size = (0, 0), 0
        with contextlib.suppress(OSError):
            status = os.stat(path)
            identity, size = (status.st_dev, status.st_ino), status.st_size
        if self._adopt(watch, identity):
            return
        entry = self._state.progress.entry(path, identity[1])
        files = self._state.progress.remembered.pop(path, [])
        done = self._state.progress.finished.get(identity)
        if done is not None and not files and size >= done.position:
            self._open(watch)
        else:
            from_head = self._state.options.read_from_head or not self._startup
            open_watch(
                watch,
                entry,
                files,
                self._state.progress.saved_ns,
                self.identities(),
                now,
                from_head=from_head,
            )
        self.opened(watch)
        self._state.log.info(
            "following file", path=path, position=watch.readers[-1].position if watch.readers else 0
        )

    def _adopt(self, watch: Watch, identity: Identity) -> bool:
        """A file renamed to a path that is followed too goes on where it was; returns whether it was one."""
        for other in self._state.watches.values():
            for reader in other.readers:
                if reader.rotated and reader.identity == identity:
                    other.readers.remove(reader)
                    reader.rotated, reader.path = False, watch.path
                    watch.take(reader)
                    self._state.news.watch_file(reader)
                    self._state.progress.note(reader)
                    return True
        return False

    def _drop(self, watch: Watch, now: float) -> None:
        """The path is gone or no longer wanted: its file is read to the end, then forgotten."""
        if os.path.exists(watch.path):
            watch.dropped = True
            watch.rotate(now)
        if watch.readers:
            return  # a path that is only gone for the moment of its rotation stays watched
        if watch.gone_at is None:
            watch.gone_at = now
            self._state.progress.unwatch_path(watch.path)
        if not watch.dropped and not watch.is_gone_for_good(now):
            return
        del self._state.watches[watch.path]
        self._state.news.forget_path(watch.path, watch.real_path)
        if self._state.throttle is not None:
            self._state.throttle.forget(watch.path)

    def _caught(self, watch: Watch) -> list[Reader]:
        """Files the path led to since the last look, perhaps for a moment only, that are not read yet."""
        caught = self._state.news.caught(watch.path)
        if not caught:
            return caught
        known, new = self.identities(), []
        for reader in caught:
            if watch.dropped or reader.identity in known or reader.real_path != watch.real_path:
                reader.close()
            else:
                known.add(reader.identity)
                new.append(reader)
                self._go_on(reader)
        return new

    def _open_current(self, watch: Watch, identity: Identity, caught: list[Reader]) -> bool:
        """Read the file the path leads to, which may be among the `caught` ones; returns whether that is possible."""
        if self._adopt(watch, identity):
            return True
        for reader in caught:
            if reader.identity == identity:
                caught.remove(reader)
                watch.take(reader)
                return True
        return self._open(watch)

    def _open(self, watch: Watch) -> bool:
        reader = watch.open(0)
        if reader is not None:
            self._go_on(reader)
        return reader is not None

    def _go_on(self, reader: Reader) -> None:
        """A file that was read before goes on where it was."""
        done = self._state.progress.finished.get(reader.identity)
        if done is not None and reader.head[: len(done.head)] == done.head and done.position <= reader.size():
            reader.position = done.position

    def _rotated(self, watch: Watch, now: float, looked: int, caught: Sequence[Reader]) -> None:
        """Find what was missed, and save that before the position file forgets the old file."""
        self._state.counters.rotated += 1
        watch.open_missed(now, self.identities(), caught)
        watch.looked_ns = looked
        self.opened(watch)
        self._state.progress.save_files(now)
