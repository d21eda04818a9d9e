"""Merging a mapping body, as `PUT _mapping` or create index bring it, into a mapping."""

from collections.abc import Iterable
from typing import Any

from kelp.store.errors import illegal_argument, mapper_parsing
from kelp.store.mapping.field import Field
from kelp.store.mapping.mapping import ROOT_PARAMETERS, Mapping
from kelp.store.mapping.validate import check_field, check_parameters, check_root, check_templates

RESERVED_KEY = "_kelp"
"""The key of a segment line that holds what is not part of the document."""

_OBJECT_TYPES = ("object", "nested")
_OBJECT_PARAMETERS = ("dynamic", "enabled", "include_in_parent", "include_in_root")
_UPDATABLE = frozenset({"ignore_above", "fields", "null_value", "meta", "coerce", "ignore_malformed", "eager_global_ordinals",
                        "search_analyzer", "search_quote_analyzer", "fielddata", "fielddata_frequency_filter", "boost",
                        "copy_to", "norms", "time_series_metric", "time_series_dimension"})  # fmt: skip
_IGNORED_ROOT = frozenset(
    {"_doc", "_all", "_size", "_field_names", "runtime", "include_in_all", "numeric_detection"}
)


def merge(mapping: Mapping, body: dict[str, Any]) -> None:
    """Merge `body` (`{"dynamic", "properties", …}`) into the mapping, or change nothing and raise ApiError."""
    if not isinstance(body, dict):
        raise mapper_parsing(f"expected a mapping as a JSON object, got {type(body).__name__}")
    staged = mapping.copy()
    _merge_root(staged, _without_type(body))
    if staged.field_count() > staged.fields_limit and staged.field_count() > mapping.field_count():
        raise illegal_argument(f"Limit of total fields [{staged.fields_limit}] has been exceeded")
    for name in ("objects", "root", "aliases"):
        setattr(mapping, name, getattr(staged, name))
    # Field objects already handed out stay valid: only new ones and changed parameters are taken over.
    fields = dict(mapping.fields)
    for path, item in staged.fields.items():
        known = fields.get(path)
        if known is None:
            fields[path] = item
        else:
            known.params = item.params
    mapping.fields = fields
    mapping.generation += 1


def _without_type(body: dict[str, Any]) -> dict[str, Any]:
    """Mappings of Elasticsearch 6 have the type's name around them."""
    if len(body) == 1:
        (name, inner), *_ = body.items()
        known = name in ROOT_PARAMETERS or name in ("properties", "runtime")
        if isinstance(inner, dict) and not known and ("properties" in inner or name == "_doc"):
            return inner
    return body


def _merge_root(mapping: Mapping, body: dict[str, Any]) -> None:
    check_root(body)
    for name, value in body.items():
        if name == "properties":
            continue
        if name == "dynamic":
            mapping.root[name] = _dynamic(value)
        elif name == "dynamic_templates":
            check_templates(value)
            mapping.root[name] = value
        elif name in ROOT_PARAMETERS:
            mapping.root[name] = value
        elif name not in _IGNORED_ROOT:
            raise mapper_parsing(f"Root mapping definition has unsupported parameters:  [{name} : {value}]")
    _merge_properties(mapping, (), "", body.get("properties", {}))


def _dynamic(value: Any) -> str:
    text = str(value).lower()
    if text not in ("true", "false", "strict", "runtime"):
        raise mapper_parsing(f"Could not convert [dynamic.dynamic] to boolean: got [{value}]")
    return text


def _merge_properties(mapping: Mapping, keys: tuple[str, ...], prefix: str, properties: Any) -> None:
    if not isinstance(properties, dict):
        raise mapper_parsing(f"Expected map for property [properties] on field [{prefix[:-1]}]")
    for name, body in properties.items():
        if not name:
            raise mapper_parsing("field name cannot be an empty string")
        if not isinstance(body, dict):
            raise mapper_parsing(
                f"Expected map for property [fields] on field [{name}] but got a {type(body).__name__}"
            )
        path = prefix + name
        check_parameters(name, body)
        # A dotted name in a mapping stands for nested objects, as in Elasticsearch.
        inner = (*keys, *name.split("."))
        type_name = body.get("type", "object" if "properties" in body or not body else None)
        if type_name is None and (set(body) <= {*_OBJECT_PARAMETERS}):
            type_name = "object"
        if type_name is None:
            raise mapper_parsing(f"No type specified for field [{name}]")
        if type_name in _OBJECT_TYPES:
            _merge_object(mapping, path, body, type_name)
        else:
            _merge_field(mapping, path, inner, body)
        if "properties" in body:
            _merge_properties(mapping, inner, path + ".", body["properties"])


