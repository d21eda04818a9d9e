"""Methods of all objects, and the lookup of a method by receiver. Strings, collections and times have own files."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from kelp.agent.ruby.values import (
    Constant,
    MatchData,
    Range,
    Regexp,
    RubyError,
    RubyTime,
    Symbol,
    TextFile,
    class_name,
    compare,
    equal,
    inspect,
    is_a,
    to_json,
    to_s,
)  # fmt: skip

Block = Callable[[list[Any]], Any]
# receiver, arguments, block
Method = Callable[[Any, list[Any], Block | None], Any]
Table = dict[str, Method]


def arity(name: str, args: list[Any], least: int, most: int | None = None) -> None:
    """Check the number of arguments. Raises RubyError."""
    if not least <= len(args) <= (least if most is None else most):
        wanted = str(least) if most in (None, least) else f"{least}..{most}"
        raise RubyError(f"wrong number of arguments for {name} (given {len(args)}, expected {wanted})")


def plain(function: Callable[..., Any], least: int = 0, most: int | None = None) -> Method:
    """A method without block from a function of receiver and arguments."""

    def call(receiver: Any, args: list[Any], block: Block | None) -> Any:
        arity("method", args, least, most)
        return function(receiver, *args)

    return call


def need_block(name: str, block: Block | None) -> Block:
    if block is None:
        raise RubyError(f"{name} without a block is not supported")
    return block


def join(items: list[Any], separator: str = "") -> str:
    return separator.join(join(one, separator) if isinstance(one, list) else to_s(one) for one in items)


def _is(receiver: Any, constant: Any) -> bool:
    if not isinstance(constant, Constant):
        raise RubyError("class or module required")
    return is_a(receiver, constant.name)


def _then(receiver: Any, args: list[Any], block: Block | None) -> Any:
    return need_block("then", block)([receiver])


def _tap(receiver: Any, args: list[Any], block: Block | None) -> Any:
    need_block("tap", block)([receiver])
    return receiver


def _responds(receiver: Any, name: Any) -> bool:
    return lookup(receiver, to_s(name)) is not None


def case_equal(pattern: Any, value: Any) -> bool:
    """`pattern === value`, as `when` uses it."""
    if isinstance(pattern, Constant):
        return is_a(value, pattern.name)
    if isinstance(pattern, Regexp):
        return isinstance(value, str | Symbol) and pattern.compiled.search(to_s(value)) is not None
    if isinstance(pattern, Range):
        return in_range(pattern, value)
    return equal(pattern, value)


def in_range(receiver: Range, value: Any) -> bool:
    try:
        if receiver.first is not None and compare(receiver.first, value) > 0:
            return False
        if receiver.last is None:
            return True
        order = compare(value, receiver.last)
    except RubyError:
        return False
    return order < 0 or (order == 0 and not receiver.exclusive)


def _to_i(receiver: Any) -> int:
    if receiver is None:
        return 0
    raise RubyError(f"undefined method `to_i' for {inspect(receiver)}")


OBJECT: Table = {
    "nil?": plain(lambda r: r is None),
    "is_a?": plain(_is, 1),
    "kind_of?": plain(_is, 1),
    "instance_of?": plain(lambda r, c: _is(r, c) and class_name(r) == c.name, 1),
    "class": plain(lambda r: Constant(class_name(r))),
    "to_s": plain(to_s, 0, 1),
    "inspect": plain(inspect),
    "to_json": plain(to_json),
    "dup": plain(lambda r: list(r) if isinstance(r, list) else dict(r) if isinstance(r, dict) else r),
    "clone": plain(lambda r: list(r) if isinstance(r, list) else dict(r) if isinstance(r, dict) else r),
    "freeze": plain(lambda r: r),
    "itself": plain(lambda r: r),
    "respond_to?": plain(_responds, 1),
    "then": _then,
    "yield_self": _then,
    "tap": _tap,
    "equal?": plain(lambda r, other: r is other, 1),
    "eql?": plain(lambda r, other: type(r) is type(other) and equal(r, other), 1),
    "===": plain(case_equal, 1),
    "==": plain(equal, 1),
    "!": plain(lambda r: r is None or r is False),
}
NIL: Table = {
    "to_i": plain(_to_i),
    "to_f": plain(lambda r: 0.0),
    "to_a": plain(lambda r: []),
    "to_h": plain(lambda r: {}),
}
SYMBOL: Table = {
    "to_sym": plain(lambda r: r),
    "to_s": plain(to_s),
    "name": plain(to_s),
    "length": plain(lambda r: len(r.name)),
    "size": plain(lambda r: len(r.name)),
    "upcase": plain(lambda r: Symbol(r.name.upper())),
    "downcase": plain(lambda r: Symbol(r.name.lower())),
}


ADDRESS: Table = {
    "ipv4?": plain(lambda r: r.version == 4),
    "ipv6?": plain(lambda r: r.version == 6),
    "to_s": plain(str),
}
FILE: Table = {
    "read": plain(lambda f: f.text),
    "readline": plain(lambda f: f.text.split("\n", 1)[0] + "\n"),
    "gets": plain(lambda f: f.text.split("\n", 1)[0] + "\n"),
    "readlines": plain(lambda f: f.text.splitlines(keepends=True)),
}


def _tables() -> dict[type, Table]:
    # Imported late: these modules use the helpers above.
    from kelp.agent.ruby.methods_array import ARRAY, RANGE
    from kelp.agent.ruby.methods_hash import HASH
    from kelp.agent.ruby.methods_number import FLOAT, INTEGER
    from kelp.agent.ruby.methods_string import MATCH, REGEXP, STRING
    from kelp.agent.ruby.methods_time import TIME

    return {
        type(None): NIL, Symbol: SYMBOL, str: STRING, int: INTEGER, float: FLOAT, list: ARRAY, dict: HASH,
        IPv4Address: ADDRESS, IPv6Address: ADDRESS, TextFile: FILE, Range: RANGE, Regexp: REGEXP, MatchData: MATCH, RubyTime: TIME, Constant: {"name": plain(to_s)}, bool: {},
    }  # fmt: skip


_by_type: dict[type, Table] = {}


def tables() -> dict[type, Table]:
    """Every class's own methods."""
    if not _by_type:
        _by_type.update(_tables())
    return _by_type


def known_names() -> set[str]:
    """The names of all methods of all classes: anything else is refused when a configuration is read."""
    return set(OBJECT).union(*tables().values())


def lookup(receiver: Any, name: str) -> Method | None:
    table = tables().get(type(receiver), {})
    return table.get(name) or OBJECT.get(name)


def call_method(receiver: Any, name: str, args: list[Any], block: Block | None) -> Any:
    """Call a method as Ruby would. Raises RubyError where the receiver has none of that name."""
    method = lookup(receiver, name)
    if method is None:
        shown = inspect(receiver)
        raise RubyError(f"undefined method `{name}' for {shown if len(shown) < 60 else class_name(receiver)}")
    try:
        return method(receiver, args, block)
    except (TypeError, ValueError, AttributeError, OverflowError, IndexError) as error:
        raise RubyError(f"{name}: {error}") from error
