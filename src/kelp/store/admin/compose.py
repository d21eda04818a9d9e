"""Merging what several templates say about settings, mappings and aliases."""

from typing import Any

from kelp.store.index.settings import flat_settings


def merge_mappings(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` wins, field by field; dynamic templates of the same name are replaced, others come after."""
    base, over = untyped(base), untyped(over)
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        if key == "dynamic_templates" and isinstance(old, list) and isinstance(value, list):
            named = {name: entry for entry in [*old, *value] for name in entry}
            out[key] = list(named.values())
        elif isinstance(old, dict) and isinstance(value, dict):
            out[key] = _merge_fields(old, value) if key == "properties" else {**old, **value}
        else:
            out[key] = value
    return out


def _merge_fields(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for name, body in over.items():
        old = out.get(name)
        if isinstance(old, dict) and isinstance(body, dict) and "properties" in old and "properties" in body:
            out[name] = {**old, **body, "properties": _merge_fields(old["properties"], body["properties"])}
        else:
            out[name] = body
    return out


def untyped(mappings: dict[str, Any] | None) -> dict[str, Any]:
    """A mapping without the type's name that Elasticsearch 6 put around it."""
    mappings = mappings or {}
    if len(mappings) == 1:
        (name, inner), *_ = mappings.items()
        if isinstance(inner, dict) and (name == "_doc" or (name != "properties" and "properties" in inner)):
            return inner
    return mappings


def merge_settings(base: dict[str, Any], over: dict[str, Any] | None) -> dict[str, Any]:
    """Flat settings without `index.`; `over` wins and may be nested or dotted."""
    return {**base, **flat_settings(over)}
