"""What a watch knows: objects by uid, found by name or alias, kept for a while after they are deleted."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kelp.agent.kubernetes.metadata import Fields

T = TypeVar("T")
Name = tuple[str | None, str | None]
# How long a deleted object is kept for its late lines.
_KEEP_SECONDS = 3600.0


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T
    name: Name
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """An object, and whether it can be relied on: a name alone may mean the successor of a deleted one."""

    value: T
    sure: bool


class WatchedObjects(Generic[T]):
    """Objects of one kind; thread-safe.

    At most `keep_deleted` deleted objects are kept, the latest, each for an hour.
    """

    def __init__(
        self,
        read: Callable[[Fields], T],
        aliases: Callable[[Fields], Iterable[str]] = lambda _: (),
        keep_deleted: int = 1000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._aliases = aliases
        self._keep_deleted = max(keep_deleted, 0)
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry[T]] = {}
        self._by_name: dict[Name, str] = {}
        self._by_alias: dict[str, str] = {}
        self._deleted: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def find(
        self, namespace: str | None, name: str | None, aliases: Iterable[str | None] = ()
    ) -> Found[T] | None:
        """The object with one of the uids or aliases, else the one of that name."""
        with self._lock:
            for alias in aliases:
                uid = self._by_alias.get(alias) if alias else None
                if uid is not None:
                    return Found(self._entries[uid].value, sure=True)
            uid = self._by_name.get((namespace, name))
            if uid is None:
                return None
            return Found(self._entries[uid].value, sure=uid not in self._deleted)

    def replace(self, objects: Iterable[Fields]) -> None:
        """Take the objects of a full list; what it lacks is deleted."""
        with self._lock:
            gone = self._entries.keys() - self._deleted.keys()
            for one in objects:
                gone.discard(self._put(one))
            for uid in gone:
                self._deleted[uid] = self._clock()
            self._forget()

    def put(self, one: Fields) -> None:
        """Take an added or changed object."""
        with self._lock:
            self._put(one)
            self._forget()

    def delete(self, one: Fields) -> None:
        """Mark an object as deleted, in its last state."""
        with self._lock:
            uid = self._put(one, deleted=True)
            self._deleted[uid] = self._clock()
            self._forget()

    def _put(self, one: Fields, *, deleted: bool = False) -> str:
        metadata: dict[str, Any] = one.get("metadata") or {}
        uid, name = str(metadata.get("uid")), (metadata.get("namespace"), metadata.get("name"))
        before = self._entries.get(uid)
        # Earlier ids of a restarted container still lead to its pod.
        aliases = tuple(dict.fromkeys((*self._aliases(one), *(before.aliases if before else ()))))[
            :_MAX_ALIASES
        ]
        self._drop(uid)
        self._entries[uid] = _Entry(self._read(one), name, aliases)
        if not deleted or self._by_name.get(name) is None:
            self._by_name[name] = uid
        self._by_alias.update(dict.fromkeys((uid, *aliases), uid))
        return uid

    def _drop(self, uid: str) -> None:
        self._deleted.pop(uid, None)
        entry = self._entries.pop(uid, None)
        if entry is None:
            return
        if self._by_name.get(entry.name) == uid:
            del self._by_name[entry.name]
        for alias in (uid, *entry.aliases):
            if self._by_alias.get(alias) == uid:
                del self._by_alias[alias]

    def _forget(self) -> None:
        oldest = self._clock() - _KEEP_SECONDS
        while self._deleted:
            uid, since = next(iter(self._deleted.items()))
            if since > oldest and len(self._deleted) <= self._keep_deleted:
                return
            self._drop(uid)


# Ids of containers kept for one pod: enough for the logs that rotation leaves of restarted ones.
_MAX_ALIASES = 100