def _merge_object(mapping: Mapping, path: str, body: dict[str, Any], type_name: str) -> None:
    known = mapping.fields.get(path)
    if known is not None and known.parent is None and not mapping.has_children(path):
        raise illegal_argument(f"can't merge a non object mapping [{path}] with an object mapping")
    params = {key: body[key] for key in _OBJECT_PARAMETERS if key in body}
    if "dynamic" in params:
        params["dynamic"] = _dynamic(params["dynamic"])
    old = mapping.objects.get(path, {})
    if type_name == "nested":
        if path in mapping.objects and old.get("type") != "nested":
            raise illegal_argument(f"cannot change object mapping from non-nested to nested [{path}]")
        params["type"] = "nested"
    elif old.get("type") == "nested" and "type" in body:
        raise illegal_argument(f"cannot change object mapping from nested to non-nested [{path}]")
    if params or (path not in mapping.objects and not body.get("properties")):
        mapping.objects[path] = {**old, **params} or {"type": "object"}


def _merge_field(mapping: Mapping, path: str, keys: tuple[str, ...], body: dict[str, Any]) -> None:
    type_name = body["type"]
    check_field(path, body)
    if type_name == "alias":
        if not body.get("path") or "fields" in body:
            raise mapper_parsing("The [path] property must be specified for field [" + path + "].")
        mapping.aliases[path] = body["path"]
        return
    known = mapping.fields.get(path)
    if known is None:
        if path in mapping.objects:
            raise illegal_argument(f"can't merge a non object mapping [{path}] with an object mapping")
        mapping.add(mapping.new_field(path, free_keys(mapping, keys), body))
        return
    _check_same(known, body)
    known.params = {
        **known.params,
        **{key: value for key, value in body.items() if key in _UPDATABLE and key != "fields"},
    }
    for name, sub in body.get("fields", {}).items():
        subpath = f"{path}.{name}"
        other = mapping.fields.get(subpath)
        if other is not None:
            _check_same(other, sub)
            continue
        params = {key: value for key, value in sub.items() if key != "type"}
        made = Field(subpath, sub["type"], known.keys, known.column, known.low_cardinality, known.array_column,
                     known.overflowed, path, params, known.live)  # fmt: skip
        mapping.add([made])


def _check_same(known: Field, body: dict[str, Any]) -> None:
    if known.type != body["type"]:
        raise illegal_argument(
            f"mapper [{known.path}] cannot be changed from type [{known.type}] to [{body['type']}]"
        )
    for name, value in body.items():
        if name in _UPDATABLE or name in ("type", "properties"):
            continue
        old = known.params.get(name)
        if old is not None and old != value:
            raise illegal_argument(
                f"Mapper for [{known.path}] conflicts with existing mapper:\n"
                f"\tCannot update parameter [{name}] from [{old}] to [{value}]"
            )


def free_keys(
    mapping: Mapping, keys: tuple[str, ...], also_taken: Iterable[tuple[str, ...]] = ()
) -> tuple[str, ...]:
    """The keys themselves, or a dotted spelling where a value of that name stands in the way.

    In a segment line a key holds either a value or an object. Where documents have both (`a: 1` and `a: {b: 2}`),
    the later field is written under a dotted key (`a.b`), or below the reserved key if even that is taken.
    """
    taken = {item.keys for item in mapping.columns_of_fields()} | set(also_taken)
    if keys[0] != RESERVED_KEY:
        for length in range(len(keys), 0, -1):
            spelled = (*keys[: length - 1], ".".join(keys[length - 1 :]))
            if not _blocked(taken, spelled):
                return spelled
    return (RESERVED_KEY, "x", ".".join(keys))


def _blocked(taken: set[tuple[str, ...]], keys: tuple[str, ...]) -> bool:
    return any(
        keys[: len(other)] == other or other[: len(keys)] == keys for other in taken if other[0] == keys[0]
    )
