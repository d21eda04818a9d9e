"""Methods of Array."""

import base64
import functools
import random
from collections.abc import Callable, Sequence
from typing import Any

from kelp.agent.ruby.methods import Block, Method, Table, arity, case_equal, need_block, plain
from kelp.agent.ruby.operators import BINARY, unique
from kelp.agent.ruby.values import (
    DefaultHash,
    Range,
    RubyError,
    Symbol,
    class_name,
    compare,
    equal,
    is_number,
    join,
    to_bytes,
    to_s,
    truthy,
)


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


def _uniq(items: list[Any], args: list[Any], block: Block | None) -> list[Any]:
    if block is None:
        return unique(items)
    seen: list[Any] = []
    out: list[Any] = []
    for one in items:
        key = block([one])
        if key not in seen:
            seen.append(key)
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


def _order(block: Block | None) -> Callable[[Any], Any]:
    """Sort key of a `<=>` block, or of the items themselves."""
    run = block
    return functools.cmp_to_key(compare if run is None else lambda a, b: run([a, b]))


def _least(items: list[Any], args: list[Any], block: Block | None) -> Any:
    if args:
        return sorted(items, key=_order(block))[: args[0]]
    return min(items, key=_order(block), default=None)


def _most(items: list[Any], args: list[Any], block: Block | None) -> Any:
    if args:
        return sorted(items, key=_order(block), reverse=True)[: args[0]]
    return max(items, key=_order(block), default=None)


def _most_by(items: list[Any], args: list[Any], block: Block | None) -> Any:
    pairs = _by(items, block, "max_by")
    return max(pairs, key=functools.cmp_to_key(_compare_first))[1] if pairs else None


def _reduce(items: list[Any], args: list[Any], block: Block | None) -> Any:
    rest = list(items)
    operator = args[-1] if args and isinstance(args[-1], Symbol) else None
    initial = args[:-1] if operator else args
    if operator is not None and operator.name not in BINARY:
        raise RubyError(f"reduce with :{operator.name} is not supported")
    total = initial[0] if initial else (rest.pop(0) if rest else None)
    if operator is None and initial and block is None and isinstance(initial[-1], str):
        raise RubyError("reduce with the name of an operator as text is not supported: write :+")
    for one in rest:
        total = BINARY[operator.name](total, one) if operator else need_block("reduce", block)([total, one])
    return total


def _sum(items: list[Any], args: list[Any], block: Block | None) -> Any:
    total: Any = args[0] if args else 0
    values = [block([one]) if block else one for one in items]
    if all(is_number(one) for one in [total, *values]) and any(isinstance(one, float) for one in values):
        return _float_sum([total, *values])
    for one in values:
        total = BINARY["+"](total, one)
    return total


def _float_sum(values: list[Any]) -> float:
    """Ruby adds floats with Kahan and Babuška's correction."""
    total, lost = 0.0, 0.0
    for value in map(float, values):
        whole = total + value
        lost += (total - whole) + value if abs(total) >= abs(value) else (value - whole) + total
        total = whole
    return total + lost


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
    run = need_block("each_with_index", block)
    for at, one in enumerate(items):
        run([one, at])
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


def _taken(items: list[Any], block: Block | None) -> int:
    """How many items at the start the block accepts."""
    test = _test(block)
    return next((at for at, one in enumerate(items) if not test(one)), len(items))


def _slices(items: list[Any], args: list[Any], block: Block | None) -> Any:
    run, size = need_block("each_slice", block), args[0]
    for at in range(0, len(items), size):
        run([items[at : at + size]])
    return items


def _runs(items: list[Any], args: list[Any], block: Block | None) -> Any:
    run, size = need_block("each_cons", block), args[0]
    for at in range(len(items) - size + 1):
        run([items[at : at + size]])
    return items


def _grep(items: list[Any], args: list[Any], block: Block | None) -> list[Any]:
    found = [one for one in items if case_equal(args[0], one)]
    return [block([one]) for one in found] if block else found


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


def _zip(items: list[Any], *others: list[Any]) -> list[Any]:
    return [[one, *(o[at] if at < len(o) else None for o in others)] for at, one in enumerate(items)]


def _transposed(items: list[Any]) -> list[Any]:
    if len({len(one) for one in items}) > 1:
        raise RubyError("element size differs", "IndexError")
    return [list(one) for one in zip(*items, strict=True)]


def _each_index(items: list[Any], args: list[Any], block: Block | None) -> Any:
    run = need_block("each_index", block)
    for at in range(len(items)):
        run([at])
    return items


def _pack(items: list[Any], form: str) -> str:
    if form in ("m", "m0"):
        body = to_bytes(to_s(items[0]))
        return (base64.b64encode(body) if form == "m0" else base64.encodebytes(body)).decode()
    if form in ("C*", "c*") and all(0 <= one < 128 for one in items):
        return bytes(items).decode()
    if form == "U*":
        return "".join(map(chr, items))
    if form == "H*":
        try:
            return bytes.fromhex(items[0]).decode()
        except ValueError:
            raise RubyError("pack('H*') is supported for text only") from None
    raise RubyError(f"pack({form!r}) is not supported")


