"""The slow way of a document into a segment: any JSON object becomes a line that the columns can hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from kelp.store.errors import ApiError, mapper_parsing
from kelp.store.index.index import Index
from kelp.store.ingest.decoder import Tree, key_tree
from kelp.store.mapping import dates
from kelp.store.mapping.dynamic import dynamic_body, dynamic_setting
from kelp.store.mapping.field import INTEGER_RANGES, Field
from kelp.store.mapping.mapping import OVERFLOW_PATHS_LIMIT
from kelp.store.mapping.merge import RESERVED_KEY, free_keys
from kelp.store.mapping.validate import check_field
from kelp.store.mapping.values import Misfit, fit, text_of

Checks = dict[str, Any]
"""Keys of JSON objects: to the Checks below, or to (type, test) that a value must pass to be taken as it is."""

_INTEGER_LIMIT = 2**63
_DEPTH_LIMIT = 20
"""Elasticsearch's `index.mapping.depth.limit`; deeper values go to `_overflow`."""
_EXACT_ARRAY_TYPES = {"string": str, "long": int, "boolean": bool, "double": float}


@dataclass(slots=True)
class _Leaf:
    """All values a document has at one path."""

    keys: tuple[str, ...]
    values: list[Any] = field(default_factory=list)
    is_list: bool = False
    """The document has one JSON array of scalars here."""


class Normaliser:
    """Writes documents of one index in normal form; fields that the mapping lacks are added to it.

    Call `line` with the index's `schema_lock` held. `changed` tells that the mapping must be saved before the
    lines count as stored.
    """

    def __init__(self, index: Index) -> None:
        self.mapping = index.mapping
        self.changed = False
        self._generation = -1
        self._checks: Checks = {}

    def checks(self) -> Checks:
        """What can be taken over as it stands, by the keys that lead there."""
        if self._generation != self.mapping.generation:
            self._generation = self.mapping.generation
            self._checks = _checks(key_tree(self.mapping))
        return self._checks

    def line(self, document: dict[str, Any], raw: bytes) -> tuple[bytes, dict[str, Any]]:
        """The document's part of the line as JSON, and what belongs under the reserved key (`{}`: nothing).

        Raises ApiError where the mapping is strict.
        """
        try:
            return _Document(self, document, raw).write()
        except (RecursionError, orjson.JSONEncodeError):
            # Nested beyond what anyone can search: the document is kept, its fields are not looked at.
            return b"{}", {"s": raw.strip().decode("utf-8"), "i": list(document)}


