"""Where the events on their way came from, so that no position is saved past what a stage still keeps in memory.

An input that can read again (tail) emits each block as an `emission` with an origin, the block's place in its file,
and the place of each event. A stage that keeps an event back takes a hold on its line, or on the origins of the
present emission where an earlier stage made the event; it lets go when the emission that carries the event on has
returned. Until then the input saves the oldest place held.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol, Self, TypeVar

from kelp.agent.event import Record

_lock = threading.RLock()
_present = threading.local()
_StreamT = TypeVar("_StreamT", bound="_Stream")


class Ledger:
    """The places of one file from which something is still kept somewhere."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[Origin, int] = {}

    @property
    def is_empty(self) -> bool:
        return not self._held

    def oldest(self) -> int | None:
        """The lowest position held, None while nothing is."""
        if not self._held:
            return None
        with _lock:
            return min((origin.position for origin in self._held), default=None)

    def forget(self) -> None:
        """The file was emptied: its former positions have no meaning."""
        with _lock:
            self._held.clear()

    def count(self, origin: "Origin", change: int) -> None:
        """Add to the holds on a place; to be called with the lock."""
        holds = self._held.get(origin, 0) + change
        if holds > 0:
            self._held[origin] = holds
        else:
            self._held.pop(origin, None)


class Origin:
    """A place in a file (bytes) from which something is kept. Compared by identity."""

    __slots__ = ("ledger", "position")

    def __init__(self, ledger: Ledger, position: int) -> None:
        self.ledger = ledger
        self.position = position


class Lines:
    """Where the events of an emission begin in their file.

    `records`: as they were emitted; `start_of`: index of an event → position (bytes) of its line.
    """

    __slots__ = ("_ledger", "_next", "_records", "_start_of")

    def __init__(self, ledger: Ledger, records: list[Record], start_of: Callable[[int], int]) -> None:
        self._ledger = ledger
        self._records = records.copy()  # stages may take events out of their batch
        self._start_of = start_of
        self._next = 0

    def origin_of(self, record: Record) -> Origin | None:
        """The line of an event, found by its identity; None for an event that a stage made."""
        count, begin = len(self._records), self._next
        for index in chain(range(begin, count), range(begin)):
            if self._records[index] is record:
                self._next = index
                return Origin(self._ledger, self._start_of(index))
        return None


@dataclass(slots=True, eq=False)
class Emission:
    """Events on their way through the stages of one thread.

    `origins`: where they come from; `lines`: the same by event, where the input knows; `keepers`: who kept some of
    them; `taken`: holds taken before the end; `handed_on`: holds to let go of once it has returned; `undo`: puts
    stages back as they were, should it fail.
    """

    origins: list[Origin]
    lines: Lines | None = None
    keepers: list["Kept"] = field(default_factory=list)
    taken: list[Origin] = field(default_factory=list)
    handed_on: list[Origin] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)


def present() -> Emission | None:
    """What this thread is emitting; None when it comes from an input that cannot read again."""
    return getattr(_present, "emission", None)


@contextmanager
def emission(*origins: Origin, lines: Lines | None = None) -> Iterator[Emission]:
    """Emit within: success lets go of what was handed on, an exception undoes what stages did and goes on."""
    outer = present()
    inner = _present.emission = Emission(list(origins), lines)
    try:
        yield inner
    except BaseException:
        for undo in reversed(inner.undo):
            undo()
        for kept in inner.keepers:
            kept.drop(inner)
        _count(inner.taken, -1)
        raise
    else:
        for kept in inner.keepers:
            kept.settle(inner)
        _count(inner.handed_on, -1)
    finally:
        _present.emission = outer


class _Stream(Protocol):
    def copy(self) -> Self:
        """The same state, which is not touched by what happens to this one."""


def remember(
    states: dict[str, dict[Any, _StreamT]], tag: str, lock: "threading.Lock | threading.RLock"
) -> None:
    """Should the present emission fail, its events come again: they must find `states[tag]` as it is now."""
    now = present()
    if now is None:
        return
    before = {name: stream.copy() for name, stream in states.get(tag, {}).items()}

    def restore() -> None:
        with lock:
            states[tag] = before

    now.undo.append(restore)


def _count(origins: Iterable[Origin], change: int) -> None:
    with _lock:
        for origin in origins:
            origin.ledger.count(origin, change)


@dataclass(slots=True)
class _Fresh:
    """The first event kept of an emission under way, and how many origins that had by then."""

    emission: Emission
    record: Record
    origins: int


class Kept:
    """The origins of the records that a stage keeps together.

    What leaves within the emission in which it came costs next to nothing: a hold is taken at the end, on the line of
    the first event that is still kept. A stage that joins events hands on the first one, or a new one.
    """

    __slots__ = ("_fresh", "origins")

    def __init__(self, origins: Iterable[Origin] = ()) -> None:
        self.origins = list(origins)
        self._fresh: _Fresh | None = None

    @property
    def is_of_file(self) -> bool:
        """Whether what is kept can be read again."""
        return bool(self.origins)

    def add(self, record: Record) -> None:
        """An event of the present emission is kept."""
        now = present()
        if now is None or (self._fresh is not None and self._fresh.emission is now):
            return
        self.settle()  # of an emission in another thread
        self._fresh = _Fresh(now, record, len(now.origins))
        now.keepers.append(self)

    def settle(self, of: Emission | None = None) -> None:
        """Take a hold on what was kept since the last time (`of` that emission)."""
        if self._fresh is None:
            return
        with _lock:  # a timer may hand on what the end of the emission is about to hold
            fresh = self._fresh
            if fresh is None or (of is not None and fresh.emission is not of):
                return
            line = fresh.emission.lines.origin_of(fresh.record) if fresh.emission.lines else None
            wanted = [line] if line is not None else fresh.emission.origins[: fresh.origins]
            new = [origin for origin in wanted if origin not in self.origins]
            _count(new, 1)
            fresh.emission.taken.extend(new)
            self.origins.extend(new)
            self._fresh = None  # last: `hand_on` looks at it before it takes the lock

    def drop(self, of: Emission) -> None:
        """The emission failed: what was kept of it comes again."""
        if self._fresh is not None and self._fresh.emission is of:
            self._fresh = None

    def hand_on(self) -> None:
        """All that was kept leaves with the present emission: whoever keeps it next holds its origins too."""
        now = present()
        if now is not None:
            self.drop(now)
        if self._fresh is None and not self.origins:
            return
        with _lock:
            self.settle()
            if now is None:
                # It leaves along with events that cannot be read again, so nobody would know of a failure.
                _count(self.origins, -1)
            else:
                now.handed_on.extend(self.origins)
                now.origins.extend(origin for origin in self.origins if origin not in now.origins)
            self.origins.clear()

    def join(self, other: "Kept") -> None:
        """Keep what another keeps, too, in its place."""
        other.settle()
        self.origins += other.origins

    def copy(self) -> "Kept":
        self.settle()
        return Kept(self.origins)
