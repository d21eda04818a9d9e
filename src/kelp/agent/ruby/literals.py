"""Ruby's literals with parts: strings, symbols, patterns, word lists."""

import re
import subprocess
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.source import Source
from kelp.agent.ruby.text import to_s
from kelp.agent.ruby.values import Regexp, RubyError, Symbol

Env = dict[str, Any]
Code = Callable[[Env], Any]
# Compiles the statements of an interpolation up to its closing brace, which it consumes.
Interpolate = Callable[[], Code]

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_SIMPLE = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "s": " ",
    "0": "\0",
    "e": "\x1b",
    "a": "\x07",
    "b": "\b",
    "v": "\v",
    "f": "\f",
}
_NUMERIC = re.compile(r"u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})")
_SHELL = re.compile(r"[*?{}\[\]<>()~&|\\$;'`\"\n#=%]")
_FLAGS = re.compile(r"[imxounse]*")


def constant(value: Any) -> Code:
    return lambda env: value


def quoted(source: Source, interpolate: Interpolate) -> Code:
    """A string in single or double quotes; the position is on the opening quote."""
    quote = source.peek()
    source.at += 1
    if quote == "'":
        return constant(_raw(source, quote, quote))
    return _joined(_parts(source, quote, quote, interpolate))


def command(source: Source, interpolate: Interpolate, *, of_events: bool) -> Code:
    """What a command prints; the position is on the opening backtick. `of_events`: the expression reads events."""
    source.at += 1
    return _run(source, _parts(source, "`", "`", interpolate), of_events)


def _run(source: Source, parts: list[str | Code], of_events: bool) -> Code:
    if of_events and not all(isinstance(part, str) for part in parts):
        raise source.fault("a command cannot be made of an event's fields: log lines would run programs")
    text = _joined(parts)

    def run(env: Env) -> str:
        line = text(env)
        # As Ruby does: without a shell where the line needs none, so that a missing program is an error.
        words = line if _SHELL.search(line) else line.split()
        try:
            done = subprocess.run(words, shell=isinstance(words, str), stdout=subprocess.PIPE, check=False)
        except (OSError, IndexError) as error:
            raise RubyError(f"cannot run {line!r}: {error}") from None
        return done.stdout.decode(errors="replace")

    return run


def percent(source: Source, interpolate: Interpolate, *, of_events: bool) -> Code:
    """`%q() %Q[] %w[] %i[] %r{} %x() %()`; the position is on the percent sign. `of_events` as for `command`."""
    found = re.compile(r"%([qQwWiIrx]?)([^a-zA-Z0-9\s])").match(source.text, source.at)
    if found is None:
        raise source.fault("unexpected '%'")
    source.at = found.end()
    opening = found[2]
    closing = _CLOSING.get(opening, opening)
    kind = found[1]
    if kind == "q":
        return constant(_raw(source, opening, closing))
    if kind in ("w", "W"):
        words = _raw(source, opening, closing).split()
        return lambda env: list(words)
    if kind in ("i", "I"):
        symbols = [Symbol(word) for word in _raw(source, opening, closing).split()]
        return lambda env: list(symbols)
    if kind == "r":
        return _pattern(source, opening, closing, interpolate)
    parts = _parts(source, opening, closing, interpolate)
    return _run(source, parts, of_events) if kind == "x" else _joined(parts)


def slashed(source: Source, interpolate: Interpolate) -> Code:
    """`/pattern/im`; the position is on the slash."""
    source.at += 1
    return _pattern(source, "/", "/", interpolate)


def _pattern(source: Source, opening: str, closing: str, interpolate: Interpolate) -> Code:
    parts = _parts(source, opening, closing, interpolate, is_pattern=True)
    flags = source.scan(_FLAGS)
    given = flags[0] if flags else ""
    inline = "(?x)" if "x" in given else ""

    def build(text: str) -> Regexp:
        compiled = compile_regexp(inline + text, ignore_case="i" in given, multiline="m" in given)
        return Regexp(text, compiled, "".join(letter for letter in "mix" if letter in given))

    if all(isinstance(part, str) for part in parts):
        try:
            fixed = build("".join(str(part) for part in parts))
        except ValueError as error:
            raise source.fault(f"invalid regular expression ({error})") from None
        return _Pattern(fixed)
    pieces = [constant(part) if isinstance(part, str) else part for part in parts]
    return lambda env: build("".join(to_s(piece(env)) for piece in pieces))


class _Pattern:
    """A literal pattern without interpolations."""

    def __init__(self, regexp: Regexp) -> None:
        self.regexp = regexp

    def __call__(self, env: Env) -> Regexp:
        return self.regexp


def group_names(code: Code) -> list[str]:
    """The named groups of a literal pattern; none for anything else."""
    return list(code.regexp.compiled.groupindex) if isinstance(code, _Pattern) else []


def concatenated(left: Code, right: Code) -> Code:
    return lambda env: to_s(left(env)) + to_s(right(env))


def _raw(source: Source, opening: str, closing: str) -> str:
    """Text without interpolations, and without escapes but those of the delimiters and the backslash."""
    parts = _scanned(source, opening, closing, lambda: _raw_escape(source, (opening, closing, "\\")))
    return "".join(map(str, parts))


def _parts(
    source: Source, opening: str, closing: str, interpolate: Interpolate, *, is_pattern: bool = False
) -> list[str | Code]:
    """Text and interpolations up to `closing`; a pattern keeps its escapes."""

    def escape() -> str:
        return _kept_escape(source, closing) if is_pattern else _escape(source)

    return _scanned(source, opening, closing, escape, interpolate)


def _scanned(
    source: Source,
    opening: str,
    closing: str,
    escape: Callable[[], str],
    interpolate: Interpolate | None = None,
) -> list[str | Code]:
    """Text and interpolations up to the `closing` that belongs to the `opening` before; `escape` reads a backslash."""
    parts: list[str | Code] = []
    text = ""
    depth = 0
    while source.at < len(source.text):
        char = source.peek()
        if interpolate is not None and source.take("#{"):
            parts += [text, interpolate()]
            text = ""
        elif char == "\\":
            text += escape()
        elif char == closing and depth == 0:
            source.at += 1
            return [*parts, text]
        else:
            depth += (char == opening) - (char == closing)
            text += char
            source.at += 1
    raise source.fault(f"unterminated string, expected {closing!r}")


def _raw_escape(source: Source, known: tuple[str, ...]) -> str:
    follower = source.peek(2)[1:]
    source.at += 2 if follower in known else 1
    return follower if follower in known else "\\"


def _kept_escape(source: Source, closing: str) -> str:
    pair = source.peek(2)
    source.at += 2
    return "/" if pair == "\\/" else closing if pair == "\\" + closing and closing not in ")]}" else pair


def _escape(source: Source) -> str:
    source.at += 1
    if found := source.scan(_NUMERIC):
        if found[4]:
            return chr(int(found[4], 8))
        return chr(int(found[1] or found[2] or found[3], 16))
    char = source.peek()
    source.at += 1
    return "" if char == "\n" else _SIMPLE.get(char, char)


def _joined(parts: list[str | Code]) -> Code:
    if all(isinstance(part, str) for part in parts):
        return constant("".join(str(part) for part in parts))
    pieces = [constant(part) if isinstance(part, str) else part for part in parts if part != ""]
    return lambda env: "".join([to_s(piece(env)) for piece in pieces])
