"""Ruby's binary operators on the values of `kelp.agent.ruby.values`."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from kelp.agent.ruby.formatting import format_text
from kelp.agent.ruby.last_match import LAST, search
from kelp.agent.ruby.text import inspect, join
from kelp.agent.ruby.values import (
    NANOS,
    EventMoment,
    Regexp,
    RubyError,
    RubyTime,
    Symbol,
    class_name,
    is_number,
    truthy,
)

# Of the integers that operators make.
_MOST_BITS = 100_000


def equal(left: Any, right: Any) -> bool:
    """Ruby's ==: 1 equals 1.0, but never true; a symbol never equals a string."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, RubyTime) and isinstance(right, RubyTime):
        return left.nanos == right.nanos
    return bool(left == right)


def compare(left: Any, right: Any) -> int:
    """Ruby's <=>. Raises RubyError where the two cannot be compared."""
    left = left.seconds if isinstance(left, EventMoment) else left
    right = right.seconds if isinstance(right, EventMoment) else right
    if isinstance(left, RubyTime) and isinstance(right, RubyTime):
        left, right = left.nanos, right.nanos
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        left, right = left.name, right.name
    numbers = is_number(left) and is_number(right)
    if not numbers and (type(left) is not type(right) or not isinstance(left, str | list)):
        raise RubyError(f"comparison of {class_name(left)} with {inspect(right)} failed")
    if isinstance(left, list):
        for one, other in zip(left, right, strict=False):
            if order := compare(one, other):
                return order
        left, right = len(left), len(right)
    return int(left > right) - int(left < right)


def _refuse(name: str, left: Any, right: Any) -> RubyError:
    if left is None:
        return RubyError(f"undefined method `{name}' for nil")
    if is_number(left):
        return RubyError(f"{class_name(right)} can't be coerced into {class_name(left)}")
    if isinstance(left, str | list):
        return RubyError(f"no implicit conversion of {class_name(right)} into {class_name(left)}")
    return RubyError(f"undefined method `{name}' for {inspect(left)}")


def unique(items: list[Any]) -> list[Any]:
    """The items, each once."""
    out: list[Any] = []
    for one in items:
        if not any(type(one) is type(other) and equal(one, other) for other in out):
            out.append(one)
    return out


def add(left: Any, right: Any) -> Any:
    if isinstance(left, EventMoment):
        left = left.seconds
    if is_number(left) and is_number(right):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(left, RubyTime) and is_number(right):
        return RubyTime(left.nanos + _nanos(right), left.zone)
    raise _refuse("+", left, right)


def _nanos(seconds: Any) -> int:
    return math.floor(Fraction(seconds) * NANOS)


def subtract(left: Any, right: Any) -> Any:
    left = left.seconds if isinstance(left, EventMoment) else left
    right = right.seconds if isinstance(right, EventMoment) else right
    if is_number(left) and is_number(right):
        return left - right
    if isinstance(left, list) and isinstance(right, list):
        return [one for one in left if not any(equal(one, other) for other in right)]
    if isinstance(left, RubyTime) and isinstance(right, RubyTime):
        return (left.nanos - right.nanos) / NANOS
    if isinstance(left, RubyTime) and is_number(right):
        return RubyTime(left.nanos - _nanos(right), left.zone)
    raise _refuse("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    left = left.seconds if isinstance(left, EventMoment) else left
    if is_number(left) and is_number(right):
        return left * right
    if isinstance(left, str | list) and type(right) is int and right >= 0:
        return left * right
    if isinstance(left, list) and isinstance(right, str):
        return join(left, right)
    raise _refuse("*", left, right)


def divide(left: Any, right: Any) -> Any:
    left = left.seconds if isinstance(left, EventMoment) else left
    if not (is_number(left) and is_number(right)):
        raise _refuse("/", left, right)
    if isinstance(left, int) and isinstance(right, int):
        if right == 0:
            raise RubyError("divided by 0")
        return left // right
    if right == 0:
        return float("nan") if left == 0 or left != left else float("inf") if left > 0 else float("-inf")
    return left / right


def modulo(left: Any, right: Any) -> Any:
    left = left.seconds if isinstance(left, EventMoment) else left
    if isinstance(left, str):
        return format_text(left, right if isinstance(right, list) else [right])
    if not (is_number(left) and is_number(right)):
        raise _refuse("%", left, right)
    if right == 0:
        if isinstance(left, int) and isinstance(right, int):
            raise RubyError("divided by 0")
        return float("nan")
    return left % right


def power(left: Any, right: Any) -> Any:
    if not (is_number(left) and is_number(right)):
        raise _refuse("**", left, right)
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() * abs(right) > _MOST_BITS:
            raise RubyError(f"cannot compute a power of more than {_MOST_BITS} bits")
        return Fraction(left) ** right if right < 0 else left**right
    try:
        return left**right
    except OverflowError:
        return float("inf")


def shift_left(left: Any, right: Any) -> Any:
    if isinstance(left, list):
        left.append(right)
        return left
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if type(left) is int and type(right) is int and 0 <= right <= _MOST_BITS:
        return left << right
    raise _refuse("<<", left, right)


def shift_right(left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return left >> right
    raise _refuse(">>", left, right)


def bit_and(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        return [one for one in unique(left) if any(equal(one, other) for other in right)]
    if left is None or isinstance(left, bool):
        return truthy(left) and truthy(right)
    if type(left) is int and type(right) is int:
        return left & right
    raise _refuse("&", left, right)


def bit_or(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        return unique(left + right)
    if left is None or isinstance(left, bool):
        return truthy(left) or truthy(right)
    if type(left) is int and type(right) is int:
        return left | right
    raise _refuse("|", left, right)


def bit_xor(left: Any, right: Any) -> Any:
    if left is None or isinstance(left, bool):
        return truthy(left) is not truthy(right)
    if type(left) is int and type(right) is int:
        return left ^ right
    raise _refuse("^", left, right)


def spaceship(left: Any, right: Any) -> int | None:
    """`<=>`: nil where the two cannot be compared."""
    try:
        return compare(left, right)
    except RubyError:
        return 0 if equal(left, right) else None


def match(left: Any, right: Any) -> int | None:
    """`=~`: the place of the match, nil without one; sets `$~`."""
    if isinstance(left, Regexp):
        left, right = right, left
        if left is not None and not isinstance(left, str | Symbol):
            raise RubyError(f"no implicit conversion of {class_name(left)} into String")
    if isinstance(left, Symbol):
        left = left.name
    if not isinstance(left, str):
        # Any object has =~ up to Ruby 3.1, and none of these matches.
        LAST.found = None
        return None
    if not isinstance(right, Regexp):
        raise RubyError(f"wrong argument type {class_name(right)} (expected Regexp)")
    found = search(right.compiled, left)
    return found.start() if found else None


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "**": power,
    "<<": shift_left,
    ">>": shift_right,
    "&": bit_and,
    "|": bit_or,
    "^": bit_xor,
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<=>": spaceship,
    "<": lambda left, right: compare(left, right) < 0,
    "<=": lambda left, right: compare(left, right) <= 0,
    ">": lambda left, right: compare(left, right) > 0,
    ">=": lambda left, right: compare(left, right) >= 0,
}
