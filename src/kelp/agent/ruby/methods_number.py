"""Methods of Integer and Float."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kelp.agent.ruby.methods import Block, Table, need_block, plain
from kelp.agent.ruby.operators import add, compare, divide, modulo, multiply, power, subtract
from kelp.agent.ruby.rounding import ceiled, floored, rounded, truncated
from kelp.agent.ruby.text import float_text, to_s
from kelp.agent.ruby.values import MOST_ROUNDS, Range, RubyError, bounded, endless


def _base(value: int, base: int = 10) -> str:
    if base == 10:
        return str(value)
    digits = ""
    rest = abs(value)
    while rest:
        rest, digit = divmod(rest, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")


def _times(value: int, args: list[Any], block: Block | None) -> int:
    run = need_block("times", block)
    for at in bounded(range(value)):
        run([at])
    return value


def _chr(value: int) -> str:
    if not 0 <= value < 128:
        raise RubyError(f"{value} out of char range")
    return chr(value)


def _to_i(value: Any) -> int:
    if isinstance(value, float) and not math.isfinite(value):
        raise RubyError(float_text(value), "FloatDomainError")
    return int(value)


def _clamp(value: Any, low: Any, high: Any = None) -> Any:
    if isinstance(low, Range):
        low, high = low.first, low.last
    if low is not None and compare(value, low) < 0:
        return low
    return high if high is not None and compare(value, high) > 0 else value


def _walk(value: int, numbers: range, block: Block | None) -> int:
    run = need_block("upto", block)
    for number in bounded(numbers):
        run([number])
    return value


def _step(value: Any, args: list[Any], block: Block | None) -> Any:
    """`1.step(10, 3)`."""
    run = need_block("step", block)
    for at in steps(value, args[0], args[1] if len(args) > 1 else 1):
        run([at])
    return value


def steps(first: Any, last: Any, by: Any, *, exclusive: bool = False) -> Iterator[Any]:
    """The numbers from `first` to `last`, `by` apart; without end where `last` is nil. Raises RubyError."""
    if by == 0:
        raise RubyError("step can't be 0", "ArgumentError")
    at = first
    for _ in range(MOST_ROUNDS):
        order = -1 if last is None else compare(at, last) * (1 if by > 0 else -1)
        if order > 0 or (order == 0 and exclusive):
            return
        yield at
        at += by
    raise endless()


def _digits(value: int, base: int = 10) -> list[int]:
    if value < 0:
        raise RubyError("out of domain", "Math::DomainError")
    found = []
    while value:
        value, digit = divmod(value, base)
        found.append(digit)
    return found or [0]


NUMBER: Table = {
    "to_i": plain(_to_i),
    "to_int": plain(int),
    "to_f": plain(float),
    "abs": plain(abs),
    "round": plain(rounded, 0, 2),
    "floor": plain(floored, 0, 1),
    "ceil": plain(ceiled, 0, 1),
    "truncate": plain(truncated, 0, 1),
    "magnitude": plain(abs),
    "to_r": plain(Fraction),
    "rationalize": plain(Fraction),
    "modulo": plain(modulo, 1),
    "%": plain(modulo, 1),
    "+": plain(add, 1),
    "-": plain(subtract, 1),
    "*": plain(multiply, 1),
    "/": plain(divide, 1),
    "nonzero?": plain(lambda v: v if v != 0 else None),
    "finite?": plain(math.isfinite),
    "infinite?": plain(lambda v: (1 if v > 0 else -1) if math.isinf(v) else None),
    "coerce": plain(lambda v, other: [float(other), float(v)], 1),
    "step": _step,
    "zero?": plain(lambda v: v == 0),
    "positive?": plain(lambda v: v > 0),
    "negative?": plain(lambda v: v < 0),
    "between?": plain(lambda v, low, high: compare(low, v) <= 0 <= compare(high, v), 2),
    "clamp": plain(_clamp, 1, 2),
    "fdiv": plain(lambda v, other: divide(float(v), other), 1),
    "div": plain(lambda v, other: int(divide(v, other) // 1), 1),
    "integer?": plain(lambda v: isinstance(v, int)),
    "divmod": plain(lambda v, other: [int(divide(v, other) // 1), v % other], 1),
}
INTEGER: Table = {
    **NUMBER,
    "to_s": plain(_base, 0, 1),
    "chr": plain(_chr),
    "even?": plain(lambda v: v % 2 == 0),
    "odd?": plain(lambda v: v % 2 == 1),
    "succ": plain(lambda v: v + 1),
    "next": plain(lambda v: v + 1),
    "pred": plain(lambda v: v - 1),
    "times": _times,
    "upto": lambda v, args, block: _walk(v, range(v, math.floor(args[0]) + 1), block),
    "downto": lambda v, args, block: _walk(v, range(v, math.ceil(args[0]) - 1, -1), block),
    "digits": plain(_digits, 0, 1),
    "bit_length": plain(lambda v: (v if v >= 0 else ~v).bit_length()),
    "ord": plain(lambda v: v),
    "size": plain(lambda v: 8),
    "pow": plain(lambda v, exponent, *m: pow(v, exponent, *m) if m else power(v, exponent), 1, 2),
    "gcd": plain(math.gcd, 1),
    "lcm": plain(math.lcm, 1),
    "[]": plain(lambda v, bit: v >> bit & 1, 1),
    "&": plain(lambda v, other: v & other, 1),
    "|": plain(lambda v, other: v | other, 1),
    "numerator": plain(lambda v: v),
    "denominator": plain(lambda v: 1),
}
FLOAT: Table = {
    **NUMBER,
    "to_s": plain(to_s),
    "nan?": plain(math.isnan),
}
RATIONAL: Table = {
    **NUMBER,
    "to_s": plain(to_s),
    "numerator": plain(lambda v: v.numerator),
    "denominator": plain(lambda v: v.denominator),
}
