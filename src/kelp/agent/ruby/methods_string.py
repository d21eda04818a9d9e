"""Methods of String, Regexp and MatchData."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.config.values import ruby_to_f, ruby_to_i
from kelp.agent.ruby.methods import Block, Table, arity, plain
from kelp.agent.ruby.regexp import compile_regexp, named_groups
from kelp.agent.ruby.values import (
    Constant,
    MatchData,
    Matched,
    Range,
    Regexp,
    RubyError,
    Symbol,
    class_name,
    compare,
    inspect,
    to_s,
)  # fmt: skip

_STRIPPED = "\t\n\v\f\r \0"


def pattern_of(value: Any) -> "re.Pattern[str]":
    """The pattern of a Regexp, or one matching a string literally. Raises RubyError."""
    if isinstance(value, Regexp):
        return value.compiled
    if isinstance(value, str):
        return re.compile(re.escape(value))
    raise RubyError(f"wrong argument type {class_name(value)} (expected Regexp)")


def slice_bounds(range_: Range, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of a range over `size` items; None when it begins outside."""
    first = 0 if range_.first is None else range_.first
    last = -1 if range_.last is None else range_.last
    exclusive = range_.exclusive and range_.last is not None
    start = first + size if first < 0 else first
    end = (last + size if last < 0 else last) + (0 if exclusive else 1)
    if not 0 <= start <= size:
        return None
    return start, max(start, min(end, size))


def _index(text: str, args: list[Any], block: Block | None) -> Any:
    """`text[…]`: place, range, start and length, substring, pattern."""
    arity("[]", args, 1, 2)
    key = args[0]
    if isinstance(key, Regexp):
        found = key.compiled.search(text)
        if found is None:
            return None
        group = args[1] if len(args) > 1 else 0
        return found[to_s(group) if isinstance(group, Symbol) else group]
    if isinstance(key, str):
        return key if key in text else None
    if isinstance(key, Range):
        bounds = slice_bounds(key, len(text))
        return None if bounds is None else text[bounds[0] : bounds[1]]
    if type(key) is not int:
        raise RubyError(f"no implicit conversion of {class_name(key)} into Integer")
    start = key + len(text) if key < 0 else key
    if len(args) == 2:
        return text[start : start + args[1]] if 0 <= start <= len(text) and args[1] >= 0 else None
    return text[start] if 0 <= start < len(text) else None


def _expand(template: str) -> Callable[["re.Match[str]"], str]:
    """The replacement of sub and gsub: `\\1`, `\\k<name>`, `\\0`, `\\\\`."""
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


def _substitute(count: int) -> Callable[[str, list[Any], Block | None], str]:
    def call(text: str, args: list[Any], block: Block | None) -> str:
        arity("sub", args, 1, 2)
        pattern = pattern_of(args[0])
        replace: Callable[[re.Match[str]], str]
        if len(args) == 2 and isinstance(args[1], dict):
            table = args[1]
            replace = lambda found: to_s(table.get(found[0]))  # noqa: E731
        elif len(args) == 2:
            if not isinstance(args[1], str):
                raise RubyError(f"no implicit conversion of {class_name(args[1])} into String")
            replace = _expand(args[1])
        elif block is not None:
            run = block
            replace = lambda found: to_s(run(Matched(found)))  # noqa: E731
        else:
            raise RubyError("gsub needs a replacement")
        return pattern.sub(replace, text, count=count)

    return call


def _match(text: str, pattern: Any) -> MatchData | None:
    compiled = compile_regexp(pattern) if isinstance(pattern, str) else pattern_of(pattern)
    found = compiled.search(text)
    return MatchData(found) if found else None


def _split(text: str, separator: Any = None, limit: int = 0) -> list[str]:
    if separator is None or separator == " ":
        stripped = text.lstrip(_STRIPPED)
        parts = stripped.split(None, limit - 1) if limit > 0 else stripped.split()
    elif isinstance(separator, str):
        parts = list(text) if separator == "" else text.split(separator, limit - 1 if limit > 0 else -1)
    else:
        compiled = pattern_of(separator)
        if compiled.pattern == "":
            parts = list(text)
        else:
            parts = [one or "" for one in compiled.split(text, maxsplit=max(0, limit - 1))]
            if compiled.match("") and parts and parts[0] == "":
                parts = parts[1:]
    if limit == 0:
        while parts and parts[-1] == "":
            parts.pop()
    return parts


def _scan(text: str, pattern: Any) -> list[Any]:
    found = pattern_of(pattern).finditer(text)
    return [list(one.groups()) if one.re.groups else one[0] for one in found]


