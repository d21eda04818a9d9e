"""The parts of a message that wait for the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kelp.agent.event import Record
from kelp.agent.origin import Kept
from kelp.agent.ruby.text import join

Part = tuple[int, Record]
Parts = list[Part]


@dataclass(slots=True)
class Stream:
    """What one stream holds: parts in order of arrival, their bytes, and when the last came (monotonic seconds).

    `number` grows with the streams, in the order in which they appeared.
    """

    tag: str
    identity: str = ""
    number: int = 0
    parts: Parts = field(default_factory=list)
    size_bytes: int = 0
    touched: float = 0.0
    kept: Kept = field(default_factory=Kept)

    @property
    def name(self) -> str:
        """What logs call it."""
        return f"{self.tag}:{self.identity or 'default'}"

    def take(self) -> Parts:
        """The parts, which the stream forgets."""
        parts, self.parts, self.size_bytes = self.parts, [], 0
        self.kept.hand_on()
        return parts

    def copy(self) -> "Stream":
        """The same state, which is not touched by what happens to this one."""
        return Stream(
            self.tag,
            self.identity,
            self.number,
            self.parts.copy(),
            self.size_bytes,
            self.touched,
            self.kept.copy(),
        )


def joined(parts: Parts, key: str, separator: str, order: "Callable[[Part], int] | None") -> Part:
    """Time and fields of the first part, with the texts of all parts joined."""
    time, first = parts[0]
    if len(parts) == 1 and type(first.get(key)) is str:
        return time, first.copy()
    ordered = sorted(parts, key=order) if order else parts
    return time, {**first, key: join([record.get(key) for _, record in ordered], separator)}
