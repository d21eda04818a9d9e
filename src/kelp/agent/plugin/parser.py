"""Base of parsers: text of one event → time and record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kelp.agent.plugin.base import Plugin

Parsed = tuple[int | None, dict[str, Any]]


@dataclass(slots=True)
class ParsedLines:
    """The result of parsing many lines: times and records of those that matched, in order.

    `lines` holds the index of the line each event came from; a line may give several (a JSON array).
    `unmatched` holds the indexes of the lines that did not match, `errors` the reason by index for lines that
    matched but whose time cannot be read.
    """

    times: list[int] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    unmatched: list[int] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)


class Parser(Plugin):
    """Turns text into events."""

    def parse(self, text: str) -> Parsed | None:
        """Time (None: unknown) and record of one event; None when the text does not match."""
        raise NotImplementedError

    def parse_all(self, text: str) -> Iterable[Parsed | None]:
        """Every event in `text`: most forms hold one, a JSON array many; None for one that does not match."""
        return (self.parse(text),)

    def parse_value(self, value: Any) -> Parsed | None:
        """What becomes of a value that is no text, such as a hash; None where the form wants text."""
        return None

    @property
    def estimates_time(self) -> bool:
        """Whether it, and any parser within it, gives events without a time the present."""
        inner = [child for child in self.children if isinstance(child, Parser)]
        return bool(getattr(self, "estimate_current_event", True)) and all(
            one.estimates_time for one in inner
        )

    def parse_bytes(self, data: bytes) -> Iterable[Parsed | None]:
        """As `parse_all`, of what came as bytes; those that are not UTF-8 stand as lone surrogates."""
        return self.parse_all(data.decode("utf-8", "surrogateescape"))

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        """Parse many texts, such as lines without their newlines: the hot path. Unknown times become the present."""
        raise NotImplementedError
