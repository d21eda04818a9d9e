"""Methods of Array and Range."""

import functools
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.methods import Block, Table, arity, case_equal, in_range, join, need_block, plain
from kelp.agent.ruby.methods_string import slice_bounds
from kelp.agent.ruby.operators import BINARY
from kelp.agent.ruby.values import Range, RubyError, Symbol, class_name, compare, equal, to_s, truthy


def index(items: list[Any], args: list[Any], block: Block | None = None) -> Any:
    """`items[…]`: place, range, start and length; nil outside."""
    arity("[]", args, 1, 2)
    key = args[0]
    if isinstance(key, Range):
        bounds = slice_bounds(key, len(items))
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
            value = value.get(key)
        elif isinstance(value, list):
            value = index(value, [key])
        else:
            raise RubyError(f"{class_name(value)} does not have #dig method")
    return value


def _index_of(items: list[Any], args: list[Any], block: Block | None) -> int | None:
    test: Callable[[Any], bool] = (lambda one: equal(one, args[0])) if args else _test(block)
    return next((at for at, one in enumerate(items) if test(one)), None)


def _test(block: Block | None) -> Callable[[Any], bool]:
    """The block as a test; truth itself without one."""
    if block is None:
        return truthy
    run = block
    return lambda one: truthy(run([one]))


def _pattern_test(args: list[Any], block: Block | None) -> Callable[[Any], bool]:
    if args:
        pattern = args[0]
        return lambda one: case_equal(pattern, one)
    return _test(block)


def _flatten(items: list[Any], depth: int = -1) -> list[Any]:
    out: list[Any] = []
    for one in items:
        if isinstance(one, list) and depth != 0:
            out += _flatten(one, depth - 1)
        else:
            out.append(one)
    return out


def _uniq(items: list[Any]) -> list[Any]:
    out: list[Any] = []
    for one in items:
        if not any(type(one) is type(other) and equal(one, other) for other in out):
            out.append(one)
    return out


def _sort(items: list[Any], args: list[Any], block: Block | None) -> list[Any]:
    if block is None:
        return sorted(items, key=functools.cmp_to_key(compare))
    run = block
    return sorted(items, key=functools.cmp_to_key(lambda a, b: run([a, b])))


def _by(items: list[Any], block: Block | None, name: str) -> list[tuple[Any, Any]]:
    run = need_block(name, block)
    pairs = [(run([one]), one) for one in items]
    return sorted(pairs, key=functools.cmp_to_key(_compare_first))


def _compare_first(left: tuple[Any, Any], right: tuple[Any, Any]) -> int:
    return compare(left[0], right[0])


def _least(items: list[Any], args: list[Any], block: Block | None) -> Any:
    return _sort(items, [], block)[0] if items else None


def _most(items: list[Any], args: list[Any], block: Block | None) -> Any:
    return _sort(items, [], block)[-1] if items else None


def _reduce(items: list[Any], args: list[Any], block: Block | None) -> Any:
    rest = list(items)
    operator = args[-1] if args and isinstance(args[-1], Symbol) else None
    initial = args[:-1] if operator else args
    if operator is not None and operator.name not in BINARY:
        raise RubyError(f"reduce with :{operator.name} is not supported")
    total = initial[0] if initial else (rest.pop(0) if rest else None)
    for one in rest:
        total = BINARY[operator.name](total, one) if operator else need_block("reduce", block)([total, one])
    return total


def _sum(items: list[Any], args: list[Any], block: Block | None) -> Any:
    total: Any = args[0] if args else 0
    for one in items:
        total = BINARY["+"](total, block([one]) if block else one)
    return total


def _count(items: list[Any], args: list[Any], block: Block | None) -> int:
    if args:
        return sum(equal(one, args[0]) for one in items)
    return sum(map(_test(block), items)) if block else len(items)


def _each(items: list[Any], args: list[Any], block: Block | None) -> Any:
    run = need_block("each", block)
    for one in items:
        run([one])
    return items


def _each_with_object(items: list[Any], args: list[Any], block: Block | None) -> Any:
    arity("each_with_object", args, 1)
    run = need_block("each_with_object", block)
    for one in items:
        run([one, args[0]])
    return args[0]


def _with_index(items: list[Any], args: list[Any], block: Block | None) -> Any:
    if block is None:
        return [[one, at] for at, one in enumerate(items)]
    for at, one in enumerate(items):
        block([one, at])
    return items


def _to_h(items: list[Any], args: list[Any], block: Block | None) -> dict[Any, Any]:
    pairs: list[Any] = [block([one]) for one in items] if block else items
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise RubyError("to_h needs pairs")
    return {pair[0]: pair[1] for pair in pairs}


def _group_by(items: list[Any], args: list[Any], block: Block | None) -> dict[Any, list[Any]]:
    out: dict[Any, list[Any]] = {}
    run = need_block("group_by", block)
    for one in items:
        out.setdefault(run([one]), []).append(one)
    return out


def _map(items: list[Any], args: list[Any], block: Block | None) -> list[Any]:
    run = need_block("map", block)
    return [run([one]) for one in items]


def _flat_map(items: list[Any], args: list[Any], block: Block | None) -> list[Any]:
    return _flatten(_map(items, args, block), 1)


