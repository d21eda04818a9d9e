"""Methods of String."""

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, Literal

from kelp.agent.ruby.characters import deleted, member, squeezed, translated, translated_runs
from kelp.agent.ruby.encodings import NO_UTF8, encoded, forced, scrubbed
from kelp.agent.ruby.last_match import search
from kelp.agent.ruby.methods import Block, Method, Table, arity, need_block, plain
from kelp.agent.ruby.methods_array import index
from kelp.agent.ruby.methods_regexp import group_of
from kelp.agent.ruby.numbers import to_f, to_i
from kelp.agent.ruby.operators import compare, match, modulo, multiply
from kelp.agent.ruby.packing import unpack, unpack1
from kelp.agent.ruby.patterns import (
    find,
    match_data,
    matches,
    partition,
    pieces,
    rfind,
    rpartition,
    scan,
    starts_with,
    substituting,
)
from kelp.agent.ruby.splitting import chomp
from kelp.agent.ruby.text import inspect, text_of, to_bytes, to_s
from kelp.agent.ruby.values import Constant, MatchData, Regexp, RubyError, Symbol

_STRIPPED = "\t\n\v\f\r \0"


def _index(text: str, args: list[Any], block: Block | None) -> Any:
    """`text[…]`: place, range, start and length, substring, pattern."""
    arity("[]", args, 1, 2)
    key = args[0]
    if isinstance(key, Regexp):
        found = search(key.compiled, text)
        if found is None:
            return None
        return group_of(MatchData(found), args[1] if len(args) > 1 else 0)
    if isinstance(key, str):
        return key if key in text else None
    return index(text, args)


def _to_i(text: str, base: int = 10) -> int:
    if base == 10:
        return to_i(text)
    found = re.match(r"\s*([+-]?)(?:0[xXbBoO])?([0-9a-zA-Z_]*)", text)
    digits = ""
    for char in (found[2] if found else "").replace("_", ""):
        if int(char, 36) >= base:
            break
        digits += char
    return int((found[1] if found else "") + digits, base) if digits else 0


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


_FORMS: Final[dict[str, Literal["NFC", "NFD", "NFKC", "NFKD"]]] = {
    "nfc": "NFC", "nfd": "NFD", "nfkc": "NFKC", "nfkd": "NFKD"
}  # fmt: skip


def _normalize(text: str, form: Any = None) -> str:
    name = to_s(form) or "nfc"
    if name not in _FORMS:
        raise RubyError(f"invalid normalization form {name}")
    return unicodedata.normalize(_FORMS[name], text)


def _insert(text: str, at: int, other: Any) -> str:
    place = at if at >= 0 else len(text) + at + 1
    if not 0 <= place <= len(text):
        raise RubyError(f"index {at} out of string", "IndexError")
    return text[:place] + text_of(other) + text[place:]


def _to_r(text: str) -> Fraction:
    found = re.match(r"\s*([+-]?\d+(?:\.\d+)?)(?:/(\d+))?", text)
    return Fraction(found[1]) / int(found[2] or 1) if found else Fraction(0)


STRING: Table = {
    "[]": _index, "slice": _index, "at": _index,
    "gsub": substituting(0), "sub": substituting(1),
    "match": match_data, "match?": plain(matches, 1, 2), "=~": plain(match, 1),
    "split": plain(pieces, 0, 2), "scan": scan, "succ": plain(successor), "next": plain(successor),
    "upcase": plain(str.upper, 0), "downcase": plain(str.lower, 0), "swapcase": plain(str.swapcase),
    "capitalize": plain(lambda t: t[:1].upper() + t[1:].lower()), "+": plain(_plus, 1), "*": plain(multiply, 1), "%": plain(modulo, 1),
    "<<": plain(_plus, 1), "codepoints": plain(lambda t: list(map(ord, t))), "sum": plain(lambda t: sum(to_bytes(t)) % 65536),
    "each_byte": _each(_bytes), "each_line": _each(_lines), "tr_s": plain(translated_runs, 2), "unpack": plain(unpack, 1),
    "clear": plain(lambda t: ""), "replace": plain(lambda t, o: o, 1), "to_r": plain(_to_r),
    "hash": plain(hash),
    "strip": plain(lambda t: t.strip(_STRIPPED)), "lstrip": plain(lambda t: t.lstrip(_STRIPPED)),
    "rstrip": plain(lambda t: t.rstrip(_STRIPPED)),
    "chomp": plain(chomp, 0, 1), "chop": plain(lambda t: t[:-2] if t.endswith("\r\n") else t[:-1]),
    "chr": plain(lambda t: t[:1]), "chars": plain(list), "each_char": _each(list),
    "lines": plain(_lines), "bytes": plain(_bytes), "bytesize": plain(lambda t: len(to_bytes(t))),
    "include?": plain(lambda t, other: text_of(other) in t, 1),
    "start_with?": plain(starts_with, 1, 99),
    "end_with?": plain(lambda t, *o: t.endswith(tuple(text_of(one) for one in o)), 1, 99),
    "delete_prefix": plain(lambda t, p: t.removeprefix(p), 1),
    "delete_suffix": plain(lambda t, p: t.removesuffix(p), 1),
    "empty?": plain(lambda t: t == ""), "length": plain(len), "size": plain(len),
    "reverse": plain(lambda t: t[::-1]), "to_i": plain(_to_i, 0, 1), "to_f": plain(to_f),
    "to_s": plain(lambda t: t), "to_str": plain(lambda t: t), "to_sym": plain(Symbol), "intern": plain(Symbol),
    "hex": plain(lambda t: _to_i(t, 16)), "oct": plain(lambda t: _to_i(t, 8)), "ord": plain(lambda t: ord(t[0])),
    "ljust": plain(lambda t, w, p=" ": t + _padding(w - len(t), p), 1, 2),
    "rjust": plain(lambda t, w, p=" ": _padding(w - len(t), p) + t, 1, 2),
    "center": plain(lambda t, w, p=" ": _padding((w - len(t)) // 2, p) + t + _padding((w - len(t) + 1) // 2, p), 1, 2),
    "tr": plain(translated, 2), "delete": plain(deleted, 1, 9),
    "squeeze": plain(squeezed, 0, 1), "count": plain(lambda t, s: sum(map(member(s), t)), 1),
    "index": plain(find, 1, 2), "rindex": plain(rfind, 1),
    "partition": plain(partition, 1), "rpartition": plain(rpartition, 1),
    "force_encoding": plain(forced, 1), "encode": plain(encoded, 0, 4), "scrub": plain(scrubbed, 0, 1),
    "unicode_normalize": plain(_normalize, 0, 1), "valid_encoding?": plain(lambda t: NO_UTF8.search(t) is None),
    "ascii_only?": plain(str.isascii), "encoding": plain(lambda t: Constant("UTF-8")),
    "casecmp": plain(lambda t, o: compare(t.lower(), o.lower()), 1),
    "casecmp?": plain(lambda t, o: t.casefold() == o.casefold(), 1),
    "insert": plain(_insert, 2), "prepend": plain(lambda t, *o: "".join(map(text_of, o)) + t, 0, 99),
    "concat": plain(lambda t, *o: t + "".join(map(text_of, o)), 0, 99),
    "between?": plain(lambda t, low, high: low <= t <= high, 2), "dump": plain(inspect),
    "unpack1": plain(unpack1, 1),
}  # fmt: skip
