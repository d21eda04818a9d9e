"""Ruby's format: `"%05.1f" % x`, `format("%<a>s", a: 1)`."""

import re
from typing import Any

from kelp.agent.ruby.text import inspect, to_s
from kelp.agent.ruby.values import RubyError, Symbol, is_number

_DIRECTIVE = re.compile(
    r"%(?:%|\{(\w+)\}|(?:(\d+)\$)?([-+ 0#]*)(?:<(\w+)>)?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z]))"
)


def format_text(form: str, arguments: list[Any]) -> str:
    """The text `form` describes. Raises RubyError for missing arguments and unknown directives."""
    waiting = list(arguments)

    def replace(found: "re.Match[str]") -> str:
        if found[0] == "%%":
            return "%"
        if found[1]:
            return to_s(_named(arguments, found[1]))
        if found[4]:
            value = _named(arguments, found[4])
        elif found[2]:
            if int(found[2]) > len(arguments):
                raise RubyError("too few arguments for format")
            value = arguments[int(found[2]) - 1]
        elif waiting:
            value = waiting.pop(0)
        else:
            raise RubyError("too few arguments for format")
        flags = (found[3] or "") + (found[5] or "")
        return _one(flags, found[6] or "", found[7], found[8], value)

    if "%" in _DIRECTIVE.sub("", form):
        raise RubyError(f"malformed format string {form!r}")
    return _DIRECTIVE.sub(replace, form)


def _named(arguments: list[Any], name: str) -> Any:
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise RubyError("one hash required")
    if Symbol(name) not in arguments[0]:
        raise RubyError(f"key<{name}> not found")
    return arguments[0][Symbol(name)]


def _one(flags: str, width: str, precision: str | None, kind: str, value: Any) -> str:
    form = "%" + flags + width + (f".{precision}" if precision is not None else "")
    if kind in "sp":
        return (form + "s") % (to_s(value) if kind == "s" else inspect(value))
    if kind in "diu":
        return (form + "d") % to_integer_strict(value)
    if kind in "xXobB" and to_integer_strict(value) < 0 and not set(flags) & {"+", " "}:
        return _complement(to_integer_strict(value), flags, width, kind)
    if kind in "xXo":
        return (form + kind) % to_integer_strict(value)
    if kind in "bB":
        body = bin(to_integer_strict(value)).replace("0b", "0b" if "#" in flags else "")
        pad = "0" if "0" in flags and "-" not in flags else " "
        return body.ljust(int(width or 0)) if "-" in flags else body.rjust(int(width or 0), pad)
    if kind in "feEgG":
        return (form + kind) % to_float_strict(value)
    if kind == "c":
        return (form + "c") % (value if isinstance(value, int) else to_s(value)[:1])
    raise RubyError(f"malformed format string - %{kind}")


def _complement(value: int, flags: str, width: str, kind: str) -> str:
    """A negative number as Ruby shows it: `..f9` for -7."""
    if flags or width:
        raise RubyError(f"%{flags}{width}{kind} of a negative number is not supported")
    base = {"x": 16, "X": 16, "o": 8, "b": 2, "B": 2}[kind]
    count = 1
    while base**count < -value:
        count += 1
    form = {16: "x", 8: "o", 2: "b"}[base]
    digits = format(value + base**count, form).rjust(count, "0")
    last = format(base - 1, form)
    digits = last + digits.lstrip(last)
    return ".." + (digits.upper() if kind == "X" else digits)


def to_integer_strict(value: Any) -> int:
    """`Integer(value)`. Raises RubyError."""
    if is_number(value):
        return int(value // 1)
    if isinstance(value, str):
        try:
            return int(value.replace("_", ""), 0)
        except ValueError:
            raise RubyError(f"invalid value for Integer(): {inspect(value)}") from None
    raise RubyError(f"can't convert {inspect(value)} into Integer")


def to_float_strict(value: Any) -> float:
    """`Float(value)`. Raises RubyError."""
    if is_number(value):
        return float(value)
    if isinstance(value, str):
        try:
            if not re.fullmatch(
                r"\s*[+-]?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?\s*|\s*0[xX][\da-fA-F]+\s*", value
            ):
                raise ValueError
            return float(value.replace("_", "")) if "x" not in value.lower() else float(int(value, 16))
        except ValueError:
            raise RubyError(f"invalid value for Float(): {inspect(value)}") from None
    raise RubyError(f"can't convert {inspect(value)} into Float")
