"""Methods of all objects, and the lookup of a method by receiver. Strings, collections and times have own files."""

import functools
from collections.abc import Callable
from fractions import Fraction
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any

from kelp.agent.ruby.errors import error_class
from kelp.agent.ruby.json_text import to_json
from kelp.agent.ruby.last_match import search
from kelp.agent.ruby.operators import compare, equal, spaceship
from kelp.agent.ruby.text import inspect, to_s
from kelp.agent.ruby.values import (
    PYTHON_FAULTS,
    Constant,
    DefaultHash,
    EventMoment,
    LentHash,
    MatchData,
    Proc,
    Range,
    Regexp,
    RubyError,
    RubyTime,
    Symbol,
    TextFile,
    class_name,
    is_a,
    truthy,
)

Block = Callable[[list[Any]], Any]
# receiver, arguments, block
Method = Callable[[Any, list[Any], Block | None], Any]
Table = dict[str, Method]
# Methods that change their receiver, or may do so.
CHANGING = frozenset((
    "delete", "store", "merge!", "update", "select!", "filter!", "reject!", "keep_if", "delete_if", "map!",
    "collect!", "compact!", "transform_values!", "transform_keys!", "clear", "replace", "sort!", "sort_by!",
    "uniq!", "flatten!", "push", "append", "pop", "shift", "unshift", "prepend", "insert", "delete_at", "concat",
    "reverse!", "[]=", "send", "public_send", "__send__",
))  # fmt: skip
# Those that strings have as well as lists.
GROWING = frozenset(["concat", "prepend", "insert", "replace", "clear"])
# Those of strings alone.
STRING_CHANGING = frozenset((
    "gsub!", "sub!", "strip!", "lstrip!", "rstrip!", "chomp!", "chop!", "upcase!", "downcase!", "capitalize!",
    "swapcase!", "tr!", "tr_s!", "squeeze!", "delete!", "delete_prefix!", "delete_suffix!", "succ!", "next!",
    "encode!", "scrub!", "unicode_normalize!",
))  # fmt: skip
# Without a block these give an enumerator.
ENUMERATING = frozenset((
    "each", "map", "collect", "flat_map", "select", "filter", "find_all", "reject", "each_with_index", "each_char",
    "each_line", "each_byte", "each_slice", "each_cons", "times", "upto", "downto", "step", "each_pair", "each_key",
    "each_value", "each_entry", "each_index", "reverse_each", "group_by", "partition", "find", "detect",
    "filter_map", "sort_by", "min_by", "max_by", "with_index", "each_with_object", "delete_if", "map!", "collect!",
    "select!", "reject!", "take_while", "drop_while",
))  # fmt: skip


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


def _is(receiver: Any, constant: Any) -> bool:
    if not isinstance(constant, Constant):
        raise RubyError("class or module required")
    return is_a(receiver, constant.name)


def _then(receiver: Any, args: list[Any], block: Block | None) -> Any:
    return need_block("then", block)([receiver])


def _tap(receiver: Any, args: list[Any], block: Block | None) -> Any:
    need_block("tap", block)([receiver])
    return receiver


def _send(receiver: Any, args: list[Any], block: Block | None) -> Any:
    return call_method(receiver, to_s(args[0]), args[1:], block)


def _responds(receiver: Any, name: Any) -> bool:
    return lookup(receiver, to_s(name)) is not None


def case_equal(pattern: Any, value: Any) -> bool:
    """`pattern === value`, as `when` uses it."""
    if isinstance(pattern, Constant):
        return is_a(value, pattern.name)
    if isinstance(pattern, Regexp):
        return isinstance(value, str | Symbol) and search(pattern.compiled, to_s(value)) is not None
    if isinstance(pattern, Proc):
        return truthy(pattern.run([value]))
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


def copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value


