"""Ruby's patterns in Python's spelling."""

import functools
import re
from typing import Any

# POSIX brackets, written for the inside of a class. Ruby's are Unicode; these cover what log patterns use.
_POSIX = {
    "alpha": "a-zA-Z\\u00aa-\\uffff", "digit": "0-9", "alnum": "0-9a-zA-Z\\u00aa-\\uffff", "upper": "A-Z", "lower": "a-z",
    "space": "\\s", "punct": "!-/:-@\\[-`{-~", "xdigit": "0-9A-Fa-f", "cntrl": "\\x00-\\x1f\\x7f",
    "blank": " \\t", "print": "\\x20-\\x7e\\x80-\\U0010ffff", "graph": "\\x21-\\x7e\\x80-\\U0010ffff", "word": "\\w",
}  # fmt: skip
# Escapes spelled differently outside a class.
_ESCAPES = {
    "h": "[0-9a-fA-F]",
    "H": "[^0-9a-fA-F]",
    "z": "\\Z",
    "Z": "(?=\\n?\\Z)",
    "R": "(?>\\r\\n|[\\n\\v\\f\\r])",
    "e": "\\x1b",
}
_CLASS_ESCAPES = {"h": "0-9a-fA-F", "e": "\\x1b", "b": "\\x08"}
# Ruby's group names hold nearly any character; those that Python refuses are spelled in hexadecimal behind this.
_SPELLED = "_hex_"
# What \d \w \s are where the engine must know Unicode for properties, outside and inside of a class.
_ASCII_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \\t\\n\\v\\f\\r"}
_QUANTIFIER = re.compile(r"[*+?][?+]?|\{\d+\}|\{(?:\d+,\d*|,\d+)\}\??")
_CODE_POINTS = re.compile(r"u\{([0-9a-fA-F ]+)\}")
# Escapes of several characters, which a quantifier repeats as one: ASCII codes, code points, references, properties.
_WHOLE_ESCAPE = re.compile(
    r"\\(?:x([0-7][0-9a-fA-F]|[0-9a-fA-F](?![0-9a-fA-F]))|u[0-9a-fA-F]{4}|[1-9]\d?|0[0-7]{0,2}|[pP]\{\^?\w+\})"
)
_HIGH_BYTES = re.compile(r"(?:\\?x[89a-fA-F][0-9a-fA-F])+")
_GROUP_NAME = re.compile(r"\(\?(?:<([^=!\d>)-][^>)]*)>|'([^\d')-][^')]*)')")
_CONDITION = re.compile(r"\(\?\((?:<(\w+)>|'(\w+)'|(\d+))\)")
_OPTIONS = re.compile(r"\(\?([imxadu]*)(?:-([imx]*))?([:)])")
_COMMENT = re.compile(r"\(\?#[^)]*\)")
# Letters an escape of Python's `re` knows; Ruby takes any other escaped letter as itself.
_KNOWN = set("AbBdDsSwWafnrtvxu0123456789")
# Ruby's ^ does not match behind a newline that ends the text; Python's does.
STRICT_LINE_START = r"(?:\A|^(?!\Z))"


def translate(source: str, line_start: str = "^") -> tuple[str, bool]:
    """Python's spelling of a Ruby pattern, and whether it needs the `regex` package. Raises ValueError."""
    translator = _Translator(source, line_start)
    return translator.run(), translator.needs_regex


def needs_unicode(source: str) -> bool:
    """Whether letters beyond ASCII matter: properties, or cases of what the pattern names."""
    return not source.isascii() or re.search(r"\\[pP]", source) is not None


