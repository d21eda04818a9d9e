"""The mapping of one index: its fields by path, and the objects they stand in."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from kelp.store.mapping.columns import column_name
from kelp.store.mapping.field import Field

ROOT_PARAMETERS = (
    "dynamic",
    "date_detection",
    "numeric_detection",
    "dynamic_date_formats",
    "dynamic_templates",
    "_source",
    "_meta",
    "_routing",
    "_data_stream_timestamp",
)
DEFAULT_DATE_FORMATS = ("strict_date_optional_time", "yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z")
DEFAULT_FIELDS_LIMIT = 1000
OVERFLOW_PATHS_LIMIT = 10_000


@dataclass
class Mapping:
    """Fields, objects and the root's parameters.

    Readers may hold on to a mapping without a lock: `fields` is replaced, never changed, when fields are added.
    """

    fields: dict[str, Field] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Parameters of the objects by path: `type` (nested), `dynamic`, `enabled`."""
    root: dict[str, Any] = field(default_factory=dict)
    overflow_paths: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    """Fields of type `alias`: path → path of the field they stand for."""
    fields_limit: int = DEFAULT_FIELDS_LIMIT
    generation: int = 0
    """Grows with every change: compiled decoders belong to one generation."""

    def get(self, path: str) -> Field | None:
        """The field at `path`, multi-fields and aliases included."""
        found = self.fields.get(path)
        if found is None and path in self.aliases:
            return self.fields.get(self.aliases[path])
        return found

    def match(self, pattern: str) -> list[Field]:
        """The fields whose path matches a pattern with `*`, in order of appearance."""
        if "*" not in pattern:
            found = self.get(pattern)
            return [] if found is None else [found]
        escaped = pattern.replace("[", "[[]").replace("?", "[?]")
        return [item for path, item in self.fields.items() if fnmatchcase(path, escaped)]

    def columns_of_fields(self) -> Iterable[Field]:
        """The fields that have a column of their own."""
        return (item for item in self.fields.values() if item.parent is None and item.kind is not None)

    def add(self, added: list[Field]) -> None:
        """Add fields; their columns must have been named by `new_field`."""
        fields = dict(self.fields)
        for item in added:
            fields[item.path] = item
        self.fields = fields
        self.generation += 1

    def new_field(
        self, path: str, keys: tuple[str, ...], body: dict[str, Any], among: Iterable[Field] = ()
    ) -> list[Field]:
        """The field and its multi-fields described by `body`; `among` are fields that are about to be added too."""
        body = dict(body)
        type_name = body.pop("type")
        subfields = body.pop("fields", {})
        body.pop("properties", None)
        taken = {item.column for item in self.fields.values() if item.parent is None}
        taken.update(item.column for item in among if item.parent is None)
        column = column_name(path, type_name, taken)
        made = [Field(path, type_name, keys, column, params=body)]
        for name, sub in subfields.items():
            params = {key: value for key, value in sub.items() if key not in ("type", "fields")}
            made.append(Field(f"{path}.{name}", sub["type"], keys, column, parent=path, params=params))
        return made

    def changed(self, item: Field, **values: Any) -> None:
        """Set attributes of a field and of its multi-fields."""
        for other in [item, *(f for f in self.fields.values() if f.parent == item.path)]:
            for name, value in values.items():
                setattr(other, name, value)
        self.generation += 1

    def field_count(self) -> int:
        """What `index.mapping.total_fields.limit` counts: fields, multi-fields, objects, aliases."""
        return len(self.fields) + len(self.objects) + len(self.aliases)

    def has_children(self, path: str) -> bool:
        """Whether some field or object lies below `path`, multi-fields not counted."""
        if path in self.objects:
            return True
        prefix = path + "."
        return any(key.startswith(prefix) for key, item in self.fields.items() if item.parent is None)

    def to_json(self) -> dict[str, Any]:
        """The mapping as `GET _mapping` shows it: `{}` when there is nothing in it."""
        out: dict[str, Any] = {key: self.root[key] for key in ROOT_PARAMETERS if key in self.root}
        tree: dict[str, Any] = {}
        for path, params in sorted(self.objects.items()):
            _place(tree, path, dict(params))
        for path, target in self.aliases.items():
            _place(tree, path, {"type": "alias", "path": target})
        for path, item in self.fields.items():
            if item.parent is None:
                _place(tree, path, item.to_json())
        for path, item in self.fields.items():
            if item.parent is not None:
                node = _node(tree, item.parent)
                node.setdefault("fields", {})[path[len(item.parent) + 1 :]] = item.to_json()
        if tree:
            out["properties"] = _sorted(tree)
        return out

    @classmethod
    def from_json(cls, body: dict[str, Any], fields_limit: int = DEFAULT_FIELDS_LIMIT) -> "Mapping":
        """A mapping from Elasticsearch's JSON. Raises ApiError for what is not a mapping."""
        from kelp.store.mapping.merge import merge

        mapping = cls(fields_limit=fields_limit)
        merge(mapping, body)
        return mapping

    def copy(self) -> "Mapping":
        """An independent copy."""
        return copy.deepcopy(self)


def _node(tree: dict[str, Any], path: str) -> dict[str, Any]:
    parts = path.split(".")
    level = tree
    for part in parts[:-1]:
        level = level.setdefault(part, {}).setdefault("properties", {})
    node: dict[str, Any] = level.setdefault(parts[-1], {})
    return node


def _place(tree: dict[str, Any], path: str, body: dict[str, Any]) -> None:
    _node(tree, path).update(body)


def _sorted(tree: dict[str, Any]) -> dict[str, Any]:
    """Elasticsearch lists properties by name."""
    out = {}
    for name in sorted(tree):
        node = tree[name]
        for key in ("properties", "fields"):
            if key in node:
                node[key] = _sorted(node[key])
        out[name] = node
    return out
