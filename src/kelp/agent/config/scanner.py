"""A position in a text, with error samples that show the line, its neighbours and a caret."""

import bisect
import re

from kelp.agent.config.errors import ConfigError, Place


class Scanner:
    """Walks over the text of one configuration file."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0
        self.matched = ""
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def skip(self, pattern: "re.Pattern[str]") -> bool:
        """Move behind `pattern` if it matches here; `matched` is its text."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        self.matched = match[0]
        return True

    def scan(self, pattern: "re.Pattern[str]") -> str | None:
        return self.matched if self.skip(pattern) else None

    def looking_at(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    @property
    def at_end(self) -> bool:
        return self.at >= len(self.text)

    @property
    def line(self) -> int:
        """The line of the position, counted from 1."""
        return bisect.bisect_right(self._starts, self.at)

    def fault(self, message: str, at: int | None = None) -> ConfigError:
        """A syntax error at `at` (default: here) with the line, its neighbours and a caret."""
        if at is not None:
            self.at = at
        line = min(self.line, len(self._starts))
        column = self.at - self._starts[line - 1]
        lines = self.text.split("\n")
        sample = []
        for number in (line - 1, line, line + 1):
            if 1 <= number <= len(lines):
                sample.append(f"{number:>4}: {lines[number - 1]}".rstrip())
            if number == line:
                sample.append("      " + "-" * column + "^")
        return ConfigError(f"{message}\n" + "\n".join(sample), Place(self.file, line))
