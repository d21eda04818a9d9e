"""Base of parsers: text of one event → time and record."""

from dataclasses import dataclass, field
from typing import Any

from kelp.agent.plugin.base import Plugin

Parsed = tuple[int | None, dict[str, Any]]


@dataclass(slots=True)
class ParsedLines:
    """The result of parsing many lines: times and records of those that matched, in order.

    `unmatched` holds the indexes of the lines that did not match; every other line gave one event.
    """

    times: list[int] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    unmatched: list[int] = field(default_factory=list)


class Parser(Plugin):
    """Turns text into events."""

    def parse(self, text: str) -> Parsed | None:
        """Time (None: unknown) and record of one event; None when the text does not match."""
        raise NotImplementedError

    def parse_lines(self, lines: list[bytes]) -> ParsedLines:
        """Parse many lines, each without its newline: the hot path. Unknown times become the present."""
        raise NotImplementedError
