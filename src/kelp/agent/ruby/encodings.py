"""Encodings of text, which is UTF-8 here, but for bytes that are none."""

import re
from typing import Any

from kelp.agent.ruby.text import to_bytes, to_s
from kelp.agent.ruby.values import RubyError, Symbol

# Encodings that text can pass through unharmed.
_UNICODE = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF8-MAC", "ASCII-8BIT", "BINARY")


def encoded(text: str, *args: Any) -> str:
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
        return scrubbed(text, options.get(Symbol("replace")))
    return text


NO_UTF8 = re.compile("[\udc80-\udcff]")


def scrubbed(text: str, instead: Any = None) -> str:
    """`scrub`: bytes that are no UTF-8 are replaced."""
    replacement = "\ufffd" if instead is None else to_s(instead)
    return NO_UTF8.sub(lambda _: replacement, text)


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


def forced(text: str, name: Any) -> str:
    if to_s(name).upper() not in (*_UNICODE, "US-ASCII", "ASCII"):
        raise RubyError(f"cannot take text as {to_s(name)}: only UTF-8 is supported")
    return text