class _Translator:
    """One pass over a Ruby pattern; `text` is the Python one, `needs_regex` tells which engine it wants."""

    def __init__(self, source: str, line_start: str) -> None:
        self.source = source
        self.line_start = line_start
        self.at = 0
        self.out: list[str] = []
        self.needs_regex = False
        # In Ruby plain groups do not capture once a pattern has named ones.
        self.named = re.search(r"(?<!\\)\(\?(?:<[^=!]|')", source) is not None
        self.unicode = needs_unicode(source)
        self.open_groups: list[int] = []  # where they begin in `out`
        self.atom = 0  # where what a quantifier would repeat begins in `out`
        self.is_quantified = False

    def run(self) -> str:
        while self.at < len(self.source):
            char = self.source[self.at]
            quantifier = _QUANTIFIER.match(self.source, self.at)
            if quantifier:
                self._quantify(quantifier[0])
                continue
            self.is_quantified = False
            if char == "(":
                self._group()
                continue
            self.atom = self.open_groups.pop() if char == ")" and self.open_groups else len(self.out)
            if char == "\\":
                self._escape()
            elif char == "[":
                self._bracket()
            else:
                self.out.append(self.line_start if char == "^" else char)
                self.at += 1
        return "".join(self.out)

    def _quantify(self, quantifier: str) -> None:
        """A quantifier behind another repeats what that one made: `a{1,2}+` is no possessive one in Ruby."""
        if self.is_quantified:
            self.out.insert(self.atom, "(?:")
            self.out.append(")")
        self.out.append(quantifier)
        self.is_quantified = True
        self.at += len(quantifier)

    def _escape(self) -> None:
        if found := _WHOLE_ESCAPE.match(self.source, self.at):
            self.at = found.end()
            self.needs_regex = self.needs_regex or found[0][1] in "pP"
            self.out.append(f"\\x{int(found[1], 16):02x}" if found[1] else found[0])
            return
        follower = self.source[self.at + 1 : self.at + 2]
        self.at += 2
        if follower in _ESCAPES:
            self.out.append(_ESCAPES[follower])
        elif follower == "k" and (name := self._angle_name()):
            self.out.append(f"(?P={name})")
        elif follower == "g" and (name := self._angle_name()):
            self.needs_regex = True
            self.out.append(f"(?&{name})" if not name.isdigit() else f"(?{name})")
        elif self._code_points():
            pass
        elif self.unicode and follower.lower() in _ASCII_CLASSES and follower:
            self.out.append(f"[{'^' if follower.isupper() else ''}{_ASCII_CLASSES[follower.lower()]}]")
        elif (follower in "pP" and follower) or (follower in "GKX" and follower):
            self.needs_regex = True
            self.out.append("\\" + follower)
        elif follower.isalpha() and follower not in _KNOWN:
            self.out.append(follower)
        else:
            self.out.append("\\" + follower)

    def _code_points(self) -> bool:
        """`\\u{…}` and the bytes of UTF-8, behind the backslash. Raises ValueError."""
        start = self.at - 1
        if found := _CODE_POINTS.match(self.source, start):
            text = "".join(chr(int(code, 16)) for code in found[1].split())
        elif found := _HIGH_BYTES.match(self.source, start):
            text = bytes.fromhex(found[0].replace("\\x", "").removeprefix("x")).decode()
        else:
            return False
        self.out.extend(re.escape(char) for char in text)
        self.atom = len(self.out) - 1
        self.at = found.end()
        return True

    def _angle_name(self) -> str:
        match = re.compile(r"<([^>]+)>|'([^']+)'").match(self.source, self.at)
        if match is None:
            return ""
        self.at = match.end()
        name = match[1] or match[2]
        return name if name.isdigit() else _spelled(name)

    def _bracket(self) -> None:
        """A character class, which Ruby allows to nest and to intersect with `&&`."""
        depth = 0
        start = self.at
        while self.at < len(self.source):
            rest = self.source[self.at :]
            if (
                rest.startswith("[:")
                and (match := re.match(r"\[:(\^?)(\w+):\]", rest))
                and match[2] in _POSIX
            ):
                self._posix(match[2], negated=bool(match[1]))
                self.at += match.end()
                continue
            char = rest[0]
            if char == "\\":
                self.at += 2
                if not self._code_points():
                    self._class_escape(rest[1:2])
                continue
            if rest.startswith("&&"):
                self.needs_regex = True
            if char == "[":
                depth += 1
                self.needs_regex = self.needs_regex or depth > 1
                self._open_class()
                continue
            self.out.append(char)
            self.at += 1
            if char == "]":
                depth -= 1
                if depth == 0:
                    return
        raise ValueError(f"premature end of char-class: {self.source[start:]}")

    def _open_class(self) -> None:
        """The bracket, `^` behind it, and a closing bracket there, which is a member."""
        self.out.append("[")
        self.at += 1
        if self.source.startswith("^", self.at):
            self.out.append("^")
            self.at += 1
        if self.source.startswith("]", self.at):
            self.out.append("\\]")
            self.at += 1

    def _posix(self, name: str, *, negated: bool) -> None:
        if not negated:
            self.out.append(_POSIX[name])
            return
        self.needs_regex = True
        self.out.append(f"[:^{name}:]")

    def _class_escape(self, follower: str) -> None:
        if follower in _CLASS_ESCAPES:
            self.out.append(_CLASS_ESCAPES[follower])
        elif follower in ("p", "P", "H"):
            self.needs_regex = True
            self.out.append("[^0-9a-fA-F]" if follower == "H" else "\\" + follower)
        elif self.unicode and follower.lower() in _ASCII_CLASSES and follower:
            inside = _ASCII_CLASSES[follower.lower()]
            self.out.append(f"[^{inside}]" if follower.isupper() else inside)
        elif follower.isalpha() and follower not in _KNOWN:
            self.out.append(follower)
        else:
            self.out.append("\\" + follower)

    def _group(self) -> None:
        start = len(self.out)
        if match := _COMMENT.match(self.source, self.at):
            self.at = match.end()
            return
        if match := _OPTIONS.match(self.source, self.at):
            self._flags(re.sub("[adu]", "", match[1]), match[2] or "", match[3])
            self.at = match.end()
            if match[3] == ")":
                return
        elif match := _GROUP_NAME.match(self.source, self.at):
            self.out.append(f"(?P<{_spelled(match[1] or match[2])}>")
            self.at = match.end()
        elif match := _CONDITION.match(self.source, self.at):
            self.out.append(f"(?({match[1] or match[2] or match[3]})")
            self.at = match.end()
        elif self.source.startswith("(?", self.at):
            self.out.append("(?")
            self.at += 2
        else:
            self.out.append("(?:" if self.named else "(")
            self.at += 1
        self.open_groups.append(start)

    def _flags(self, on: str, off: str, closing: str) -> None:
        """Ruby's m is Python's s; a bare `(?i)` holds to the end of its group, so it opens one at the start."""
        on, off = on.replace("m", "s"), off.replace("m", "s")
        if closing == ":":
            self.out.append(f"(?{on}{'-' + off if off else ''}:")
        elif not "".join(self.out).strip("^(") and not off and on:
            self.out.insert(0, f"(?{on})")
            self.open_groups = [at + 1 for at in self.open_groups]
        elif on or off:
            self.needs_regex = True
            self.out.append(f"(?{on}{'-' + off if off else ''})")


def _spelled(name: str) -> str:
    plain = name.isascii() and name.isidentifier() and not name.startswith(_SPELLED)
    return name if plain else _SPELLED + name.encode().hex()


@functools.lru_cache(maxsize=1024)
def renamed_groups(pattern: "re.Pattern[Any]") -> dict[str, str]:
    """The groups of a compiled pattern whose names Python refuses: its name for each → the pattern's own."""
    return {
        name: bytes.fromhex(name.removeprefix(_SPELLED)).decode()
        for name in pattern.groupindex
        if name.startswith(_SPELLED)
    }


def named_groups(found: "re.Match[str]") -> dict[str, Any]:
    """What each named group of a match holds, None for one that took no part."""
    renamed = renamed_groups(found.re)
    groups = found.groupdict()
    return {renamed.get(name, name): value for name, value in groups.items()} if renamed else groups
