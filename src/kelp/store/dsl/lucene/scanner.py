"""Cutting a Lucene query into the pieces its grammar is made of."""

import re

from kelp.store.errors import ApiError

BLANKS = " \t\n\r　"
_SPECIAL = set(BLANKS + '()[]{}:^"~!')
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNICODE = re.compile(r"u([0-9a-fA-F]{4})")


class Scanner:
    """A text and a place in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def error(self, what: str) -> ApiError:
        """Elasticsearch's error for a query that cannot be parsed; says where and why."""
        reason = f"Failed to parse query [{self.text}]"
        cause = f"Cannot parse '{self.text}': {what} at line 1, column {self.at}."
        return ApiError(
            400,
            "query_shard_exception",
            reason,
            caused_by={"type": "parse_exception", "reason": cause},
        )

    def skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in BLANKS:
            self.at += 1

    def done(self) -> bool:
        return self.at >= len(self.text)

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def take(self, mark: str) -> bool:
        """Step over `mark` if it is next."""
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def take_word(self, word: str) -> bool:
        """Step over an operator written as a word, if it stands alone."""
        end = self.at + len(word)
        if self.text.startswith(word, self.at) and (
            end >= len(self.text) or self.text[end] in BLANKS + '()"+-!'
        ):
            self.at = end
            return True
        return False

    def term(self, stop: str = "") -> str:
        """A run of term characters, escapes kept as they are; empty when there is none here.

        Unlike Lucene a slash inside a term is an ordinary character, so that `path/to` needs no escape.
        """
        start = self.at
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                self.at = min(self.at + 2, len(self.text))
            elif char in _SPECIAL or char in stop:
                break
            else:
                self.at += 1
        return self.text[start : self.at]

    def quoted(self) -> str:
        """The text between quotes, escapes resolved; the place is at the opening quote."""
        start = self.at + 1
        end = start
        while end < len(self.text) and self.text[end] != '"':
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise self.error('Lexical error: a quote " is not closed')
        self.at = end + 1
        return unescape(self.text[start:end])

    def regexp(self) -> str | None:
        """The pattern between slashes; None when no slash closes it."""
        end = self.at + 1
        while end < len(self.text) and self.text[end] != "/":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            return None
        pattern = self.text[self.at + 1 : end].replace("\\/", "/")
        self.at = end + 1
        return pattern

    def number(self) -> str:
        """A number as text; empty when there is none here."""
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]


def unescape(text: str) -> str:
    r"""The text with `\x` and `\u0041` resolved.

    >>> unescape("a\\:b\\u0041")
    'a:bA'
    """
    if "\\" not in text:
        return text
    out = ""
    i = 0
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text):
            code = _UNICODE.match(text, i + 1)
            if code:
                out += chr(int(code[1], 16))
                i += 6
            else:
                out += text[i + 1]
                i += 2
        else:
            out += text[i]
            i += 1
    return out


def has_wildcard(term: str) -> bool:
    """Whether the raw term has a `*` or `?` that is not escaped."""
    i = 0
    while i < len(term):
        if term[i] == "\\":
            i += 2
            continue
        if term[i] in "*?":
            return True
        i += 1
    return False
