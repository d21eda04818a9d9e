"""Ruby's binary operators on the values of `kelp.agent.ruby.values`."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.formatting import format_text
from kelp.agent.ruby.values import (
    NANOS,
    MatchData,
    Regexp,
    RubyError,
    RubyTime,
    class_name,
    compare,
    equal,
    inspect,
    is_number,
)  # fmt: skip

Env = dict[str, Any]
LAST_MATCH = "$~"


def _refuse(name: str, left: Any, right: Any) -> RubyError:
    if left is None:
        return RubyError(f"undefined method `{name}' for nil")
    if is_number(left):
        return RubyError(f"{class_name(right)} can't be coerced into {class_name(left)}")
    if isinstance(left, str | list):
        return RubyError(f"no implicit conversion of {class_name(right)} into {class_name(left)}")
    return RubyError(f"undefined method `{name}' for {inspect(left)}")


def add(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(left, RubyTime) and is_number(right):
        return RubyTime(left.nanos + round(right * NANOS), left.zone)
    raise _refuse("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return left - right
    if isinstance(left, list) and isinstance(right, list):
        return [one for one in left if not any(equal(one, other) for other in right)]
    if isinstance(left, RubyTime) and isinstance(right, RubyTime):
        return (left.nanos - right.nanos) / NANOS
    if isinstance(left, RubyTime) and is_number(right):
        return RubyTime(left.nanos - round(right * NANOS), left.zone)
    raise _refuse("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return left * right
    if isinstance(left, str | list) and type(right) is int and right >= 0:
        return left * right
    if isinstance(left, list) and isinstance(right, str):
        from kelp.agent.ruby.methods import join

        return join(left, right)
    raise _refuse("*", left, right)


def divide(left: Any, right: Any) -> Any:
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
    if not (is_number(left) and is_number(right)) or (isinstance(right, int) and abs(right) > 10_000):
        raise _refuse("**", left, right)
    if isinstance(left, int) and isinstance(right, int) and right < 0:
        raise RubyError("a rational result is not supported: write 1.0 *")
    return left**right


def shift_left(left: Any, right: Any) -> Any:
    if isinstance(left, list):
        left.append(right)
        return left
    if isinstance(left, str) and isinstance(right, str):
        raise RubyError("<< changes a string in place, which is not supported: use +")
    if type(left) is int and type(right) is int and 0 <= right < 4096:
        return left << right
    raise _refuse("<<", left, right)


def shift_right(left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return left >> right
    raise _refuse(">>", left, right)


def bit_and(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        return [one for at, one in enumerate(left) if one in right and one not in left[:at]]
    if isinstance(left, bool):
        return left and right not in (None, False)
    if type(left) is int and type(right) is int:
        return left & right
    raise _refuse("&", left, right)


def bit_or(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        both = left + right
        return [one for at, one in enumerate(both) if one not in both[:at]]
    if isinstance(left, bool):
        return left or right not in (None, False)
    if type(left) is int and type(right) is int:
        return left | right
    raise _refuse("|", left, right)


def bit_xor(left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return left ^ right
    raise _refuse("^", left, right)


def spaceship(left: Any, right: Any) -> int | None:
    try:
        return compare(left, right)
    except RubyError:
        return None


def match(env: Env, left: Any, right: Any) -> int | None:
    """`=~`: the place of the match, nil without one; sets `$~`."""
    if isinstance(left, Regexp):
        left, right = right, left
    if left is None:
        env[LAST_MATCH] = None
        return None
    if not isinstance(left, str) or not isinstance(right, Regexp):
        raise RubyError(f"wrong argument type {class_name(right)} for =~ (expected Regexp)")
    found: re.Match[str] | None = right.compiled.search(left)
    env[LAST_MATCH] = MatchData(found) if found else None
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
