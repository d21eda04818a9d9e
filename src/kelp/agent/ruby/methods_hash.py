"""Methods of Hash."""

from typing import Any

from kelp.agent.ruby.methods import Block, Method, Table, arity, need_block, plain
from kelp.agent.ruby.methods_array import ARRAY, dig, item
from kelp.agent.ruby.operators import equal
from kelp.agent.ruby.text import inspect
from kelp.agent.ruby.values import RubyError, truthy

Hash = dict[Any, Any]


def _fetch(value: Hash, args: list[Any], block: Block | None) -> Any:
    arity("fetch", args, 1, 2)
    if args[0] in value:
        return value[args[0]]
    if block is not None:
        return block([args[0]])
    if len(args) == 2:
        return args[1]
    raise RubyError(f"key not found: {inspect(args[0])}")


def _kept(wanted: bool) -> Method:
    def call(value: Hash, args: list[Any], block: Block | None) -> Hash:
        run = need_block("select", block)
        return {k: v for k, v in value.items() if truthy(run([k, v])) is wanted}

    return call


def _in_place(name: str, *, says_nothing: bool) -> Method:
    """The changing form of a method; `says_nothing`: nil where nothing changed."""

    def call(value: Hash, args: list[Any], block: Block | None) -> Hash | None:
        new = HASH[name](value, args, block)
        changed = len(new) != len(value)
        value.clear()
        value.update(new)
        return value if changed or not says_nothing else None

    return call


def _set(value: Hash, key: Any, new: Any) -> Any:
    value[key] = new
    return new


def _merge(value: Hash, args: list[Any], block: Block | None) -> Hash:
    out = dict(value)
    for other in args:
        for key, new in other.items():
            out[key] = block([key, out[key], new]) if block and key in out else new
    return out


def _each(value: Hash, args: list[Any], block: Block | None) -> Hash:
    run = need_block("each", block)
    for key, one in list(value.items()):
        run([[key, one]])
    return value


def _each_part(part: int) -> Method:
    def call(value: Hash, args: list[Any], block: Block | None) -> Hash:
        run = need_block("each", block)
        for pair in list(value.items()):
            run([pair[part]])
        return value

    return call


def _listed(name: str) -> Method:
    """An Array method over pairs; blocks get key and value apart."""
    method = ARRAY[name]

    def call(value: Hash, args: list[Any], block: Block | None) -> Any:
        return method([[k, v] for k, v in value.items()], args, block)

    return call


def _to_h(value: Hash, args: list[Any], block: Block | None) -> Hash:
    return value if block is None else dict(block([k, v]) for k, v in value.items())


def _transform_values(value: Hash, args: list[Any], block: Block | None) -> Hash:
    run = need_block("transform_values", block)
    return {k: run([v]) for k, v in value.items()}


def _transform_keys(value: Hash, args: list[Any], block: Block | None) -> Hash:
    """With a block, or a hash from old to new names."""
    table = args[0] if args else {}
    if block is None:
        return {table.get(k, k): v for k, v in value.items()}
    return {table[k] if k in table else block([k]): v for k, v in value.items()}


def _delete(value: Hash, args: list[Any], block: Block | None) -> Any:
    arity("delete", args, 1)
    if args[0] in value:
        return value.pop(args[0])
    return block(args) if block else None


def _to_a(value: Hash) -> list[Any]:
    return [[k, v] for k, v in value.items()]


def _shift(value: Hash) -> Any:
    if not value:
        return None
    key = next(iter(value))
    return [key, value.pop(key)]


def _replace(value: Hash, other: Hash) -> Hash:
    value.clear()
    value.update(other)
    return value


def _any(value: Hash, args: list[Any], block: Block | None) -> bool:
    return bool(value) if block is None else any(truthy(block([[k, v]])) for k, v in value.items())


def _without(value: Hash, *keys: Any) -> Hash:
    return {k: v for k, v in value.items() if k not in keys}


HASH: Table = {
    name: _listed(name)
    for name in (
        "map", "collect", "flat_map", "filter_map", "find", "detect", "sort_by", "min_by", "max_by", "sum", "reduce", "inject",
        "each_with_object", "each_with_index", "group_by", "first", "partition", "sort", "all?", "none?", "count", "zip",
        "each_slice", "each_cons", "take", "drop", "take_while", "drop_while", "max", "min", "find_all", "uniq", "find_index", "each_entry",
        "reverse_each", "one?", "minmax",
    )
} | {
    "[]": plain(item, 1), "[]=": plain(_set, 2), "store": plain(_set, 2), "any?": _any, "dig": dig, "fetch": _fetch,
    "key?": plain(lambda h, k: k in h, 1), "has_key?": plain(lambda h, k: k in h, 1),
    "include?": plain(lambda h, k: k in h, 1), "member?": plain(lambda h, k: k in h, 1),
    "value?": plain(lambda h, v: any(equal(x, v) for x in h.values()), 1),
    "has_value?": plain(lambda h, v: any(equal(x, v) for x in h.values()), 1),
    "key": plain(lambda h, v: next((k for k, x in h.items() if equal(x, v)), None), 1),
    "keys": plain(list), "values": plain(lambda h: list(h.values())), "length": plain(len), "size": plain(len),
    "values_at": plain(lambda h, *keys: [item(h, k) for k in keys], 0, 99),
    "empty?": plain(lambda h: not h), "to_a": plain(_to_a), "to_h": _to_h,
    "to_hash": plain(lambda h: h), "merge": _merge, "select": _kept(True), "filter": _kept(True), "reject": _kept(False),
    "each": _each, "each_pair": _each, "compact": plain(lambda h: {k: v for k, v in h.items() if v is not None}),
    "invert": plain(lambda h: {v: k for k, v in h.items()}), "slice": plain(lambda h, *ks: {k: h[k] for k in ks if k in h}, 0, 99),
    "except": plain(_without, 0, 99), "transform_values": _transform_values, "transform_keys": _transform_keys,
    "delete": _delete, "shift": plain(_shift), "clear": plain(lambda h: h.clear() or h), "replace": plain(_replace, 1),
    "each_key": _each_part(0), "each_value": _each_part(1), "entries": plain(_to_a), "default": plain(lambda h: None),
    "merge!": _in_place("merge", says_nothing=False), "update": _in_place("merge", says_nothing=False),
    "select!": _in_place("select", says_nothing=True), "filter!": _in_place("select", says_nothing=True),
    "keep_if": _in_place("select", says_nothing=False), "reject!": _in_place("reject", says_nothing=True),
    "delete_if": _in_place("reject", says_nothing=False), "compact!": _in_place("compact", says_nothing=True),
    "transform_values!": _in_place("transform_values", says_nothing=False),
    "transform_keys!": _in_place("transform_keys", says_nothing=False),
    "fetch_values": lambda h, args, b: [_fetch(h, [k], b) for k in args],
    "assoc": plain(lambda h, k: [k, h[k]] if k in h else None, 1), "flatten": plain(lambda h: [x for p in h.items() for x in p]),
}  # fmt: skip