ARRAY: Table = {
    "[]": index, "slice": index, "dig": dig, "at": plain(lambda a, i: index(a, [i]), 1),
    "fetch": lambda a, args, block: _fetch(a, args, block), "join": plain(lambda a, s="": join(a, s or ""), 0, 1),
    "first": plain(_first, 0, 1), "last": plain(_last, 0, 1), "length": plain(len), "size": plain(len),
    "count": _count, "empty?": plain(lambda a: not a), "reverse": plain(lambda a: a[::-1]),
    "include?": plain(lambda a, one: any(equal(x, one) for x in a), 1),
    "member?": plain(lambda a, one: any(equal(x, one) for x in a), 1),
    "index": _index_of, "find_index": _index_of, "to_a": plain(lambda a: a), "to_ary": plain(lambda a: a),
    "compact": plain(lambda a: [x for x in a if x is not None]), "flatten": plain(_flatten, 0, 1), "uniq": _uniq,
    "sort": _sort, "sort_by": lambda a, args, b: [x for _, x in _by(a, b, "sort_by")],
    "min": _least, "max": _most, "min_by": lambda a, args, b: (_by(a, b, "min_by") or [(None, None)])[0][1],
    "max_by": _most_by,
    "sum": _sum, "reduce": _reduce, "inject": _reduce, "map": _map, "collect": _map, "flat_map": _flat_map,
    "filter_map": lambda a, args, b: [x for x in _map(a, args, b) if truthy(x)],
    "select": lambda a, args, b: [x for x in a if _test(need_block("select", b))(x)],
    "filter": lambda a, args, b: [x for x in a if _test(need_block("filter", b))(x)],
    "reject": lambda a, args, b: [x for x in a if not _test(need_block("reject", b))(x)],
    "find_all": lambda a, args, b: [x for x in a if _test(need_block("find_all", b))(x)],
    "grep": _grep, "grep_v": plain(lambda a, p: [x for x in a if not case_equal(p, x)], 1),
    "find": lambda a, args, b: next((x for x in a if _test(need_block("find", b))(x)), None),
    "detect": lambda a, args, b: next((x for x in a if _test(need_block("detect", b))(x)), None),
    "partition": lambda a, args, b: [[x for x in a if _test(b)(x)], [x for x in a if not _test(b)(x)]],
    "any?": lambda a, args, b: any(map(_pattern_test(args, b), a)),
    "all?": lambda a, args, b: all(map(_pattern_test(args, b), a)),
    "none?": lambda a, args, b: not any(map(_pattern_test(args, b), a)),
    "each": _each, "each_with_object": _each_with_object, "each_with_index": _with_index, "to_h": _to_h,
    "group_by": _group_by, "take": plain(lambda a, n: a[:n], 1), "drop": plain(lambda a, n: a[n:], 1),
    "values_at": plain(lambda a, *places: [index(a, [i]) for i in places], 0, 99),
    "zip": plain(_zip, 1, 9), "transpose": plain(_transposed), "product": plain(lambda a, b: [[x, y] for x in a for y in b], 1),
    "minmax": lambda a, args, b: [_least(a, [], b), _most(a, [], b)], "one?": lambda a, args, b: sum(map(_pattern_test(args, b), a)) == 1,
    "take_while": lambda a, args, b: a[: _taken(a, b)], "drop_while": lambda a, args, b: a[_taken(a, b) :],
    "each_cons": _runs, "each_index": _each_index, "each_entry": _each, "reverse_each": lambda a, args, b: _each(a[::-1], args, b) and a,
    "[]=": _set, "delete": plain(_delete, 1), "delete_at": plain(_delete_at, 1), "insert": plain(_insert, 1, 99),
    "unshift": plain(lambda a, *new: _insert(a, 0, *new), 0, 99), "prepend": plain(lambda a, *new: _insert(a, 0, *new), 0, 99),
    "clear": plain(lambda a: a.clear() or a), "replace": plain(lambda a, b: a.__setitem__(slice(None), b) or a, 1),
    "map!": _in_place("map", says_nothing=False), "collect!": _in_place("map", says_nothing=False),
    "select!": _in_place("select", says_nothing=True), "filter!": _in_place("select", says_nothing=True),
    "keep_if": _in_place("select", says_nothing=False), "reject!": _in_place("reject", says_nothing=True),
    "delete_if": _in_place("reject", says_nothing=False), "compact!": _in_place("compact", says_nothing=True),
    "uniq!": _in_place("uniq", says_nothing=True), "flatten!": _in_place("flatten", says_nothing=True),
    "sort!": _in_place("sort", says_nothing=False), "sort_by!": _in_place("sort_by", says_nothing=False),
    "reverse!": _in_place("reverse", says_nothing=False), "<<": plain(lambda a, one: _push(a, one), 1), "pack": plain(_pack, 1),
    "+": plain(lambda a, b: BINARY["+"](a, b), 1), "-": plain(lambda a, b: BINARY["-"](a, b), 1), "difference": plain(lambda a, b: BINARY["-"](a, b), 1),
    "&": plain(lambda a, b: BINARY["&"](a, b), 1), "intersection": plain(lambda a, b: BINARY["&"](a, b), 1),
    "|": plain(lambda a, b: BINARY["|"](a, b), 1), "union": plain(lambda a, b: BINARY["|"](a, b), 1), "*": plain(lambda a, b: BINARY["*"](a, b), 1),
    "intersect?": plain(lambda a, b: bool(BINARY["&"](a, b)), 1), "assoc": plain(lambda a, k: next((x for x in a if x and equal(x[0], k)), None), 1),
    "sample": plain(lambda a: random.choice(a) if a else None), "shuffle": plain(lambda a: random.sample(a, len(a))),
    "rotate": plain(lambda a, n=1: a[n % len(a):] + a[: n % len(a)] if a else [], 0, 1),
    "push": plain(_push, 0, 99), "append": plain(_push, 0, 99), "concat": plain(_concat, 0, 9),
    "each_slice": _slices, "pop": plain(_cut_last, 0, 1), "shift": plain(_cut_first, 0, 1),
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
