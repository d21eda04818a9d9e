"""Rounding as Ruby does it: half away from zero, on doubles where the value is one."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from kelp.agent.ruby.text import float_text, to_s
from kelp.agent.ruby.values import RubyError, Symbol

_DIGITS_OF_DOUBLE = 17


def rounded(value: Any, digits: Any = 0, options: Any = None) -> Any:
    """`round(digits, half: :even)`: an Integer for no digits behind the point, else the type of the value."""
    if isinstance(digits, dict):
        digits, options = 0, digits
    mode = to_s(options.get(Symbol("half"))) if options else "up"
    if mode not in ("up", "even", "down", ""):
        raise RubyError(f"invalid rounding mode: {mode}")
    return _cut(value, digits, lambda exact: _half(exact, mode), lambda x, s: _round_double(x, s, mode))


def floored(value: Any, digits: int = 0) -> Any:
    return _cut(value, digits, lambda exact: exact.__floor__(), _floor_double)


def ceiled(value: Any, digits: int = 0) -> Any:
    return _cut(value, digits, lambda exact: exact.__ceil__(), lambda x, s: -_floor_double(-x, s))


def truncated(value: Any, digits: int = 0) -> Any:
    return floored(value, digits) if value > 0 else ceiled(value, digits)


def _cut(
    value: Any, digits: int, whole: Callable[[Any], int], double: Callable[[float, float], float]
) -> Any:
    """`whole` rounds an exact number to an integer, `double` a double to the multiples of 1 / scale."""
    if isinstance(value, float):
        return _cut_float(value, digits, whole, double)
    if digits >= 0 and isinstance(value, int):
        return value
    unit = Fraction(10) ** -digits
    found = whole(Fraction(value) / unit) * unit
    return found if digits > 0 else int(found)


def _cut_float(
    value: float, digits: int, whole: Callable[[Any], int], double: Callable[[float, float], float]
) -> Any:
    if digits > 0:
        exponent = math.frexp(value)[1] if math.isfinite(value) else 0
        if not math.isfinite(value) or value == 0 or _is_fine(digits, exponent):
            return value
        if digits > 14:
            return float(Fraction(whole(Fraction(value) * 10**digits), 10**digits))
        return double(value, 10.0**digits)
    if not math.isfinite(value):
        raise RubyError(float_text(value), "FloatDomainError")
    return whole(value) if digits == 0 else _cut(int(value), digits, whole, double)


def _is_fine(digits: int, exponent: int) -> bool:
    """A double of this size has no more than `digits` digits behind the point."""
    return digits >= _DIGITS_OF_DOUBLE - (int(exponent / 4) if exponent > 0 else int(exponent / 3) - 1)


def _half(exact: Any, mode: str) -> int:
    size = abs(exact)
    base = math.floor(size)
    rest = size - base
    up = rest > 0.5 or (rest == 0.5 and (mode in ("up", "") or (mode == "even" and base % 2 == 1)))
    return int(base + up) * (-1 if exact < 0 else 1)


def _round_double(value: float, scale: float, mode: str) -> float:
    size = abs(value)
    found = float(_half(size * scale, mode))
    if mode in ("up", "") and (found + 0.5) / scale <= size:
        found += 1
    return math.copysign(found / scale, value)


def _floor_double(value: float, scale: float) -> float:
    whole = math.floor(value * scale)
    above = (whole + 1) / scale
    return above if above <= value else whole / scale
