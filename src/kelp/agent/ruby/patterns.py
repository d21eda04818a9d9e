"""What strings do with patterns: search, replace, take apart."""

import functools
import re
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.last_match import LAST, Substituted, search
from kelp.agent.ruby.methods import Block, arity
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.splitting import split
from kelp.agent.ruby.text import text_of, to_s
from kelp.agent.ruby.values import MatchData, Regexp, RubyError, class_name


def pattern_of(value: Any) -> "re.Pattern[str]":
    """The pattern of a Regexp, or one matching a string literally. Raises RubyError."""
    if isinstance(value, Regexp):
        return value.compiled
    if isinstance(value, str):
        return re.compile(re.escape(value))
    raise RubyError(f"wrong argument type {class_name(value)} (expected Regexp)")


@functools.lru_cache(maxsize=256)
def _expand(template: str) -> "str | Callable[[re.Match[str]], str]":
    """The replacement of sub and gsub: `\\1`, `\\k<name>`, `\\0`, `\\\\`; text where it has none of these."""
    if "\\" not in template:
        return template
    pieces = re.split(r"(\\(?:k<\w+>|[0-9&`'\\]))", template)
    if len(pieces) == 1:
        return lambda found: template

    def expand(found: "re.Match[str]") -> str:
        out = []
        for piece in pieces:
            if len(piece) < 2 or piece[0] != "\\":
                out.append(piece)
            elif piece[1] == "\\":
                out.append("\\")
            elif piece[1] == "k":
                out.append(found[piece[3:-1]] or "")
            elif piece[1] == "`":
                out.append(found.string[: found.start()])
            elif piece[1] == "'":
                out.append(found.string[found.end() :])
            else:
                number = 0 if piece[1] == "&" else int(piece[1])
                out.append(found[number] or "" if number <= (found.re.groups or 0) else "")
        return "".join(out)

    return expand


def substituting(count: int) -> Callable[[str, list[Any], Block | None], str]:
    def call(text: str, args: list[Any], block: Block | None) -> str:
        arity("sub", args, 1, 2)
        pattern = pattern_of(args[0])
        LAST.found = Substituted(pattern, text, count)
        if len(args) == 2 and isinstance(args[1], dict):
            table = args[1]
            return pattern.sub(lambda found: to_s(table.get(found[0])), text, count=count)
        if len(args) == 2:
            return pattern.sub(_expand(text_of(args[1])), text, count=count)
        if block is None:
            raise RubyError("gsub needs a replacement")
        return pattern.sub(_block_replacement(block), text, count=count)

    return call


def _block_replacement(block: Block) -> Callable[["re.Match[str]"], str]:
    """What a block makes of each match, which is `$~` meanwhile and afterwards."""

    def one(found: "re.Match[str]") -> str:
        LAST.found = found
        text = to_s(block([found[0]]))
        LAST.found = found
        return text

    return one


def replaced(text: str, pattern: "re.Pattern[str]", template: str) -> str:
    """`text.gsub(pattern, template)`."""
    return pattern.sub(_expand(template), text)


def match_data(text: str, args: list[Any], block: Block | None) -> Any:
    arity("match", args, 1, 2)
    pattern = args[0]
    compiled = compile_regexp(pattern) if isinstance(pattern, str) else pattern_of(pattern)
    found = search(compiled, text, args[1] if len(args) > 1 else 0)
    if found is None:
        return None
    return block([MatchData(found)]) if block else MatchData(found)


def matches(text: str, pattern: Any, start: int = 0) -> bool:
    """`match?`, which leaves `$~` alone."""
    compiled = compile_regexp(pattern) if isinstance(pattern, str) else pattern_of(pattern)
    return compiled.search(text, start) is not None


def pieces(text: str, separator: Any = None, limit: int = 0) -> list[str]:
    return split(
        text, separator if separator is None or isinstance(separator, str) else pattern_of(separator), limit
    )


def scan(text: str, args: list[Any], block: Block | None) -> Any:
    arity("scan", args, 1)
    results: list[Any] = []
    LAST.found = None
    for found in pattern_of(args[0]).finditer(text):
        LAST.found = found
        one = list(found.groups()) if found.re.groups else found[0]
        results.append(block([one]) if block else one)
    return text if block else results


def starts_with(text: str, *options: Any) -> bool:
    for one in options:
        if isinstance(one, Regexp):
            LAST.found = one.compiled.match(text)
            if LAST.found:
                return True
        elif text.startswith(text_of(one)):
            return True
    return False


def partition(text: str, separator: Any) -> list[str]:
    found = search(pattern_of(separator), text)
    return [text[: found.start()], found[0], text[found.end() :]] if found else [text, "", ""]


def find(text: str, what: Any, start: int = 0) -> int | None:
    start += len(text) if start < 0 else 0
    if not 0 <= start <= len(text):
        return None
    found = search(pattern_of(what), text, start)
    return found.start() if found else None


def rfind(text: str, what: Any) -> int | None:
    if isinstance(what, Regexp):
        return next((at for at in range(len(text), -1, -1) if what.compiled.match(text, at)), None)
    at = text.rfind(what)
    return None if at < 0 else at


def rpartition(text: str, what: Any) -> list[str]:
    at = rfind(text, what)
    if at is None:
        return ["", "", text]
    found = pattern_of(what).match(text, at)
    assert found is not None
    return [text[:at], found[0], text[found.end() :]]
