"""Values of the v1 language: quoted and bare strings, JSON literals, embedded Ruby.

Follows Fluentd's own rules, oddities included: a `#` only begins a comment after a blank; an unquoted value that
begins with `[` or `{` is JSON, which may span lines and hold comments.
"""

import re
from typing import Any, Final

from kelp.agent.config.element import USE_DEFAULT
from kelp.agent.config.embedded import evaluate_embedded
from kelp.agent.config.scanner import Scanner
from kelp.agent.ruby.json_text import dump_json, load_json

LINE_END: Final = r"(?:[ \t]*(?:#[^\n]*)?(?:\Z|[\r\n]))+"
SPACING: Final = r"(?:[ \t\r\n]|\Z|#[^\n]*?(?:\Z|[\r\n]))+"
BLANK: Final = re.compile(r"(?:[ \t\r\n]|\Z)+")
_ESCAPES = {'"': '"', "'": "'", "r": "\r", "n": "\n", "t": "\t", "f": "\f", "b": "\b", "0": "\0"}
_BEFORE_LINE_END: Final = re.compile(r'[^"](?:\Z|[\r\n])')
_ESCAPED: Final = re.compile(r"\\.")
_PLAIN: Final = re.compile(r'[^"\\#\r\n]+(?![\r\n]|\Z)')
_ANY: Final = re.compile(r".")
_BARE: dict[str, "re.Pattern[str]"] = {}


def bare_pattern(boundary: str) -> "re.Pattern[str]":
    """Matches an unquoted string up to `boundary`; an attached `#` belongs to it."""
    if boundary not in _BARE:
        _BARE[boundary] = re.compile(rf"(?:#|(?!{boundary})[^\n])*")
    return _BARE[boundary]


def scan_literal(scanner: Scanner) -> Any:
    """A value up to the end of its line: text, None (`use_nil` or empty) or USE_DEFAULT."""
    scanner.skip(BLANK)
    if scanner.looking_at("[") or scanner.looking_at("{"):
        return _scan_json(scanner)
    return scan_string(scanner, LINE_END)


def scan_string(scanner: Scanner, boundary: str) -> Any:
    """A quoted string, or a bare one up to `boundary` (None when empty)."""
    if scanner.looking_at('"'):
        return _scan_double_quoted(scanner)
    if scanner.looking_at("'"):
        return _scan_single_quoted(scanner)
    return scanner.scan(bare_pattern(boundary)) or None


def _scan_double_quoted(scanner: Scanner) -> Any:
    start = scanner.at
    scanner.at += 1
    parts: list[Any] = []
    while not scanner.looking_at('"'):
        if scanner.skip(_BEFORE_LINE_END):
            # A backslash there joins the line with the next. A line break behind an escape, `#{…}` or another line
            # break is none of the three: Fluentd refuses it.
            parts.append("" if scanner.matched[0] == "\\" else scanner.matched)
        elif scanner.skip(_ESCAPED):
            parts.append(_escape(scanner))
        elif scanner.looking_at("#{"):
            parts.append(_embedded(scanner))
        elif scanner.skip(_PLAIN) or scanner.skip(_ANY):
            parts.append(scanner.matched)
        elif scanner.at_end:
            raise scanner.fault("unexpected end of file in a double quoted string", start)
        else:
            raise scanner.fault("unexpected line break in a double quoted string, write \\n")
    scanner.at += 1
    if any(part is None for part in parts):
        return None
    return USE_DEFAULT if any(part is USE_DEFAULT for part in parts) else "".join(parts)


def _escape(scanner: Scanner) -> str:
    follower = scanner.matched[1]
    if follower not in _ESCAPES and follower.isascii() and follower.isalnum():
        raise scanner.fault(f"unexpected back-slash escape character '{follower}'", scanner.at - 2)
    return _ESCAPES.get(follower, follower)


def _embedded(scanner: Scanner) -> Any:
    """The value of `#{…}`; the position moves behind the brace."""
    value, scanner.at = evaluate_embedded(scanner)
    return value


def _scan_single_quoted(scanner: Scanner) -> str:
    start = scanner.at
    match = re.compile(r"'((?:\\['\\]|[^'\n])*+)'").match(scanner.text, start)
    if match is None:
        raise scanner.fault("unexpected end of file in a single quoted string", start)
    scanner.at = match.end()
    return re.sub(r"\\(['\\])", r"\1", match[1])


def _scan_json(scanner: Scanner) -> str:
    """A JSON array or object as compact JSON text; `#` comments between its items are dropped."""
    start = scanner.at
    opening = scanner.text[start]
    closing = "]" if opening == "[" else "}"
    buffer, line = opening, ""
    scanner.at += 1
    while not scanner.at_end:
        char = scanner.text[scanner.at]
        if char == "#":
            candidate = buffer + line.rstrip().removesuffix(",") + closing
            if _loads(candidate) is not None:
                end = scanner.text.find("\n", scanner.at)
                scanner.at = len(scanner.text) if end < 0 else end
            else:  # inside a string, where `#{…}` stays as it is
                line += char
                scanner.at += 1
            continue
        scanner.at += 1
        if char == "\n":
            buffer, line = buffer + line + "\n", ""
            continue
        line += char
        if char == closing and (found := _loads(buffer + line)) is not None:
            return _dump(scanner, found, start)
    kind = "array" if opening == "[" else "hash"
    raise scanner.fault(f"got incomplete JSON {kind} configuration", start)


def _loads(text: str) -> Any:
    try:
        return load_json(text)
    except ValueError:
        return None


def _dump(scanner: Scanner, value: Any, start: int) -> str:
    try:
        return dump_json(value)
    except ValueError as error:
        raise scanner.fault(f"cannot write the value as JSON: {error}", start) from None
