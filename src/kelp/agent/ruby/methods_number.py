"""Methods of Integer and Float."""

import math
from typing import Any

from kelp.agent.ruby.methods import Block, Table, need_block, plain
from kelp.agent.ruby.operators import divide
from kelp.agent.ruby.values import RubyError, compare, to_s


def _round(value: Any, digits: int = 0) -> Any:
    """Half away from zero, as Ruby rounds."""
    if isinstance(value, int) and digits >= 0:
        return value
    if digits > 0:
        factor = 10**digits
        nearest = math.floor(abs(value) * factor + 0.5) / factor
        exact = round(value, digits)
        # The factor can carry an error that repr-based rounding does not have.
        return exact if abs(abs(value) * factor % 1 - 0.5) > 1e-6 else math.copysign(nearest, value)
    factor = 10**-digits
    return int(math.copysign(math.floor(abs(value) / factor + 0.5), value)) * factor


def _cut(function: Any) -> Any:
    def call(value: Any, digits: int = 0) -> Any:
        if isinstance(value, int) and digits >= 0:
            return value
        if digits > 0:
            return function(value * 10**digits) / 10**digits
        return function(value / 10**-digits) * 10**-digits

    return call


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
    for at in range(value):
        run([at])
    return value


def _chr(value: int) -> str:
    if not 0 <= value < 128:
        raise RubyError(f"{value} out of char range")
    return chr(value)


NUMBER: Table = {
    "to_i": plain(int),
    "to_int": plain(int),
    "to_f": plain(float),
    "abs": plain(abs),
    "round": plain(_round, 0, 1),
    "floor": plain(_cut(math.floor), 0, 1),
    "ceil": plain(_cut(math.ceil), 0, 1),
    "truncate": plain(_cut(math.trunc), 0, 1),
    "zero?": plain(lambda v: v == 0),
    "positive?": plain(lambda v: v > 0),
    "negative?": plain(lambda v: v < 0),
    "between?": plain(lambda v, low, high: compare(low, v) <= 0 <= compare(high, v), 2),
    "clamp": plain(
        lambda v, low, high: low if compare(v, low) < 0 else high if compare(v, high) > 0 else v, 2
    ),
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
}
FLOAT: Table = {
    **NUMBER,
    "to_s": plain(to_s),
    "nan?": plain(math.isnan),
    "infinite?": plain(lambda v: (1 if v > 0 else -1) if math.isinf(v) else None),
    "finite?": plain(math.isfinite),
}
