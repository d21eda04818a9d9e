"""Methods of Range, and of enumerators: calls that still wait for their block."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kelp.agent.ruby.methods import Block, Method, Table, arity, call_method, in_range, lookup, plain
from kelp.agent.ruby.methods_array import ARRAY
from kelp.agent.ruby.methods_number import steps
from kelp.agent.ruby.text import inspect, to_s
from kelp.agent.ruby.values import Range, RubyError, bounded, class_name


@dataclass(frozen=True, slots=True)
class Enumerator:
    """`receiver.name(args)` without its block."""

    receiver: Any
    name: str
    args: list[Any]

    def items(self) -> list[Any]:
        """What the block would be given."""
        found: list[Any] = []
        call_method(self.receiver, self.name, self.args, lambda values: found.append(_one(values)))
        return found


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def enumerator(receiver: Any, name: str, args: list[Any]) -> Enumerator | None:
    """The enumerator a call without block gives; None where the call does not need one."""
    if name == "partition" and isinstance(receiver, str):
        return None
    return Enumerator(receiver, name, args) if lookup(receiver, name) is not None else None


def _with_index(e: Enumerator, args: list[Any], block: Block | None) -> Any:
    arity("with_index", args, 0, 1)
    at = (args[0] or 0) if args else 0
    assert block is not None

    def run(values: list[Any]) -> Any:
        nonlocal at
        at += 1
        return block([_one(values), at - 1])

    return call_method(e.receiver, e.name, e.args, run)


def _with_object(e: Enumerator, args: list[Any], block: Block | None) -> Any:
    assert block is not None
    call_method(e.receiver, e.name, e.args, lambda values: block([_one(values), args[0]]))
    return args[0]


def _each(e: Enumerator, args: list[Any], block: Block | None) -> Any:
    return call_method(e.receiver, e.name, e.args, block)


def _of_items(name: str) -> Method:
    method = ARRAY[name]
    return lambda e, args, block: method(e.items(), args, block)


ENUMERATOR: Table = {name: _of_items(name) for name in ARRAY if name not in ("[]", "[]=", "dig", "join", "last")} | {
    "with_index": _with_index, "each_with_index": _with_index, "with_object": _with_object, "each_with_object": _with_object,
    "each": _each, "next": plain(lambda e: e.items()[0]), "size": plain(lambda e: len(e.items())),
    "inspect": plain(lambda e: f"#<Enumerator: {inspect(e.receiver)}:{e.name}>"),
}  # fmt: skip


def _listed(name: str) -> Callable[[Range, list[Any], Block | None], Any]:
    method = ARRAY[name]
    return lambda range_, args, block: method(range_.items(), args, block)


def _step(range_: Range, args: list[Any], block: Block | None) -> Any:
    assert block is not None
    by = args[0]
    if by < 0:
        raise RubyError("step can't be negative", "ArgumentError")
    for value in steps(range_.first, range_.last, by, exclusive=range_.exclusive):
        block([value])
    return range_


def _each_of(range_: Range, args: list[Any], block: Block | None) -> Range:
    assert block is not None
    for value in bounded(range_.values()):
        block([value])
    return range_


def _cover(range_: Range, value: Any) -> bool:
    return in_range(range_, value)


def _last(range_: Range, count: int | None = None) -> Any:
    return range_.last if count is None else list(bounded(range_.values()[-count:] if count else range(0)))


def _first(range_: Range, count: int | None = None) -> Any:
    return range_.first if count is None else list(bounded(range_.values()[:count]))


_CHANGING_LISTS = ("push", "append", "<<", "pop", "shift", "unshift", "delete_at", "insert", "concat")
RANGE: Table = {
    name: _listed(name)
    for name in ARRAY
    if not name.endswith("!") and name not in (*_CHANGING_LISTS, "[]", "[]=", "dig", "join", "empty?", "length")
} | {
    "include?": plain(_cover, 1), "member?": plain(_cover, 1), "cover?": plain(_cover, 1), "===": plain(_cover, 1),
    "first": plain(_first, 0, 1), "begin": plain(lambda r: r.first), "last": plain(_last, 0, 1),
    "end": plain(lambda r: r.last), "size": plain(lambda r: len(r.values())), "step": _step, "%": _step, "each": _each_of,
    "exclude_end?": plain(lambda r: r.exclusive), "hash": plain(lambda r: hash(class_name(r))),
    "to_s": plain(lambda r: f"{to_s(r.first)}{'...' if r.exclusive else '..'}{to_s(r.last)}"),
}  # fmt: skip
