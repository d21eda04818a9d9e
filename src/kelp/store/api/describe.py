"""How an index shows itself: settings nested or flat, mappings, aliases."""

from fnmatch import fnmatchcase
from typing import Any

from kelp.store.index.index import Index


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """`{"a.b": 1}` → `{"a": {"b": 1}}`; where `a` has a value too, the dotted name stays, as in Elasticsearch."""
    out: dict[str, Any] = {}
    for name, value in sorted(flat.items()):
        node = out
        *parents, last = name.split(".")
        for at, parent in enumerate(parents):
            child = node.setdefault(parent, {})
            if not isinstance(child, dict):
                node[".".join((*parents[at:], last))] = value
                break
            node = child
        else:
            node[last] = value
    return out


def settings(index: Index, flat: bool = False, patterns: list[str] | None = None) -> dict[str, Any]:
    """The settings under `index.`, those whose full name matches one of the patterns."""
    shown = {f"index.{name}": value for name, value in index.settings.items()}
    if patterns:
        shown = {name: value for name, value in shown.items() if any(fnmatchcase(name, p) for p in patterns)}
    return dict(sorted(shown.items())) if flat else nested(shown)


def aliases(index: Index, data_streams: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The aliases; the names of data streams, which are kept as aliases of their backing indices, are none."""
    return {name: body for name, body in index.aliases.items() if name not in data_streams}
