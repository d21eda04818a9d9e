"""Methods of String, Regexp and MatchData."""

import base64
import functools
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from kelp.agent.config.values import ruby_to_f, ruby_to_i
from kelp.agent.ruby.characters import deleted, member, squeezed, translated, translated_runs
from kelp.agent.ruby.last_match import LAST, Substituted, search
from kelp.agent.ruby.methods import Block, Method, Table, arity, need_block, plain
from kelp.agent.ruby.operators import match, modulo, multiply
from kelp.agent.ruby.regexp import compile_regexp, named_groups
from kelp.agent.ruby.splitting import chomp, split
from kelp.agent.ruby.values import (
    Constant,
    MatchData,
    Range,
    Regexp,
    RubyError,
    Symbol,
    class_name,
    compare,
    inspect,
    text_of,
    to_bytes,
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
        found = search(key.compiled, text)
        if found is None:
            return None
        return _group(MatchData(found), args[1] if len(args) > 1 else 0)
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


def _substitute(count: int) -> Callable[[str, list[Any], Block | None], str]:
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


def _match(text: str, args: list[Any], block: Block | None) -> Any:
    arity("match", args, 1, 2)
    pattern = args[0]
    compiled = compile_regexp(pattern) if isinstance(pattern, str) else pattern_of(pattern)
    found = search(compiled, text, args[1] if len(args) > 1 else 0)
    if found is None:
        return None
    return block([MatchData(found)]) if block else MatchData(found)


def _matches(text: str, pattern: Any, start: int = 0) -> bool:
    """`match?`, which leaves `$~` alone."""
    compiled = compile_regexp(pattern) if isinstance(pattern, str) else pattern_of(pattern)
    return compiled.search(text, start) is not None


def _split(text: str, separator: Any = None, limit: int = 0) -> list[str]:
    return split(
        text, separator if separator is None or isinstance(separator, str) else pattern_of(separator), limit
    )


def _scan(text: str, args: list[Any], block: Block | None) -> Any:
    arity("scan", args, 1)
    results: list[Any] = []
    LAST.found = None
    for found in pattern_of(args[0]).finditer(text):
        LAST.found = found
        one = list(found.groups()) if found.re.groups else found[0]
        results.append(block([one]) if block else one)
    return text if block else results


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


# Encodings that text can pass through unharmed.
_UNICODE = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF8-MAC", "ASCII-8BIT", "BINARY")


def _encoded(text: str, *args: Any) -> str:
    """`encode`: text is UTF-8 here, but for bytes that were none; other encodings matter where they change it."""
    names = [to_s(one).upper() for one in args if not isinstance(one, dict)]
    options = args[-1] if args and isinstance(args[-1], dict) else {}
    if len(names) > 1 and names[1] in ("ASCII-8BIT", "BINARY", "US-ASCII", "ASCII") and names[0] in _UNICODE:
        return _from_bytes(text, names[1], options)
    if names and names[0] in ("ASCII", "US-ASCII", "ISO-8859-1"):
        return _narrowed(text, "latin-1" if names[0] == "ISO-8859-1" else "ascii", options)
    if any(name not in (*_UNICODE, "US-ASCII") for name in names):
        raise RubyError(f"cannot encode to {names[0]}: only UTF-8 is supported")
    if options.get(Symbol("invalid")) == Symbol("replace"):
        return _scrubbed(text, options.get(Symbol("replace")))
    return text


_NO_UTF8 = re.compile("[\udc80-\udcff]")


def _scrubbed(text: str, instead: Any = None) -> str:
    """`scrub`: bytes that are no UTF-8 are replaced."""
    replacement = "\ufffd" if instead is None else to_s(instead)
    return _NO_UTF8.sub(lambda _: replacement, text)


def _from_bytes(text: str, encoding: str, options: dict[Any, Any]) -> str:
    """Text whose bytes are taken for ASCII: each other byte is replaced, or an error."""
    fault = "undef" if encoding in ("ASCII-8BIT", "BINARY") else "invalid"
    if not text.isascii() and options.get(Symbol(fault)) != Symbol("replace"):
        raise RubyError("cannot convert from ASCII-8BIT to UTF-8", "Encoding::UndefinedConversionError")
    replacement = to_s(options.get(Symbol("replace"), "\ufffd"))
    return "".join(char if char.isascii() else replacement * len(to_bytes(char)) for char in text)


def _narrowed(text: str, encoding: str, options: dict[Any, Any]) -> str:
    """Characters an encoding lacks are replaced, with `undef: :replace`; else an error."""

    def one(char: str) -> str:
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            if options.get(Symbol("undef")) != Symbol("replace"):
                message = f"U+{ord(char):04X} from UTF-8 to {encoding}"
                raise RubyError(message, "Encoding::UndefinedConversionError") from None
            return to_s(options.get(Symbol("replace"), "?"))
        return char

    return text if text.isascii() else "".join(map(one, text))


def _forced(text: str, name: Any) -> str:
    if to_s(name).upper() not in (*_UNICODE, "US-ASCII", "ASCII"):
        raise RubyError(f"cannot take text as {to_s(name)}: only UTF-8 is supported")
    return text


def _prefixed(text: str, *options: Any) -> bool:
    for one in options:
        if isinstance(one, Regexp):
            LAST.found = one.compiled.match(text)
            if LAST.found:
                return True
        elif text.startswith(text_of(one)):
            return True
    return False


def _partition(text: str, separator: Any) -> list[str]:
    found = search(pattern_of(separator), text)
    return [text[: found.start()], found[0], text[found.end() :]] if found else [text, "", ""]


def _find(text: str, what: Any, start: int = 0) -> int | None:
    start += len(text) if start < 0 else 0
    if not 0 <= start <= len(text):
        return None
    found = search(pattern_of(what), text, start)
    return found.start() if found else None


def _rfind(text: str, what: Any) -> int | None:
    if isinstance(what, Regexp):
        return next((at for at in range(len(text), -1, -1) if what.compiled.match(text, at)), None)
    at = text.rfind(what)
    return None if at < 0 else at


def _rpartition(text: str, what: Any) -> list[str]:
    at = _rfind(text, what)
    if at is None:
        return ["", "", text]
    found = pattern_of(what).match(text, at)
    assert found is not None
    return [text[:at], found[0], text[found.end() :]]


def _each(parts: Callable[[str], list[Any]]) -> Method:
    def call(text: str, args: list[Any], block: Block | None) -> Any:
        run = need_block("each", block)
        for part in parts(text):
            run([part])
        return text

    return call


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _bytes(text: str) -> list[int]:
    return list(to_bytes(text))


def successor(text: str) -> str:
    """`succ`: the last letter or digit counts up, with a carry to those left of it."""
    if not text:
        return ""
    chars = list(text)
    places = [at for at, char in enumerate(chars) if char.isascii() and char.isalnum()]
    if not places:
        chars[-1] = chr(ord(chars[-1]) + 1)
        return "".join(chars)
    for at, place in enumerate(reversed(places)):
        char = chars[place]
        last, first = ("9", "0") if char.isdigit() else ("z", "a") if char.islower() else ("Z", "A")
        if char != last:
            chars[place] = chr(ord(char) + 1)
            return "".join(chars)
        chars[place] = first
        if at + 1 == len(places):
            chars.insert(place, "1" if first == "0" else first)
            return "".join(chars)
    return "".join(chars)


def _plus(text: str, other: Any) -> str:
    return text + text_of(other)


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


def _insert(text: str, at: int, other: Any) -> str:
    place = at if at >= 0 else len(text) + at + 1
    if not 0 <= place <= len(text):
        raise RubyError(f"index {at} out of string", "IndexError")
    return text[:place] + text_of(other) + text[place:]


def _to_r(text: str) -> Fraction:
    found = re.match(r"\s*([+-]?\d+(?:\.\d+)?)(?:/(\d+))?", text)
    return Fraction(found[1]) / int(found[2] or 1) if found else Fraction(0)


def _unpack(text: str, form: str) -> list[Any]:
    if form in ("C*", "c*"):
        return [byte if form == "C*" or byte < 128 else byte - 256 for byte in to_bytes(text)]
    if form == "U*":
        return list(map(ord, text))
    if form in ("H*", "m", "m0", "a*", "A*"):
        return [_unpack1(text, form)]
    raise RubyError(f"unpack({inspect(form)}) is not supported")


def _unpack1(text: str, form: str) -> Any:
    if form == "H*":
        return to_bytes(text).hex()
    if form in ("m", "m0"):
        return decode64(text)
    if form in ("a*", "A*"):
        return text if form == "a*" else text.rstrip(" \0")
    if form in ("C", "U"):
        return (ord(text[0]) if form == "U" else to_bytes(text)[0]) if text else None
    raise RubyError(f"unpack1({inspect(form)}) is not supported: only H*, m, a*, C and U")


def decode64(text: str) -> str:
    """Base64 as Ruby reads it, leniently; bytes that are no UTF-8 are replaced."""
    body = re.sub(r"[^A-Za-z0-9+/]", "", text.split("=")[0])
    body = body[:-1] if len(body) % 4 == 1 else body
    return base64.b64decode(body + "=" * (-len(body) % 4)).decode(errors="replace")


STRING: Table = {
    "[]": _index, "slice": _index, "at": _index,
    "gsub": _substitute(0), "sub": _substitute(1),
    "match": _match, "match?": plain(_matches, 1, 2), "=~": plain(match, 1),
    "split": plain(_split, 0, 2), "scan": _scan, "succ": plain(successor), "next": plain(successor),
    "upcase": plain(str.upper, 0), "downcase": plain(str.lower, 0), "swapcase": plain(str.swapcase),
    "capitalize": plain(lambda t: t[:1].upper() + t[1:].lower()), "+": plain(_plus, 1), "*": plain(multiply, 1), "%": plain(modulo, 1),
    "<<": plain(_plus, 1), "codepoints": plain(lambda t: list(map(ord, t))), "sum": plain(lambda t: sum(to_bytes(t)) % 65536),
    "each_byte": _each(_bytes), "each_line": _each(_lines), "tr_s": plain(translated_runs, 2), "unpack": plain(lambda t, f: _unpack(t, f), 1),
    "clear": plain(lambda t: ""), "replace": plain(lambda t, o: o, 1), "to_r": plain(_to_r),
    "hash": plain(hash),
    "strip": plain(lambda t: t.strip(_STRIPPED)), "lstrip": plain(lambda t: t.lstrip(_STRIPPED)),
    "rstrip": plain(lambda t: t.rstrip(_STRIPPED)),
    "chomp": plain(chomp, 0, 1), "chop": plain(lambda t: t[:-2] if t.endswith("\r\n") else t[:-1]),
    "chr": plain(lambda t: t[:1]), "chars": plain(list), "each_char": _each(list),
    "lines": plain(_lines), "bytes": plain(_bytes), "bytesize": plain(lambda t: len(to_bytes(t))),
    "include?": plain(lambda t, other: text_of(other) in t, 1),
    "start_with?": plain(_prefixed, 1, 99),
    "end_with?": plain(lambda t, *o: t.endswith(tuple(text_of(one) for one in o)), 1, 99),
    "delete_prefix": plain(lambda t, p: t.removeprefix(p), 1),
    "delete_suffix": plain(lambda t, p: t.removesuffix(p), 1),
    "empty?": plain(lambda t: t == ""), "length": plain(len), "size": plain(len),
    "reverse": plain(lambda t: t[::-1]), "to_i": plain(_to_i, 0, 1), "to_f": plain(ruby_to_f),
    "to_s": plain(lambda t: t), "to_str": plain(lambda t: t), "to_sym": plain(Symbol), "intern": plain(Symbol),
    "hex": plain(lambda t: _to_i(t, 16)), "oct": plain(lambda t: _to_i(t, 8)), "ord": plain(lambda t: ord(t[0])),
    "ljust": plain(lambda t, w, p=" ": t + _padding(w - len(t), p), 1, 2),
    "rjust": plain(lambda t, w, p=" ": _padding(w - len(t), p) + t, 1, 2),
    "center": plain(lambda t, w, p=" ": _padding((w - len(t)) // 2, p) + t + _padding((w - len(t) + 1) // 2, p), 1, 2),
    "tr": plain(translated, 2), "delete": plain(deleted, 1, 9),
    "squeeze": plain(squeezed, 0, 1), "count": plain(lambda t, s: sum(map(member(s), t)), 1),
    "index": plain(_find, 1, 2), "rindex": plain(_rfind, 1),
    "partition": plain(_partition, 1), "rpartition": plain(_rpartition, 1),
    "force_encoding": plain(_forced, 1), "encode": plain(_encoded, 0, 4), "scrub": plain(_scrubbed, 0, 1),
    "unicode_normalize": plain(lambda t, *a: _normalize(t, *a), 0, 1), "valid_encoding?": plain(lambda t: _NO_UTF8.search(t) is None),
    "ascii_only?": plain(str.isascii), "encoding": plain(lambda t: Constant("UTF-8")),
    "casecmp": plain(lambda t, o: compare(t.lower(), o.lower()), 1),
    "casecmp?": plain(lambda t, o: t.casefold() == o.casefold(), 1),
    "insert": plain(_insert, 2), "prepend": plain(lambda t, *o: "".join(map(text_of, o)) + t, 0, 99),
    "concat": plain(lambda t, *o: t + "".join(map(text_of, o)), 0, 99),
    "between?": plain(lambda t, low, high: low <= t <= high, 2), "dump": plain(inspect),
    "unpack1": plain(lambda t, f: _unpack1(t, f), 1),
}  # fmt: skip


def _group(data: MatchData, key: Any) -> Any:
    try:
        return data.match[to_s(key) if isinstance(key, Symbol) else key]
    except IndexError:
        if type(key) is int:
            return None
        raise RubyError(f"undefined group name reference: {to_s(key)}") from None


def _regexp_match(pattern: Regexp, args: list[Any], block: Block | None) -> Any:
    arity("match", args, 1, 2)
    if args[0] is None:
        LAST.found = None
        return None
    return _match(_text(args[0]), [pattern, *args[1:]], block)


def _text(value: Any) -> str:
    return value.name if isinstance(value, Symbol) else text_of(value)


def _place(at: int) -> int | None:
    return None if at < 0 else at


REGEXP: Table = {
    "match": _regexp_match,
    "match?": plain(lambda r, t: t is not None and _matches(_text(t), r), 1),
    "=~": plain(lambda r, t: match(t, r), 1),
    "source": plain(lambda r: r.source),
    "names": plain(lambda r: list(r.compiled.groupindex)),
    "to_s": plain(to_s),
}
MATCH: Table = {
    "[]": plain(_group, 1),
    "to_a": plain(lambda m: [m.match[0], *m.match.groups()]),
    "captures": plain(lambda m: list(m.match.groups())),
    "named_captures": plain(lambda m: named_groups(m.match)),
    "names": plain(lambda m: list(named_groups(m.match))),
    "pre_match": plain(lambda m: m.match.string[: m.match.start()]),
    "post_match": plain(lambda m: m.match.string[m.match.end() :]),
    "begin": plain(lambda m, group: _place(m.match.start(group)), 1),
    "end": plain(lambda m, group: _place(m.match.end(group)), 1),
    "offset": plain(lambda m, group: [_place(m.match.start(group)), _place(m.match.end(group))], 1),
    "values_at": plain(lambda m, *groups: [_group(m, group) for group in groups], 0, 99),
    "string": plain(lambda m: m.match.string),
    "size": plain(lambda m: len(m.match.groups()) + 1),
    "length": plain(lambda m: len(m.match.groups()) + 1),
}
