"""News of files and folders by inotify; what it cannot watch is polled."""

import os
from collections.abc import Callable, Iterable, Iterator

from kelp.agent.tail.catcher import Catcher
from kelp.agent.tail.inotify import FOLDER_EVENTS, IN_ATTRIB, IN_DELETE_SELF, IN_MODIFY, IN_MOVE_SELF, Inotify
from kelp.agent.tail.reader import Identity, Reader
from kelp.common.log import Log


class News:
    """What is told of followed files; this one tells nothing, so that all of them are polled."""

    def descriptors(self, *, appended: bool) -> list[int]:
        """Readable when a file was created, renamed or deleted, or, with `appended`, grew."""
        return []

    def covers(self, reader: Reader) -> bool:
        """Whether news of this file are told."""
        return False

    def watch_file(self, reader: Reader) -> None:
        """Tell news of a file, wherever it is renamed to."""

    def watch_folders(self, folders: Iterable[str]) -> None:
        """Tell news of what comes and goes in these folders."""

    def forget(self, reader: Reader) -> None:
        """Tell no more news of a file."""

    def forget_path(self, path: str, real_path: str) -> None:
        """A path is no longer followed."""

    def news(self) -> set[str | None]:
        """Followed paths with news; None: a file came or went that is not followed, or news were lost."""
        return set()

    def caught(self, path: str) -> list[Reader]:
        """Files that came to a followed path since the last call, oldest first; they are the caller's to close."""
        return []

    def close(self) -> None:
        """End telling."""


class Notifier(News):
    """News by inotify. Two instances: appended bytes may wait a moment to gather, files that come and go may not.

    Raises OSError where there is no inotify.
    """

    def __init__(self, log: Log) -> None:
        self._appended = Inotify()
        self._moved = Inotify()
        self._log = log
        self._files: dict[Identity, tuple[int, int]] = {}
        self._paths: tuple[dict[int, set[str]], dict[int, set[str]]] = ({}, {})
        self._folders: dict[str, int] = {}
        self._folder_names: dict[int, str] = {}
        self._real_paths: dict[str, set[str]] = {}
        self._exhausted = False
        self._catcher = Catcher(self._moved, self._followed, log)
        self._caught: dict[str, list[Reader]] = {}

    def descriptors(self, *, appended: bool) -> list[int]:
        return [self._catcher.fd, self._appended.fd] if appended else [self._catcher.fd]

    def covers(self, reader: Reader) -> bool:
        return reader.identity in self._files

    def watch_file(self, reader: Reader) -> None:
        file = f"/proc/self/fd/{reader.fd}"
        appended = self._try(lambda: self._appended.watch(file, IN_MODIFY))
        if appended is None:
            return
        moved = self._try(lambda: self._moved.watch(file, IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF))
        if moved is None:
            self._appended.unwatch(appended)
            return
        self._files[reader.identity] = (appended, moved)
        for paths, descriptor in zip(self._paths, (appended, moved), strict=True):
            paths.setdefault(descriptor, set()).add(reader.path)
        folder = os.path.dirname(reader.real_path)
        self._real_paths.setdefault(reader.real_path, set()).add(reader.path)
        if folder not in self._folders:
            self._watch_folder(folder)

    def watch_folders(self, folders: Iterable[str]) -> None:
        for folder in folders:
            if folder not in self._folders:
                self._watch_folder(folder)

    def _watch_folder(self, folder: str) -> None:
        descriptor = self._try(lambda: self._moved.watch(folder, FOLDER_EVENTS))
        if descriptor is not None:
            self._folders[folder] = descriptor
            self._folder_names[descriptor] = folder

    def forget(self, reader: Reader) -> None:
        descriptors = self._files.pop(reader.identity, None)
        if descriptors is None:
            return
        for inotify, paths, descriptor in zip(
            (self._appended, self._moved), self._paths, descriptors, strict=True
        ):
            paths.pop(descriptor, None)
            inotify.unwatch(descriptor)

    def forget_path(self, path: str, real_path: str) -> None:
        paths = self._real_paths.get(real_path, set())
        paths.discard(path)
        if not paths:
            self._real_paths.pop(real_path, None)
        for reader in self.caught(path):
            reader.close()

    def news(self) -> set[str | None]:
        paths: set[str | None] = set()
        for descriptor, _mask, _name in self._appended.read():
            paths |= self._paths[0].get(descriptor, {None} if descriptor < 0 else set())
        for descriptor, _mask, name in self._catcher.news():
            if descriptor in self._paths[1]:
                paths |= self._paths[1][descriptor]
            elif descriptor in self._folder_names:
                path = os.path.join(self._folder_names[descriptor], name)
                paths |= self._real_paths.get(path, {None})
            elif descriptor < 0:
                paths.add(None)
        return paths

    def caught(self, path: str) -> list[Reader]:
        for reader in self._catcher.caught():
            self._caught.setdefault(reader.path, []).append(reader)
        return self._caught.pop(path, [])

    def _followed(self, descriptor: int, name: str) -> Iterator[tuple[str, str]]:
        """Called by the catcher's thread while the loop changes the tables: each is asked once."""
        folder = self._folder_names.get(descriptor)
        if folder is not None:
            real_path = os.path.join(folder, name)
            for path in tuple(self._real_paths.get(real_path, ())):
                yield path, real_path

    def _try(self, watch: Callable[[], int]) -> int | None:
        try:
            return watch()
        except FileNotFoundError:
            return None
        except OSError as error:
            if not self._exhausted:
                self._log.warning(
                    "cannot watch by inotify: such files are polled (see fs.inotify.max_user_watches)",
                    error=error,
                )
                self._exhausted = True
            return None

    def close(self) -> None:
        self._catcher.close()
        for readers in self._caught.values():
            for reader in readers:
                reader.close()
        self._appended.close()
        self._moved.close()