class _Document:
    """One document on its way."""

    def __init__(self, normaliser: Normaliser, document: dict[str, Any], raw: bytes) -> None:
        self._normaliser = normaliser
        self._mapping = normaliser.mapping
        self._raw = raw
        self._leaves: dict[str, _Leaf] = {}
        self._exact = True
        self._tree: dict[str, Any] = {}
        self._arrays: dict[str, list[Any]] = {}
        self._overflow: dict[str, list[str]] = {}
        self._ignored: list[str] = []
        self._staged: list[Field] = []
        self._walk(document, "", (), normaliser.checks(), self._tree)

    def write(self) -> tuple[bytes, dict[str, Any]]:
        for path, leaf in list(self._leaves.items()):
            self._place_leaf(path, leaf)
        self._commit()
        extra: dict[str, Any] = self._tree.pop(RESERVED_KEY, {})
        if self._arrays:
            extra["a"] = self._arrays
        if self._overflow:
            extra["o"] = self._overflow
        if self._ignored:
            extra["i"] = self._ignored
        if not self._exact:
            extra["s"] = self._raw.strip().decode("utf-8")
        return orjson.dumps(self._tree), extra

    def _walk(
        self, node: dict[str, Any], prefix: str, keys: tuple[str, ...], checks: Checks, out: dict[str, Any]
    ) -> None:
        """Take over what passes its check; everything else is looked at closely. `prefix` ends with a dot."""
        if not node:
            self._exact = False  # an empty object has no leaf that would bring it back
        for key, value in node.items():
            check = checks.get(key)
            if type(check) is dict:
                if type(value) is dict:
                    inner: dict[str, Any] = {}
                    self._walk(value, f"{prefix}{key}.", (*keys, key), check, inner)
                    if inner:
                        out[key] = inner
                    continue
            elif check is not None and type(value) is check[0] and (check[1] is None or check[1](value)):
                out[key] = value
                continue
            self._take(prefix + key, (*keys, key), value)

    def _take(self, path: str, keys: tuple[str, ...], value: Any) -> None:
        if isinstance(value, dict):
            self._take_object(path, keys, value)
        elif isinstance(value, list):
            self._take_list(path, keys, value)
        elif value is None:
            self._exact = False
            known = self._mapping.get(path)
            if known is not None and known.params.get("null_value") is not None:
                self._add(path, keys, [known.params["null_value"]], False)
        else:
            self._add(path, keys, [value], False)

    def _take_object(self, path: str, keys: tuple[str, ...], value: dict[str, Any]) -> None:
        if _disabled(self._mapping.objects.get(path)):
            self._exact = False
            return
        known = self._mapping.fields.get(path)
        if known is not None and known.kind is None:
            self._exact = False
            self._overflow_all(path, value)
            return
        self._walk(value, path + ".", keys, {}, {})

    def _take_list(self, path: str, keys: tuple[str, ...], value: list[Any]) -> None:
        if value and all(isinstance(item, str | int | float) for item in value):
            self._add(path, keys, value, True)
            return
        self._exact = False
        for item in value:
            self._take(path, keys, item)

    def _add(self, path: str, keys: tuple[str, ...], values: list[Any], is_list: bool) -> None:
        leaf = self._leaves.get(path)
        if leaf is None:
            self._leaves[path] = _Leaf(keys, list(values), is_list)
        else:
            leaf.values += values
            self._exact = False
        known = self._mapping.fields.get(path)
        if known is not None and "copy_to" in known.params:
            targets = known.params["copy_to"]
            self._exact = False
            for target in [targets] if isinstance(targets, str) else targets:
                self._add(target, tuple(target.split(".")), values, False)

    def _overflow_all(self, path: str, value: Any) -> None:
        """Put every scalar below `path` into `_overflow` under its own path."""
        if isinstance(value, dict):
            for key, inner in value.items():
                self._overflow_all(f"{path}.{key}", inner)
        elif isinstance(value, list):
            for inner in value:
                self._overflow_all(path, inner)
        elif value is not None:
            self._overflow.setdefault(path, []).append(text_of(value))
            self._know_overflow(path)

    def _place_leaf(self, path: str, leaf: _Leaf) -> None:
        item = self._field(path, leaf)
        if item is None:
            return
        fitting: list[Any] = []
        self._take_back(item, leaf)
        for value in leaf.values:
            try:
                written, exact = fit(item, value)
            except Misfit:
                self._misfit(item, value)
                continue
            fitting.append(written)
            self._exact = self._exact and exact
        if not fitting:
            return
        if len(fitting) == 1 and not leaf.is_list:
            self._place(item, fitting[0], leaf.keys)
        else:
            self._place_array(item, leaf, fitting)

    def _take_back(self, item: Field, leaf: _Leaf) -> None:
        """The document has the field twice, spelled differently: what was taken over joins the leaf's values."""
        level: Any = self._tree
        for key in item.keys[:-1]:
            level = level.get(key)
            if level is None:
                return
        if item.keys[-1] in level:
            leaf.values.insert(0, level.pop(item.keys[-1]))
            self._exact = False

    def _place(self, item: Field, value: Any, keys: tuple[str, ...]) -> None:
        if item.keys != keys:
            self._exact = False
        level = self._tree
        for key in item.keys[:-1]:
            level = level.setdefault(key, {})
        level[item.keys[-1]] = value

    def _place_array(self, item: Field, leaf: _Leaf, values: list[Any]) -> None:
        exact_type = _EXACT_ARRAY_TYPES.get(item.kind or "")
        if (
            not leaf.is_list
            or item.keys != leaf.keys
            or any(type(value) is not exact_type for value in values)
        ):
            self._exact = False
        if item.kind == "date":
            moments = [dates.parse(value, item.params.get("format")) for value in leaf.values]
            values = [moment for moment in moments if moment is not None]
        if item.array_column is None:
            self._mapping.changed(item, array_column=f"{item.column}@array")
            for other in self._staged:
                if other.parent == item.path:
                    other.array_column = item.array_column
            self._normaliser.changed = True
        self._arrays[item.array_column or ""] = values

    def _misfit(self, item: Field, value: Any) -> None:
        self._exact = False
        self._overflow.setdefault(item.path, []).append(text_of(value))
        if item.path not in self._ignored:
            self._ignored.append(item.path)
        if not item.overflowed:
            self._mapping.changed(item, overflowed=True)
            self._normaliser.changed = True

    def _field(self, path: str, leaf: _Leaf) -> Field | None:
        """The field that takes the leaf's values; None when they have been dealt with."""
        known = self._mapping.fields.get(path) or next((f for f in self._staged if f.path == path), None)
        if known is not None and known.parent is None:
            if known.kind is None:
                self._exact = False
                self._overflow_all(path, leaf.values)
                return None
            if not known.live:
                self._revive(known, leaf.keys)
            return known
        if known is not None or path in self._mapping.overflow_paths or path in self._mapping.aliases:
            self._overflow_path(path, leaf)
            return None
        return self._new_field(path, leaf)

    def _revive(self, known: Field, keys: tuple[str, ...]) -> None:
        """A mapped field got its first value: from now on it has a column, spelled as in this document."""
        if known.keys != keys:
            taken = [f.keys for f in self._mapping.columns_of_fields() if f.path != known.path]
            if (
                not any(k[: len(keys)] == keys or keys[: len(k)] == k for k in taken)
                and keys[0] != RESERVED_KEY
            ):
                self._mapping.changed(known, keys=keys)
        self._mapping.changed(known, live=True)
        self._normaliser.changed = True

    def _new_field(self, path: str, leaf: _Leaf) -> Field | None:
        mapping = self._mapping
        setting = dynamic_setting(mapping, path)
        if setting == "false":
            self._exact = False
            return None
        if setting == "strict":
            parent, _, name = path.rpartition(".")
            raise ApiError(
                400,
                "strict_dynamic_mapping_exception",
                f"mapping set to strict, dynamic introduction of [{name}] within [{parent or '_doc'}] is not allowed",
            )
        parts = path.split(".")
        if not all(parts) or len(parts) > _DEPTH_LIMIT:
            self._overflow_path(path, leaf)
            return None
        body = dynamic_body(mapping, path, leaf.values[0])
        check_field(path, body)
        count = mapping.field_count() + len(self._staged) + 1 + len(body.get("fields", {}))
        if count > mapping.fields_limit:
            self._overflow_path(path, leaf)
            return None
        keys = free_keys(mapping, leaf.keys, [item.keys for item in self._staged])
        made = mapping.new_field(path, keys, body, self._staged)
        for item in made:
            item.live = True
        self._staged += made
        if made[0].kind is None:
            self._exact = False
            self._overflow_all(path, leaf.values)
            return None
        return made[0]

    def _overflow_path(self, path: str, leaf: _Leaf) -> None:
        """Values of a path that gets no field: only text, searchable all the same."""
        self._exact = False
        self._overflow[path] = [text_of(value) for value in leaf.values]
        if path not in self._ignored:
            self._ignored.append(path)
        self._know_overflow(path)

    def _know_overflow(self, path: str) -> None:
        paths = self._mapping.overflow_paths
        if path not in paths and len(paths) < OVERFLOW_PATHS_LIMIT:
            self._mapping.overflow_paths = paths | {path}
            self._normaliser.changed = True

    def _commit(self) -> None:
        if self._staged:
            self._mapping.add(self._staged)
            self._normaliser.changed = True


