"""Where the events on their way came from, so that no position is saved past what a stage still keeps in memory.

An input that can read again (tail) emits each block as an `emission` with an origin: the block's place in its file.
A stage that keeps records back takes a hold on the origins of the present emission, and lets go when the emission
that carries them on has returned. Until then the input saves the place of the oldest block held.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_lock = threading.Lock()
_present = threading.local()


class Ledger:
    """The blocks of one file of which something is still kept somewhere."""

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
        """Add to the holds on a block; to be called with the lock."""
        holds = self._held.get(origin, 0) + change
        if holds > 0:
            self._held[origin] = holds
        else:
            self._held.pop(origin, None)


class Origin:
    """A block of a file: the position (bytes) of its beginning. Compared by identity."""

    __slots__ = ("ledger", "position")

    def __init__(self, ledger: Ledger, position: int) -> None:
        self.ledger = ledger
        self.position = position


@dataclass(slots=True)
class Emission:
    """Events on their way through the stages of one thread.

    `origins`: where they come from; `taken`: holds stages took meanwhile; `handed_on`: holds to let go of once it has
    returned; `undo`: puts stages back as they were, should it fail.
    """

    origins: list[Origin]
    taken: list[Origin] = field(default_factory=list)
    handed_on: list[Origin] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)


def present() -> Emission | None:
    """What this thread is emitting; None when it comes from an input that cannot read again."""
    return getattr(_present, "emission", None)


@contextmanager
def emission(*origins: Origin) -> Iterator[Emission]:
    """Emit within: success lets go of what was handed on, an exception undoes what stages did and goes on."""
    outer = present()
    inner = _present.emission = Emission(list(origins))
    try:
        yield inner
    except BaseException:
        for undo in reversed(inner.undo):
            undo()
        _count(inner.taken, -1)
        raise
    else:
        _count(inner.handed_on, -1)
    finally:
        _present.emission = outer


def _count(origins: Iterable[Origin], change: int) -> None:
    with _lock:
        for origin in origins:
            origin.ledger.count(origin, change)


class Kept:
    """The origins of the records that a stage keeps together."""

    __slots__ = ("origins",)

    def __init__(self, origins: Iterable[Origin] = ()) -> None:
        self.origins = list(origins)

    def add(self) -> None:
        """Something of the present emission is kept."""
        now = present()
        if now is None:
            return
        new = [origin for origin in now.origins if origin not in self.origins]
        if new:
            _count(new, 1)
            now.taken.extend(new)
            self.origins.extend(new)

    def hand_on(self) -> None:
        """All that was kept leaves with the present emission: whoever keeps it next holds its origins too."""
        if not self.origins:
            return
        now = present()
        if now is None:
            # It leaves along with events that cannot be read again, so nobody would know of a failure.
            _count(self.origins, -1)
        else:
            now.handed_on.extend(self.origins)
            now.origins.extend(origin for origin in self.origins if origin not in now.origins)
        self.origins.clear()

    def copy(self) -> "Kept":
        return Kept(self.origins)
