"""`_cluster/settings`: persistent ones are kept durably."""

from typing import Any

from kelp.store.admin import data_streams
from kelp.store.admin.cluster_settings import ClusterSettings
from kelp.store.api import describe
from kelp.store.api.members import object_of
from kelp.store.api.route import Call, Route
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.settings import flat_settings
from kelp.store.node import Node
from kelp.store.store import Store

_GROUPS = ("action.", "cluster.", "indices.", "search.", "ingest.", "logger.", "script.", "discovery.", "http.",
           "network.", "node.", "path.", "xpack.", "persistent_tasks.", "transport.", "gateway.", "bootstrap.")  # fmt: skip


def node_routes(store: Store, node: Node) -> list[Route]:
    settings = ClusterSettings(store.catalog)
    data_streams.install(store.catalog, settings)

    def get(call: Call) -> Any:
        flat = call.parameters.flag("flat_settings")
        shown = {
            "persistent": _shape(settings.persistent, flat),
            "transient": _shape(settings.transient, flat),
        }
        if call.parameters.flag("include_defaults"):
            shown["defaults"] = _shape(_defaults(node), flat)
        return shown

    def put(call: Call) -> Any:
        body = call.required_object()
        for key in body:
            if key not in ("persistent", "transient"):
                raise ApiError(
                    400,
                    "x_content_parse_exception",
                    f"[cluster_update_settings_request] unknown field [{key}]",
                )
        changes = {key: _changes(key, object_of(body, key)) for key in ("persistent", "transient")}
        if not changes["persistent"] and not changes["transient"]:
            raise ApiError(
                400, "action_request_validation_exception", "Validation Failed: 1: no settings to update;"
            )
        settings.change(changes["persistent"], changes["transient"])
        set_now = {
            key: _shape({n: v for n, v in changes[key].items() if v is not None}, False) for key in changes
        }
        return {"acknowledged": True, **set_now}

    return [Route("GET", "/_cluster/settings", get), Route("PUT", "/_cluster/settings", put)]


def _shape(settings: dict[str, Any], flat: bool) -> dict[str, Any]:
    return dict(sorted(settings.items())) if flat else describe.nested(settings)


def _changes(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    # Index settings lose their `index.` in `flat_settings`; in a cluster's settings there are none of them.
    changes = flat_settings(body)
    for name in changes:
        if not name.startswith(_GROUPS):
            raise illegal_argument(f"{kind} setting [{name}], not recognized")
    return changes


def _defaults(node: Node) -> dict[str, Any]:
    return {
        "action.auto_create_index": "true",
        "action.destructive_requires_name": "false",
        "cluster.max_shards_per_node": "1000",
        "cluster.name": node.cluster_name,
        "http.max_content_length": "100mb",
        "http.port": str(node.port),
        "indices.query.bool.max_clause_count": "1024",
        "network.host": node.host,
        "node.name": node.name,
        "path.data": str(node.data),
        "search.default_search_timeout": "-1",
        "search.max_buckets": "65535",
    }
