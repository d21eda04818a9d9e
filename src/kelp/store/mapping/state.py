"""A mapping as the catalog keeps it on disk: with columns, and with what was learned from documents."""

from dataclasses import asdict
from typing import Any

from kelp.store.mapping.field import Field
from kelp.store.mapping.mapping import Mapping


def to_state(mapping: Mapping) -> dict[str, Any]:
    """The mapping as JSON."""
    return {
        "fields": [asdict(item) for item in mapping.fields.values()],
        "objects": mapping.objects,
        "root": mapping.root,
        "aliases": mapping.aliases,
        "overflow_paths": sorted(mapping.overflow_paths),
        "fields_limit": mapping.fields_limit,
    }


def from_state(state: dict[str, Any]) -> Mapping:
    """The mapping that `to_state` wrote."""
    fields = [Field(**{**item, "keys": tuple(item["keys"])}) for item in state["fields"]]
    return Mapping(
        fields={item.path: item for item in fields},
        objects=state["objects"],
        root=state["root"],
        overflow_paths=set(state["overflow_paths"]),
        aliases=state["aliases"],
        fields_limit=state["fields_limit"],
    )
