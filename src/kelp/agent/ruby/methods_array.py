"""Methods of Array."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from kelp.agent.ruby.enumerable import ENUMERABLE, block_test
from kelp.agent.ruby.methods import Block, Method, Table, arity, need_block, plain
from kelp.agent.ruby.operators import BINARY, equal
from kelp.agent.ruby.packing import pack
from kelp.agent.ruby.text import join
from kelp.agent.ruby.values import DefaultHash, Range, RubyError, class_name


def index(items: Sequence[Any], args: list[Any], block: Block | None = None) -> Any:
    """`items[…]` of a list or text: place, range, start and length; nil outside."""
    arity("[]", args, 1, 2)
    key = args[0]
    if isinstance(key, Range):
        bounds = key.bounds(len(items))
        return None if bounds is None else items[bounds[0] : bounds[1]]
    if type(key) is not int:
        raise RubyError(f"no implicit conversion of {class_name(key)} into Integer")
    start = key + len(items) if key < 0 else key
    if len(args) == 2:
        return items[start : start + args[1]] if 0 <= start <= len(items) and args[1] >= 0 else None
    return items[start] if 0 <= start < len(items) else None


def dig(value: Any, args: list[Any], block: Block | None = None) -> Any:
    """Follow keys and places; nil as soon as one is missing."""
    arity("dig", args, 1, 99)
    for key in args:
        if value is None:
            return None
        if isinstance(value, dict):
            value = item(value, key)
        elif isinstance(value, list):
            value = index(value, [key])
        else:
            raise RubyError(f"{class_name(value)} does not have #dig method")
    return value


def item(value: dict[Any, Any], key: Any) -> Any:
    """`hash[key]`, with the hash's default."""
    if key in value:
        return value[key]
    return value.default(value, key) if isinstance(value, DefaultHash) else None


def _index_of(items: list[Any], args: list[Any], block: Block | None) -> int | None:
    test: Callable[[Any], bool] = (lambda one: equal(one, args[0])) if args else block_test(block)
    return next((at for at, one in enumerate(items) if test(one)), None)


def _last(items: list[Any], count: int | None = None) -> Any:
    if count is not None:
        return items[-count:] if count else []
    return items[-1] if items else None


def _concat(items: list[Any], *more: Any) -> list[Any]:
    for one in more:
        if not isinstance(one, list):
            raise RubyError(f"no implicit conversion of {class_name(one)} into Array")
        items.extend(one)
    return items


def _push(items: list[Any], *more: Any) -> list[Any]:
    items.extend(more)
    return items


def _set(items: list[Any], args: list[Any], block: Block | None) -> Any:
    """`items[at] = value`; nil fills the gap behind the end."""
    arity("[]=", args, 2)
    at, value = args
    if type(at) is not int:
        raise RubyError(f"no implicit conversion of {class_name(at)} into Integer")
    if at < -len(items):
        raise RubyError(f"index {at} too small for array", "IndexError")
    while at >= len(items):
        items.append(None)
    items[at] = value
    return value


def _delete(items: list[Any], one: Any) -> Any:
    found = [x for x in items if equal(x, one)]
    items[:] = [x for x in items if not equal(x, one)]
    return found[-1] if found else None


def _delete_at(items: list[Any], at: int) -> Any:
    return items.pop(at) if -len(items) <= at < len(items) else None


def _in_place(name: str, *, says_nothing: bool) -> Method:
    """The changing form of a method; `says_nothing`: nil where nothing changed."""

    def call(items: list[Any], args: list[Any], block: Block | None) -> Any:
        new = ARRAY[name](items, args, block)
        changed = len(new) != len(items)
        items[:] = new
        return items if changed or not says_nothing else None

    return call


def _insert(items: list[Any], at: int, *new: Any) -> list[Any]:
    place = at if at >= 0 else len(items) + at + 1
    items[place:place] = new
    return items


def _cut_first(items: list[Any], count: int | None = None) -> Any:
    if count is None:
        return items.pop(0) if items else None
    taken = items[:count]
    del items[:count]
    return taken


