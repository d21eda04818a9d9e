"""Methods of Enumerable: they look at items, and leave them where they are."""

import functools
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.methods import Block, Method, Table, arity, case_equal, need_block, plain
from kelp.agent.ruby.operators import BINARY, compare, equal, unique
from kelp.agent.ruby.values import RubyError, Symbol, is_number, truthy


def block_test(block: Block | None) -> Callable[[Any], bool]:
    """The block as a test; truth itself without one."""
    if block is None:
        return truthy
    run = block
    return lambda one: truthy(run([one]))


def _pattern_test(args: list[Any], block: Block | None) -> Callable[[Any], bool]:
    if args:
        pattern = args[0]
        return lambda one: case_equal(pattern, one)
    return block_test(block)


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
    return sum(map(block_test(block), items)) if block else len(items)


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


def _taken(items: list[Any], block: Block | None) -> int:
    """How many items at the start the block accepts."""
    test = block_test(block)
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


def _zip(items: list[Any], *others: list[Any]) -> list[Any]:
    return [[one, *(o[at] if at < len(o) else None for o in others)] for at, one in enumerate(items)]


def _filtering(*, wanted: bool) -> Method:
    def call(items: list[Any], args: list[Any], block: Block | None) -> list[Any]:
        test = block_test(block)
        return [one for one in items if test(one) is wanted]

    return call


def _find(items: list[Any], args: list[Any], block: Block | None) -> Any:
    return next(filter(block_test(block), items), None)


def _includes(items: list[Any], wanted: Any) -> bool:
    return any(equal(one, wanted) for one in items)


def _first(items: list[Any], count: int | None = None) -> Any:
    return items[:count] if count is not None else (items[0] if items else None)


ENUMERABLE: Table = {
    "first": plain(_first, 0, 1), "count": _count, "include?": plain(_includes, 1),
    "member?": plain(_includes, 1), "to_a": plain(lambda a: a),
    "compact": plain(lambda a: [x for x in a if x is not None]), "flatten": plain(_flatten, 0, 1), "uniq": _uniq,
    "sort": _sort, "sort_by": lambda a, args, b: [x for _, x in _by(a, b, "sort_by")], "min": _least,
    "max": _most, "min_by": lambda a, args, b: (_by(a, b, "min_by") or [(None, None)])[0][1], "max_by": _most_by,
    "sum": _sum, "reduce": _reduce, "inject": _reduce, "map": _map, "collect": _map, "flat_map": _flat_map,
    "filter_map": lambda a, args, b: [x for x in _map(a, args, b) if truthy(x)],
    "select": _filtering(wanted=True), "filter": _filtering(wanted=True), "reject": _filtering(wanted=False),
    "find_all": _filtering(wanted=True), "grep": _grep,
    "grep_v": plain(lambda a, p: [x for x in a if not case_equal(p, x)], 1), "find": _find, "detect": _find,
    "partition": lambda a, args, b: [[x for x in a if block_test(b)(x)], [x for x in a if not block_test(b)(x)]],
    "any?": lambda a, args, b: any(map(_pattern_test(args, b), a)),
    "all?": lambda a, args, b: all(map(_pattern_test(args, b), a)),
    "none?": lambda a, args, b: not any(map(_pattern_test(args, b), a)),
    "one?": lambda a, args, b: sum(map(_pattern_test(args, b), a)) == 1, "each": _each, "each_entry": _each,
    "each_with_object": _each_with_object, "each_with_index": _with_index, "to_h": _to_h, "group_by": _group_by,
    "take": plain(lambda a, n: a[:n], 1), "drop": plain(lambda a, n: a[n:], 1), "zip": plain(_zip, 1, 9),
    "minmax": lambda a, args, b: [_least(a, [], b), _most(a, [], b)],
    "take_while": lambda a, args, b: a[: _taken(a, b)], "drop_while": lambda a, args, b: a[_taken(a, b) :],
    "each_cons": _runs, "each_slice": _slices, "reverse_each": lambda a, args, b: _each(a[::-1], args, b) and a,
    "tally": plain(lambda a: {x: sum(equal(x, y) for y in a) for x in a}),
}  # fmt: skip
