"""Methods of Hash."""

from typing import Any

from kelp.agent.ruby.methods import Block, Method, Table, arity, need_block, plain
from kelp.agent.ruby.methods_array import ARRAY, dig
from kelp.agent.ruby.values import RubyError, equal, inspect, truthy

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


def _merge(value: Hash, args: list[Any], block: Block | None) -> Hash:
    out = dict(value)
    for other in args:
        for key, new in other.items():
            out[key] = block([key, out[key], new]) if block and key in out else new
    return out


def _each(value: Hash, args: list[Any], block: Block | None) -> Hash:
    run = need_block("each", block)
    for key, item in list(value.items()):
        run([key, item])
    return value


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
    run = need_block("transform_keys", block)
    return {run([k]): v for k, v in value.items()}


def _delete(value: Hash, args: list[Any], block: Block | None) -> Any:
    raise RubyError(
        "delete changes the record in place, which is not supported: use remove_keys, or reject { … }"
    )


def _without(value: Hash, *keys: Any) -> Hash:
    return {k: v for k, v in value.items() if k not in keys}


HASH: Table = {
    name: _listed(name)
    for name in (
        "map", "collect", "flat_map", "filter_map", "find", "detect", "sort_by", "min_by", "max_by", "sum", "reduce", "inject",
        "each_with_object", "each_with_index", "group_by", "first", "partition", "sort", "any?", "all?", "none?", "count",
    )
} | {
    "[]": plain(lambda h, k: h.get(k), 1), "dig": dig, "fetch": _fetch,
    "key?": plain(lambda h, k: k in h, 1), "has_key?": plain(lambda h, k: k in h, 1),
    "include?": plain(lambda h, k: k in h, 1), "member?": plain(lambda h, k: k in h, 1),
    "value?": plain(lambda h, v: any(equal(x, v) for x in h.values()), 1),
    "has_value?": plain(lambda h, v: any(equal(x, v) for x in h.values()), 1),
    "key": plain(lambda h, v: next((k for k, x in h.items() if equal(x, v)), None), 1),
    "keys": plain(list), "values": plain(lambda h: list(h.values())), "length": plain(len), "size": plain(len),
    "values_at": plain(lambda h, *keys: [h.get(k) for k in keys], 0, 99),
    "empty?": plain(lambda h: not h), "to_a": plain(lambda h: [[k, v] for k, v in h.items()]), "to_h": _to_h,
    "to_hash": plain(lambda h: h), "merge": _merge, "select": _kept(True), "filter": _kept(True), "reject": _kept(False),
    "each": _each, "each_pair": _each, "compact": plain(lambda h: {k: v for k, v in h.items() if v is not None}),
    "invert": plain(lambda h: {v: k for k, v in h.items()}), "slice": plain(lambda h, *ks: {k: h[k] for k in ks if k in h}, 0, 99),
    "except": plain(_without, 0, 99), "transform_values": _transform_values, "transform_keys": _transform_keys,
    "delete": _delete,
}  # fmt: skip