def _cut_last(items: list[Any], count: int | None = None) -> Any:
    if count is None:
        return items.pop() if items else None
    taken = items[len(items) - count :] if count < len(items) else items[:]
    del items[len(items) - len(taken) :]
    return taken


def _transposed(items: list[Any]) -> list[Any]:
    if len({len(one) for one in items}) > 1:
        raise RubyError("element size differs", "IndexError")
    return [list(one) for one in zip(*items, strict=True)]


def _each_index(items: list[Any], args: list[Any], block: Block | None) -> Any:
    run = need_block("each_index", block)
    for at in range(len(items)):
        run([at])
    return items


def _fetch(items: list[Any], args: list[Any], block: Block | None) -> Any:
    arity("fetch", args, 1, 2)
    if -len(items) <= args[0] < len(items):
        return items[args[0]]
    if block is not None:
        return block([args[0]])
    if len(args) == 2:
        return args[1]
    raise RubyError(f"index {args[0]} outside of array bounds")


ARRAY: Table = ENUMERABLE | {
    "[]": index, "slice": index, "dig": dig, "at": plain(lambda a, i: index(a, [i]), 1), "fetch": _fetch,
    "join": plain(lambda a, s="": join(a, s or ""), 0, 1), "last": plain(_last, 0, 1), "length": plain(len),
    "size": plain(len), "empty?": plain(lambda a: not a), "reverse": plain(lambda a: a[::-1]), "index": _index_of,
    "find_index": _index_of, "to_ary": plain(lambda a: a),
    "values_at": plain(lambda a, *places: [index(a, [i]) for i in places], 0, 99),
    "transpose": plain(_transposed), "product": plain(lambda a, b: [[x, y] for x in a for y in b], 1),
    "each_index": _each_index, "[]=": _set, "delete": plain(_delete, 1), "delete_at": plain(_delete_at, 1),
    "insert": plain(_insert, 1, 99), "unshift": plain(lambda a, *new: _insert(a, 0, *new), 0, 99),
    "prepend": plain(lambda a, *new: _insert(a, 0, *new), 0, 99), "clear": plain(lambda a: a.clear() or a),
    "replace": plain(lambda a, b: a.__setitem__(slice(None), b) or a, 1),
    "map!": _in_place("map", says_nothing=False), "collect!": _in_place("map", says_nothing=False),
    "select!": _in_place("select", says_nothing=True), "filter!": _in_place("select", says_nothing=True),
    "keep_if": _in_place("select", says_nothing=False), "reject!": _in_place("reject", says_nothing=True),
    "delete_if": _in_place("reject", says_nothing=False), "compact!": _in_place("compact", says_nothing=True),
    "uniq!": _in_place("uniq", says_nothing=True), "flatten!": _in_place("flatten", says_nothing=True),
    "sort!": _in_place("sort", says_nothing=False), "sort_by!": _in_place("sort_by", says_nothing=False),
    "reverse!": _in_place("reverse", says_nothing=False), "<<": plain(_push, 1), "pack": plain(pack, 1),
    "+": plain(BINARY["+"], 1), "-": plain(BINARY["-"], 1), "difference": plain(BINARY["-"], 1),
    "&": plain(BINARY["&"], 1), "intersection": plain(BINARY["&"], 1), "|": plain(BINARY["|"], 1),
    "union": plain(BINARY["|"], 1), "*": plain(BINARY["*"], 1),
    "intersect?": plain(lambda a, b: bool(BINARY["&"](a, b)), 1),
    "assoc": plain(lambda a, k: next((x for x in a if x and equal(x[0], k)), None), 1),
    "sample": plain(lambda a: random.choice(a) if a else None),
    "shuffle": plain(lambda a: random.sample(a, len(a))),
    "rotate": plain(lambda a, n=1: a[n % len(a):] + a[: n % len(a)] if a else [], 0, 1),
    "push": plain(_push, 0, 99), "append": plain(_push, 0, 99), "concat": plain(_concat, 0, 9),
    "pop": plain(_cut_last, 0, 1), "shift": plain(_cut_first, 0, 1),
}  # fmt: skip
