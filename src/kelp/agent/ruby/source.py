"""The text of a Ruby expression and a position in it."""

import re

from kelp.common.errors import KelpError

_BLANK = re.compile(r"(?:[ \t]|\\\n)*")
_BLANK_OR_LINES = re.compile(r"(?:[ \t\r\n]|\\\n|#[^\n]*(?:\n|\Z))*")
IDENTIFIER = re.compile(r"[a-z_][a-zA-Z0-9_]*")
ASSIGNMENT = re.compile(r"[ \t]*(\|\||&&|<<|\*\*|[-+*/%|&])?=(?![=~>])")
CONSTANT = re.compile(r"[A-Z][a-zA-Z0-9_]*(?:::[A-Z][a-zA-Z0-9_]*)*")


class RubySyntaxError(KelpError):
    """Ruby that is not known here, with its place in the text."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class Source:
    """Walks over an expression."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at

    def blank(self, *, lines: bool = False) -> None:
        """Skip blanks, and line ends and comments too with `lines`."""
        found = (_BLANK_OR_LINES if lines else _BLANK).match(self.text, self.at)
        self.at = found.end() if found else self.at

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def looking_at(self, *tokens: str) -> bool:
        return self.text.startswith(tokens, self.at)

    def take(self, token: str) -> bool:
        """Move behind `token` if it stands here."""
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def scan(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def word(self) -> str:
        """The identifier here, not consumed; empty without one."""
        found = IDENTIFIER.match(self.text, self.at)
        return found[0] if found else ""

    def take_word(self, *words: str) -> str:
        """Move behind the identifier here if it is one of `words`."""
        word = self.word()
        # `if:` is a label and `if?` a method, not the keyword.
        after = self.text[self.at + len(word) : self.at + len(word) + 1]
        if word in words and after not in ("?", "!"):
            self.at += len(word)
            return word
        return ""

    def expect(self, token: str) -> None:
        self.blank(lines=True)
        if not self.take(token):
            raise self.fault(f"expected {token!r}")

    def expect_word(self, word: str) -> None:
        self.blank(lines=True)
        if not self.take_word(word):
            raise self.fault(f"expected {word!r}")

    def fault(self, message: str) -> RubySyntaxError:
        rest = self.text[self.at : self.at + 20].split("\n")[0]
        return RubySyntaxError(f"{message} at {rest!r}" if rest else f"{message} at the end", self.at)