def _checks(tree: Tree) -> Checks:
    checks: Checks = {}
    for key, below in tree.items():
        if isinstance(below, dict):
            checks[key] = _checks(below)
        elif (check := _check(below)) is not None:
            checks[key] = check
    return checks


def _check(item: Field) -> tuple[type, Callable[[Any], bool] | None] | None:
    """The type and the test of a value that the column gives back exactly; None for fields that need more."""
    if "copy_to" in item.params or item.type == "ip":
        return None
    if item.kind == "string":
        return str, None
    if item.kind == "boolean":
        return bool, None
    if item.kind == "long":
        low, high = INTEGER_RANGES[item.type]
        return int, lambda value: low <= value <= high
    if item.kind == "double":
        return float, lambda value: abs(value) < _INTEGER_LIMIT
    return (str, dates.is_canonical) if dates.accepts_canonical(item.params.get("format")) else None


def _disabled(params: dict[str, Any] | None) -> bool:
    return params is not None and str(params.get("enabled", "true")).lower() == "false"


def parse_document(raw: bytes) -> dict[str, Any]:
    """A document's JSON. Raises ApiError `mapper_parsing_exception` when it is not a JSON object."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise mapper_parsing(
            "failed to parse", caused_by={"type": "json_parse_exception", "reason": str(error)}
        ) from error
    if not isinstance(document, dict):
        raise mapper_parsing(
            "failed to parse",
            caused_by={
                "type": "not_x_content_exception",
                "reason": "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes",
            },
        )
    return document
