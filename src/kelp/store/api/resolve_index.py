"""`_resolve/index`: which indices, aliases and data streams an expression matches."""

from typing import Any

from kelp.store.admin import data_streams
from kelp.store.admin.templates import fits
from kelp.store.api import describe
from kelp.store.api.route import Call, Route
from kelp.store.errors import IndexNotFound
from kelp.store.index.index import Index
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def resolve(call: Call) -> Any:
        patterns = ["*" if part == "_all" else part for part in call.arg("name").split(",")]
        wanted = set((call.parameters.text("expand_wildcards") or "open").split(","))
        streams = store.catalog.documents(data_streams.KIND)
        aliases = {name: found for name, found in store.catalog.aliases().items() if name not in streams}
        for pattern in patterns:
            known = store.catalog.get(pattern) or pattern in aliases or pattern in streams
            if "*" not in pattern and not known:
                raise IndexNotFound(pattern)
        return {
            "indices": [
                _index(index, frozenset(streams), streams)
                for index in store.catalog.indices()
                if _visible(index, patterns, wanted)
            ],
            "aliases": [
                {"name": name, "indices": sorted(index.name for index in found)}
                for name, found in sorted(aliases.items())
                if fits(name, patterns)
            ],
            "data_streams": [
                {"name": name, "backing_indices": body["indices"], "timestamp_field": body["timestamp_field"]}
                for name, body in sorted(streams.items())
                if fits(name, patterns)
            ],
        }

    return [Route("GET", "/_resolve/index/{name}", resolve)]


def _visible(index: Index, patterns: list[str], wanted: set[str]) -> bool:
    if index.name in patterns:
        return True
    if not fits(index.name, patterns):
        return False
    if "all" in wanted:
        return True
    return ("closed" if index.closed else "open") in wanted and (not index.hidden or "hidden" in wanted)


def _index(index: Index, names: frozenset[str], streams: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": index.name}
    aliases = sorted(describe.aliases(index, names))
    if aliases:
        shown["aliases"] = aliases
    shown["attributes"] = [*(["hidden"] if index.hidden else []), "closed" if index.closed else "open"]
    for stream, body in streams.items():
        if index.name in body["indices"]:
            shown["data_stream"] = stream
    return shown