def _charset(spec: str) -> list[str]:
    """The characters of a `tr` set, ranges expanded."""
    out: list[str] = []
    at = 0
    while at < len(spec):
        if spec[at] == "\\" and at + 1 < len(spec):
            out.append(spec[at + 1])
            at += 2
        elif at + 2 < len(spec) and spec[at + 1] == "-":
            out += [chr(code) for code in range(ord(spec[at]), ord(spec[at + 2]) + 1)]
            at += 3
        else:
            out.append(spec[at])
            at += 1
    return out


def _member(spec: str) -> Callable[[str], bool]:
    negated = len(spec) > 1 and spec[0] == "^"
    chars = set(_charset(spec[1:] if negated else spec))
    return lambda char: (char in chars) != negated


def _tr(text: str, source: str, target: str) -> str:
    if len(source) > 1 and source[0] == "^":
        other = _charset(target)[-1:] or [""]
        kept = set(_charset(source[1:]))
        return "".join(char if char in kept else other[0] for char in text)
    left, right = _charset(source), _charset(target)
    table = {
        ord(c): (right[min(i, len(right) - 1)] if right else "") for i, c in reversed(list(enumerate(left)))
    }
    return text.translate(table)


def _squeeze(text: str, spec: str | None = None) -> str:
    member = _member(spec) if spec else (lambda char: True)
    return "".join(c for i, c in enumerate(text) if i == 0 or text[i - 1] != c or not member(c))


def _to_i(text: str, base: int = 10) -> int:
    if base == 10:
        return ruby_to_i(text)
    found = re.match(r"\s*([+-]?)(?:0[xXbBoO])?([0-9a-zA-Z_]*)", text)
    digits = ""
    for char in (found[2] if found else "").replace("_", ""):
        if int(char, 36) >= base:
            break
        digits += char
    return int((found[1] if found else "") + digits, base) if digits else 0


def _encoded(text: str, *args: Any) -> str:
    """`encode`, `force_encoding`, `scrub`: text is always valid UTF-8 here."""
    names = [to_s(one).upper() for one in args if not isinstance(one, dict)]
    if any(name not in ("UTF-8", "ENCODING::UTF_8", "ASCII-8BIT", "BINARY", "US-ASCII") for name in names):
        raise RubyError(f"cannot encode to {names[0]}: only UTF-8 is supported")
    return text


def _prefixed(text: str, *options: Any) -> bool:
    for one in options:
        if pattern_of(one).match(text) if isinstance(one, Regexp) else text.startswith(one):
            return True
    return False


def _partition(text: str, separator: Any) -> list[str]:
    found = pattern_of(separator).search(text)
    return [text[: found.start()], found[0], text[found.end() :]] if found else [text, "", ""]


def _chomp(text: str, suffix: str | None = None) -> str:
    return text.removesuffix(suffix) if suffix is not None else re.sub(r"(?:\r\n|\n|\r)\Z", "", text)


def _find(text: str, what: Any, start: int = 0) -> int | None:
    found = pattern_of(what).search(text, start)
    return found.start() if found else None


def _rfind(text: str, what: str) -> int | None:
    at = text.rfind(what)
    return None if at < 0 else at


def _each_char(text: str, args: list[Any], block: Block | None) -> Any:
    if block is None:
        return list(text)
    for char in text:
        block([char])
    return text


