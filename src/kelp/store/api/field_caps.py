"""`_field_caps`: the fields of indices and what can be done with them.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/search-field-caps.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from kelp.store.api.members import strings_of
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.dsl import parse_query
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.mapping.field import Field
from kelp.store.search.context import SearchContext
from kelp.store.sql.conditions import TEXT_TYPES
from kelp.store.store import Store

METADATA: dict[str, tuple[str, bool, bool]] = {
    "_doc_count": ("integer", False, False),
    "_field_names": ("_field_names", True, False),
    "_id": ("_id", True, True),
    "_ignored": ("_ignored", True, False),
    "_index": ("_index", True, True),
    "_routing": ("_routing", True, False),
    "_seq_no": ("_seq_no", True, True),
    "_source": ("_source", False, False),
    "_tier": ("keyword", True, True),
    "_type": ("_type", True, True),
    "_version": ("_version", False, True),
}
"""Type, searchable and aggregatable of the fields every index has."""

_FAMILIES = {"constant_keyword": "keyword", "wildcard": "keyword", "match_only_text": "text"}
"""Types that are told as another that behaves alike."""


@dataclass(slots=True)
class Capability:
    """What one type of a field can do, and in which indices it has that type."""

    type: str
    searchable: bool
    aggregatable: bool
    metadata: bool = False
    indices: list[str] = field(default_factory=list)


def routes(store: Store) -> list[Route]:
    """Field capabilities."""

    def field_caps(call: Call) -> Any:
        body = call.json_object()
        patterns = call.parameters.names("fields") or strings_of(body, "fields")
        if not patterns:
            raise ApiError(400, "illegal_argument_exception", "specified fields can't be null or empty")
        if body.get("runtime_mappings"):
            raise ApiError(
                400,
                "illegal_argument_exception",
                "cannot use [runtime_mappings]: runtime fields are not supported",
            )
        indices = _filtered(store, indices_of(store, call), body.get("index_filter"))
        unmapped = call.parameters.flag("include_unmapped")
        return {
            "indices": sorted(index.name for index in indices),
            "fields": merge(indices, patterns, unmapped),
        }

    return [
        Route("GET POST", "/_field_caps", field_caps, "search"),
        Route("GET POST", "/{index}/_field_caps", field_caps, "search"),
    ]


def _filtered(store: Store, indices: list[Index], query: Any) -> list[Index]:
    """The indices that can hold a document of the query."""
    if not query:
        return indices
    node = parse_query(query).lower()
    context = SearchContext(store.engine, indices)
    context.narrow(node)
    selects = [
        f"(SELECT {number} FROM {branch.index.table} WHERE {branch.where} LIMIT 1)"
        for number, branch in enumerate(context.branches)
    ]
    if not selects:
        return []
    found = {row[0] for row in context.query(" UNION ALL ".join(selects))}
    return [branch.index for number, branch in enumerate(context.branches) if number in found]


def merge(indices: Sequence[Index], patterns: Sequence[str], include_unmapped: bool) -> dict[str, Any]:
    """The fields of all indices by name, then by type; `indices` is told only where types differ."""
    found: dict[str, dict[str, Capability]] = {}
    for index in indices:
        for path, capability in capabilities(index):
            if not any(fnmatchcase(path, pattern) for pattern in patterns):
                continue
            known = found.setdefault(path, {}).setdefault(capability.type, capability)
            known.searchable &= capability.searchable
            known.aggregatable &= capability.aggregatable
            known.indices.append(index.name)
    if include_unmapped:
        names = [index.name for index in indices]
        for types in found.values():
            mapped = {name for capability in types.values() for name in capability.indices}
            rest = [name for name in names if name not in mapped]
            if rest:
                types["unmapped"] = Capability("unmapped", False, False, indices=rest)
    return {path: _shown(types) for path, types in found.items()}


def capabilities(index: Index) -> Iterator[tuple[str, Capability]]:
    """The fields of one index, objects and metadata fields included."""
    for path, (kind, searchable, aggregatable) in METADATA.items():
        yield path, Capability(kind, searchable, aggregatable, metadata=True)
    objects: set[str] = set()
    for path, item in index.mapping.fields.items():
        yield path, _capability(item)
        if item.parent is None:
            parts = path.split(".")
            objects.update(".".join(parts[:end]) for end in range(1, len(parts)))
    objects.update(index.mapping.objects)
    for path in sorted(objects):
        if path not in index.mapping.fields:
            kind = str(index.mapping.objects.get(path, {}).get("type", "object"))
            yield path, Capability(kind, False, False)
    for path, target in index.mapping.aliases.items():
        aliased = index.mapping.fields.get(target)
        if aliased is not None:
            yield path, _capability(aliased)


def _capability(item: Field) -> Capability:
    searchable = item.params.get("index", True) not in (False, "false")
    aggregatable = item.type not in TEXT_TYPES and item.params.get("doc_values", True) not in (False, "false")
    aggregatable = aggregatable and item.type != "binary"
    if item.type in TEXT_TYPES:
        aggregatable = bool(item.params.get("fielddata"))
    return Capability(_FAMILIES.get(item.type, item.type), searchable, aggregatable)


def _shown(types: dict[str, Capability]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for kind, capability in types.items():
        entry: dict[str, Any] = {
            "type": kind,
            "metadata_field": capability.metadata,
            "searchable": capability.searchable,
            "aggregatable": capability.aggregatable,
        }
        if len(types) > 1:
            entry["indices"] = sorted(capability.indices)
        shown[kind] = entry
    return shown