OBJECT: Table = {
    "nil?": plain(lambda r: r is None),
    "is_a?": plain(_is, 1),
    "kind_of?": plain(_is, 1),
    "instance_of?": plain(lambda r, c: _is(r, c) and class_name(r) == c.name, 1),
    "class": plain(lambda r: Constant(error_class(r) if isinstance(r, RubyError) else class_name(r))),
    "to_s": plain(to_s, 0, 1),
    "inspect": plain(inspect),
    "to_json": plain(lambda r, *options: to_json(r), 0, 1),
    "dup": plain(copied),
    "clone": plain(copied, 0, 1),
    "freeze": plain(lambda r: r),
    "hash": plain(lambda r: hash(inspect(r))),
    "object_id": plain(id),
    "send": _send,
    "public_send": _send,
    "__send__": _send,
    "<=>": plain(spaceship, 1),
    "!=": plain(lambda r, other: not equal(r, other), 1),
    "itself": plain(lambda r: r),
    "respond_to?": plain(_responds, 1),
    "then": _then,
    "yield_self": _then,
    "tap": _tap,
    "eql?": plain(lambda r, other: type(r) is type(other) and equal(r, other), 1),
    "===": plain(case_equal, 1),
    "==": plain(equal, 1),
    "!": plain(lambda r: r is None or r is False),
}
NIL: Table = {
    "to_i": plain(lambda r: 0),
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


BOOLEAN: Table = {
    "&": plain(lambda r, other: r and truthy(other), 1),
    "|": plain(lambda r, other: r or truthy(other), 1),
    "^": plain(lambda r, other: r != truthy(other), 1),
}
ERROR: Table = {
    "message": plain(str),
    "full_message": plain(str),
    "to_s": plain(str),
    "backtrace": plain(lambda e: []),
}
PROC: Table = {
    name: (lambda r, args, block: r.run(args)) for name in ("call", "()", "yield", "[]", "===")
} | {
    "to_proc": plain(lambda r: r),
    "arity": plain(lambda r: r.arity),
    "lambda?": plain(lambda r: r.is_lambda),
}
FILE: Table = {
    "read": plain(lambda f: f.text),
    "readline": plain(lambda f: f.text.split("\n", 1)[0] + "\n"),
    "gets": plain(lambda f: f.text.split("\n", 1)[0] + "\n"),
    "readlines": plain(lambda f: f.text.splitlines(keepends=True)),
}


@functools.cache
def tables() -> dict[type, Table]:
    """Every class's own methods."""
    # Imported late: these modules use the helpers above.
    from kelp.agent.ruby.methods_address import ADDRESS, IFADDR
    from kelp.agent.ruby.methods_array import ARRAY
    from kelp.agent.ruby.methods_hash import HASH
    from kelp.agent.ruby.methods_number import FLOAT, INTEGER, RATIONAL
    from kelp.agent.ruby.methods_range import ENUMERATOR, RANGE, Enumerator
    from kelp.agent.ruby.methods_regexp import MATCH, REGEXP
    from kelp.agent.ruby.methods_string import STRING
    from kelp.agent.ruby.methods_time import MOMENT, TIME
    from kelp.agent.ruby.methods_uri import URI_METHODS, Uri
    from kelp.agent.ruby.own_addresses import InterfaceAddress

    return {
        type(None): NIL, Symbol: SYMBOL, str: STRING, int: INTEGER, float: FLOAT, Fraction: RATIONAL, list: ARRAY,
        dict: HASH, DefaultHash: HASH, LentHash: HASH, IPv4Interface: ADDRESS, IPv6Interface: ADDRESS, TextFile: FILE,
        InterfaceAddress: IFADDR,
        Range: RANGE, Enumerator: ENUMERATOR, Regexp: REGEXP, MatchData: MATCH, RubyTime: TIME, EventMoment: MOMENT,
        Proc: PROC, RubyError: ERROR, Uri: URI_METHODS, bool: BOOLEAN,
        Constant: {"name": plain(to_s), "to_s": plain(to_s)},
    }  # fmt: skip


@functools.cache
def known_names() -> set[str]:
    """The names of all methods of all classes: anything else is refused when a configuration is read."""
    return set(OBJECT).union(*tables().values()) - {"[]=", "()"}


def lookup(receiver: Any, name: str) -> Method | None:
    table = tables().get(type(receiver), {})
    return table.get(name) or OBJECT.get(name)


def call_method(receiver: Any, name: str, args: list[Any], block: Block | None) -> Any:
    """Call a method as Ruby would. Raises RubyError where the receiver has none of that name."""
    if block is None and name in ENUMERATING:
        from kelp.agent.ruby.methods_range import enumerator

        if (found := enumerator(receiver, name, args)) is not None:
            return found
    method = lookup(receiver, name)
    if method is None:
        shown = inspect(receiver)
        raise RubyError(f"undefined method `{name}' for {shown if len(shown) < 60 else class_name(receiver)}")
    try:
        return method(receiver, args, block)
    except PYTHON_FAULTS as error:
        raise RubyError(f"{name}: {error}") from error