STRING: Table = {
    "[]": _index, "slice": _index, "at": _index,
    "gsub": _substitute(0), "sub": _substitute(1),
    "match": plain(_match, 1), "match?": plain(lambda t, p: _match(t, p) is not None, 1),
    "split": plain(_split, 0, 2), "scan": plain(_scan, 1),
    "upcase": plain(str.upper), "downcase": plain(str.lower), "swapcase": plain(str.swapcase),
    "capitalize": plain(lambda t: t[:1].upper() + t[1:].lower()),
    "strip": plain(lambda t: t.strip(_STRIPPED)), "lstrip": plain(lambda t: t.lstrip(_STRIPPED)),
    "rstrip": plain(lambda t: t.rstrip(_STRIPPED)),
    "chomp": plain(_chomp, 0, 1), "chop": plain(lambda t: t[:-2] if t.endswith("\r\n") else t[:-1]),
    "chr": plain(lambda t: t[:1]), "chars": plain(list), "each_char": _each_char,
    "lines": plain(lambda t: t.splitlines(keepends=True)),
    "bytes": plain(lambda t: list(t.encode())), "bytesize": plain(lambda t: len(t.encode())),
    "include?": plain(lambda t, other: _string(other) in t, 1),
    "start_with?": plain(_prefixed, 1, 99),
    "end_with?": plain(lambda t, *o: t.endswith(tuple(_string(one) for one in o)), 1, 99),
    "delete_prefix": plain(lambda t, p: t.removeprefix(p), 1),
    "delete_suffix": plain(lambda t, p: t.removesuffix(p), 1),
    "empty?": plain(lambda t: t == ""), "length": plain(len), "size": plain(len),
    "reverse": plain(lambda t: t[::-1]), "to_i": plain(_to_i, 0, 1), "to_f": plain(ruby_to_f),
    "to_s": plain(lambda t: t), "to_str": plain(lambda t: t), "to_sym": plain(Symbol), "intern": plain(Symbol),
    "hex": plain(lambda t: _to_i(t, 16)), "oct": plain(lambda t: _to_i(t, 8)), "ord": plain(lambda t: ord(t[0])),
    "ljust": plain(lambda t, w, p=" ": t + _padding(w - len(t), p), 1, 2),
    "rjust": plain(lambda t, w, p=" ": _padding(w - len(t), p) + t, 1, 2),
    "center": plain(lambda t, w, p=" ": _padding((w - len(t)) // 2, p) + t + _padding((w - len(t) + 1) // 2, p), 1, 2),
    "tr": plain(_tr, 2), "delete": plain(lambda t, s: "".join(c for c in t if not _member(s)(c)), 1),
    "squeeze": plain(_squeeze, 0, 1), "count": plain(lambda t, s: sum(map(_member(s), t)), 1),
    "index": plain(_find, 1, 2), "rindex": plain(_rfind, 1),
    "partition": plain(_partition, 1), "rpartition": plain(lambda t, s: list(t.rpartition(s)), 1),
    "force_encoding": plain(_encoded, 1), "encode": plain(_encoded, 0, 4), "scrub": plain(lambda t, *a: t, 0, 1),
    "unicode_normalize": plain(lambda t, *a: _normalize(t, *a), 0, 1), "valid_encoding?": plain(lambda t: True),
    "ascii_only?": plain(str.isascii), "encoding": plain(lambda t: Constant("UTF-8")),
    "casecmp": plain(lambda t, o: compare(t.lower(), o.lower()), 1),
    "casecmp?": plain(lambda t, o: t.casefold() == o.casefold(), 1),
    "insert": plain(lambda t, at, o: t[:at] + o + t[at:] if at >= 0 else t[: len(t) + at + 1] + o + t[len(t) + at + 1 :], 2),
    "prepend": plain(lambda t, o: o + t, 1), "concat": plain(lambda t, *o: t + "".join(o), 0, 99),
    "between?": plain(lambda t, low, high: low <= t <= high, 2), "dump": plain(inspect),
    "unpack1": plain(lambda t, f: _unpack1(t, f), 1),
}  # fmt: skip


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise RubyError(f"no implicit conversion of {class_name(value)} into String")
    return value


def _padding(width: int, pad: str) -> str:
    return (pad * (width // len(pad) + 1))[:width] if width > 0 else ""


def _normalize(text: str, form: Any = None) -> str:
    import unicodedata

    match to_s(form) or "nfc":
        case "nfc":
            return unicodedata.normalize("NFC", text)
        case "nfd":
            return unicodedata.normalize("NFD", text)
        case "nfkc":
            return unicodedata.normalize("NFKC", text)
        case "nfkd":
            return unicodedata.normalize("NFKD", text)
    raise RubyError(f"invalid normalization form {to_s(form)}")


def _unpack1(text: str, form: str) -> str:
    if form == "H*":
        return text.encode().hex()
    raise RubyError(f"unpack1({inspect(form)}) is not supported: only H*")


def _group(data: MatchData, key: Any) -> Any:
    try:
        return data.match[to_s(key) if isinstance(key, Symbol) else key]
    except IndexError:
        if type(key) is int:
            return None
        raise RubyError(f"undefined group name reference: {to_s(key)}") from None


REGEXP: Table = {
    "match": plain(lambda r, t: None if t is None else _match(to_s(t), r), 1),
    "match?": plain(lambda r, t: t is not None and _match(to_s(t), r) is not None, 1),
    "source": plain(lambda r: r.source),
}
MATCH: Table = {
    "[]": plain(_group, 1),
    "to_a": plain(lambda m: [m.match[0], *m.match.groups()]),
    "captures": plain(lambda m: list(m.match.groups())),
    "named_captures": plain(lambda m: named_groups(m.match)),
    "names": plain(lambda m: list(named_groups(m.match))),
    "pre_match": plain(lambda m: m.match.string[: m.match.start()]),
    "post_match": plain(lambda m: m.match.string[m.match.end() :]),
    "begin": plain(lambda m, group: m.match.start(group), 1),
    "end": plain(lambda m, group: m.match.end(group), 1),
}
