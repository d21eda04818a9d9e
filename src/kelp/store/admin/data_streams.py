"""Data streams: a name for a row of backing indices, of which the last takes the writes.

A data stream is an alias on hidden indices `.ds-<name>-<yyyy.MM.dd>-<generation>` plus one small document in the
catalog, so that reading and writing through its name need no code of their own.
"""

import time
from typing import Any

from kelp.store.admin import templates
from kelp.store.admin.cluster_settings import ClusterSettings
from kelp.store.admin.compose import merge_mappings
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.catalog import Catalog
from kelp.store.index.index import Index
from kelp.store.index.names import check_index_name

KIND = "data_stream"
TIMESTAMP_MAPPING = {"properties": {"@timestamp": {"type": "date"}}}


def backing_name(stream: str, generation: int) -> str:
    """`.ds-logs-2026.11.23-000001`."""
    return f".ds-{stream}-{time.strftime('%Y.%m.%d', time.gmtime())}-{generation:06d}"


def create(catalog: Catalog, name: str) -> dict[str, Any]:
    """Create a data stream with its first backing index. Raises ApiError without a matching template."""
    check_index_name(name)
    if name in catalog.documents(KIND):
        raise ApiError(400, "resource_already_exists_exception", f"data_stream [{name}] already exists")
    if catalog.get(name) is not None or name in catalog.aliases():
        raise illegal_argument(f"data stream [{name}] conflicts with an existing index or alias")
    composed = templates.for_index(catalog, name)
    if composed.data_stream is None:
        raise illegal_argument(f"no matching index template found for data stream [{name}]")
    stream: dict[str, Any] = {
        "timestamp_field": "@timestamp",
        "indices": [],
        "generation": 0,
        "template": composed.template,
        "hidden": bool(composed.data_stream.get("hidden")),
    }
    roll(catalog, name, stream)
    return stream


def roll(catalog: Catalog, name: str, stream: dict[str, Any]) -> Index:
    """Add a backing index that takes the writes from now on."""
    composed = templates.for_index(catalog, name)
    generation = stream["generation"] + 1
    for backing in stream["indices"]:
        old = catalog.get(backing)
        if old is not None:
            old.aliases = {**old.aliases, name: {"is_write_index": False}}
            catalog.save(old)
    mappings = merge_mappings(TIMESTAMP_MAPPING, composed.mappings)
    settings = {**composed.settings, "hidden": "true"}
    aliases = {**composed.aliases, name: {"is_write_index": True}}
    index = catalog.create(backing_name(name, generation), settings, mappings, aliases)
    stream["generation"] = generation
    stream["indices"] = [*stream["indices"], index.name]
    catalog.put_document(KIND, name, stream)
    return index


def install(catalog: Catalog, settings: ClusterSettings) -> None:
    """Let what a first document makes, index or data stream, be as templates and cluster settings say."""

    def stream_for(name: str) -> Index | None:
        settings.check_auto_create(name)
        return for_write(catalog, name)

    catalog.template_for = lambda name: templates.for_index(catalog, name).new_index()
    catalog.stream_for = stream_for
    catalog.on_delete.append(lambda index: _forget(catalog, index))


def _forget(catalog: Catalog, index: Index) -> None:
    """A backing index was deleted: its data stream goes on without it."""
    for name, stream in catalog.documents(KIND).items():
        if index.name in stream["indices"]:
            rest = [backing for backing in stream["indices"] if backing != index.name]
            catalog.put_document(KIND, name, {**stream, "indices": rest})


def for_write(catalog: Catalog, name: str) -> Index | None:
    """The backing index for a first write to `name`; None when no template wants a data stream of that name."""
    composed = templates.for_index(catalog, name)
    if composed.data_stream is None:
        return None
    stream = create(catalog, name)
    return catalog.get(stream["indices"][-1])


def delete(catalog: Catalog, name: str) -> None:
    """Delete a data stream and its backing indices."""
    stream = catalog.documents(KIND)[name]
    catalog.delete_document(KIND, name)
    for backing in stream["indices"]:
        index = catalog.get(backing)
        if index is not None:
            catalog.delete(index)
