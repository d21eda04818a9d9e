"""Opens files the moment they come to a followed path, whatever the loop is doing.

The loop may be busy for longer than a file lives: with other files, a full buffer, a slow disk. A file that was renamed
meanwhile is found beside its path; one that was deleted is lost to whoever had not opened it.
"""

import contextlib
import os
import select
import threading
from collections import deque
from collections.abc import Callable, Iterable

from kelp.agent.tail.inotify import IN_CREATE, IN_MOVED_TO, Inotify
from kelp.agent.tail.reader import Reader
from kelp.common.log import Log

_MOST = 256  # files held open for the loop; what comes while there are so many, it has to find itself
_FAULT_WAIT = 1.0

Followed = Callable[[int, str], Iterable[tuple[str, str]]]
"""(descriptor of a folder, name in it) → followed paths that lead to it, each with the real path."""


class Catcher:
    """A thread that reads the news of `inotify` and keeps them, and the files that came, until the loop asks.

    `fd` is readable when there are news.
    """

    def __init__(self, inotify: Inotify, followed: Followed, log: Log) -> None:
        self._inotify = inotify
        self._followed = followed
        self._log = log
        self._news: deque[tuple[int, int, str]] = deque()
        self._caught: deque[Reader] = deque()
        self._stopping = threading.Event()
        self._stop_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="tail-catcher", daemon=True)
        self._thread.start()

    def news(self) -> list[tuple[int, int, str]]:
        """What happened since the last call, as `Inotify.read` tells it."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.fd)
        return [self._news.popleft() for _ in range(len(self._news))]

    def caught(self) -> list[Reader]:
        """The files that came since the last call, oldest first; they are the caller's to close."""
        return [self._caught.popleft() for _ in range(len(self._caught))]

    def close(self) -> None:
        """End the thread and close what nobody asked for."""
        self._stopping.set()
        os.eventfd_write(self._stop_fd, 1)
        self._thread.join()
        for reader in self.caught():
            reader.close()
        os.close(self._stop_fd)
        os.close(self.fd)

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._inotify.fd, select.POLLIN)
        poll.register(self._stop_fd, select.POLLIN)
        while not self._stopping.is_set():
            try:
                poll.poll()
                self._read()
            except Exception:  # noqa: BLE001  # whatever it was, news must go on
                self._log.exception("watching folders met a fault: it goes on")
                self._stopping.wait(_FAULT_WAIT)

    def _read(self) -> None:
        happened = self._inotify.read()
        for descriptor, mask, name in happened:
            if mask & (IN_CREATE | IN_MOVED_TO):
                for path, real_path in self._followed(descriptor, name):
                    self._catch(path, real_path)
        if happened:
            self._news.extend(happened)
            os.eventfd_write(self.fd, 1)

    def _catch(self, path: str, real_path: str) -> None:
        if len(self._caught) < _MOST:
            with contextlib.suppress(OSError):  # gone again, or the loop will meet and tell the same error
                self._caught.append(Reader.open(path, 0, real_path))