def _first(items: list[Any], count: int | None = None) -> Any:
    return items[:count] if count is not None else (items[0] if items else None)


def _last(items: list[Any], count: int | None = None) -> Any:
    if count is not None:
        return items[-count:] if count else []
    return items[-1] if items else None


def _push(items: list[Any], *more: Any) -> list[Any]:
    items.extend(more)
    return items


ARRAY: Table = {
    "[]": index, "slice": index, "dig": dig, "at": plain(lambda a, i: index(a, [i]), 1),
    "fetch": lambda a, args, block: _fetch(a, args, block), "join": plain(lambda a, s="": join(a, s or ""), 0, 1),
    "first": plain(_first, 0, 1), "last": plain(_last, 0, 1), "length": plain(len), "size": plain(len),
    "count": _count, "empty?": plain(lambda a: not a), "reverse": plain(lambda a: a[::-1]),
    "include?": plain(lambda a, one: any(equal(x, one) for x in a), 1),
    "member?": plain(lambda a, one: any(equal(x, one) for x in a), 1),
    "index": _index_of, "find_index": _index_of, "to_a": plain(lambda a: a), "to_ary": plain(lambda a: a),
    "compact": plain(lambda a: [x for x in a if x is not None]), "flatten": plain(_flatten, 0, 1), "uniq": plain(_uniq),
    "sort": _sort, "sort_by": lambda a, args, b: [x for _, x in _by(a, b, "sort_by")],
    "min": _least, "max": _most, "min_by": lambda a, args, b: (_by(a, b, "min_by") or [(None, None)])[0][1],
    "max_by": lambda a, args, b: (_by(a, b, "max_by") or [(None, None)])[-1][1],
    "sum": _sum, "reduce": _reduce, "inject": _reduce, "map": _map, "collect": _map, "flat_map": _flat_map,
    "filter_map": lambda a, args, b: [x for x in _map(a, args, b) if truthy(x)],
    "select": lambda a, args, b: [x for x in a if _test(need_block("select", b))(x)],
    "filter": lambda a, args, b: [x for x in a if _test(need_block("filter", b))(x)],
    "reject": lambda a, args, b: [x for x in a if not _test(need_block("reject", b))(x)],
    "grep": plain(lambda a, p: [x for x in a if case_equal(p, x)], 1),
    "find": lambda a, args, b: next((x for x in a if _test(need_block("find", b))(x)), None),
    "detect": lambda a, args, b: next((x for x in a if _test(need_block("detect", b))(x)), None),
    "partition": lambda a, args, b: [[x for x in a if _test(b)(x)], [x for x in a if not _test(b)(x)]],
    "any?": lambda a, args, b: any(map(_pattern_test(args, b), a)),
    "all?": lambda a, args, b: all(map(_pattern_test(args, b), a)),
    "none?": lambda a, args, b: not any(map(_pattern_test(args, b), a)),
    "each": _each, "each_with_object": _each_with_object, "each_with_index": _with_index, "to_h": _to_h,
    "group_by": _group_by, "take": plain(lambda a, n: a[:n], 1), "drop": plain(lambda a, n: a[n:], 1),
    "values_at": plain(lambda a, *places: [index(a, [i]) for i in places], 0, 99),
    "zip": plain(lambda a, b: [[x, b[i] if i < len(b) else None] for i, x in enumerate(a)], 1),
    "rotate": plain(lambda a, n=1: a[n % len(a):] + a[: n % len(a)] if a else [], 0, 1),
    "push": plain(_push, 0, 99), "append": plain(_push, 0, 99), "concat": plain(lambda a, b: _push(a, *b), 1),
    "each_slice": plain(lambda a, n: [a[i : i + n] for i in range(0, len(a), n)], 1),
    "pop": plain(lambda a: a.pop() if a else None), "shift": plain(lambda a: a.pop(0) if a else None),
    "tally": plain(lambda a: {x: sum(equal(x, y) for y in a) for x in a}),
}  # fmt: skip


def _fetch(items: list[Any], args: list[Any], block: Block | None) -> Any:
    arity("fetch", args, 1, 2)
    if -len(items) <= args[0] < len(items):
        return items[args[0]]
    if block is not None:
        return block([args[0]])
    if len(args) == 2:
        return args[1]
    raise RubyError(f"index {args[0]} outside of array bounds")


def _listed(name: str) -> Callable[[Range, list[Any], Block | None], Any]:
    method = ARRAY[name]
    return lambda range_, args, block: method(list(range_.values()), args, block)


RANGE: Table = {
    name: _listed(name) for name in ("to_a", "map", "select", "each", "sum", "reduce", "to_h")
} | {
    "include?": plain(in_range, 1),
    "member?": plain(in_range, 1),
    "cover?": plain(in_range, 1),
    "first": plain(lambda r: r.first),
    "begin": plain(lambda r: r.first),
    "last": plain(lambda r: r.last),
    "end": plain(lambda r: r.last),
    "size": plain(lambda r: len(r.values())),
    "to_s": plain(lambda r: f"{to_s(r.first)}{'...' if r.exclusive else '..'}{to_s(r.last)}"),
}
