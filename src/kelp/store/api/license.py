"""`_license`, `_xpack`: what clients ask before they use features; the store has none of the paid ones."""

from typing import Any

from kelp.store.api.info import VERSION
from kelp.store.api.route import Call, Route
from kelp.store.node import Node
from kelp.store.store import Store


def node_routes(store: Store, node: Node) -> list[Route]:
    def license_(call: Call) -> Any:
        return {
            "license": {
                "status": "active",
                "uid": node.cluster_uuid,
                "type": "basic",
                "issue_date": VERSION["build_date"],
                "issue_date_in_millis": 1675143283534,
                "max_nodes": 1000,
                "issued_to": node.cluster_name,
                "issuer": "elasticsearch",
                "start_date_in_millis": -1,
            }
        }

    def xpack(call: Call) -> Any:
        features = {name: {"available": False, "enabled": False} for name in _ABSENT}
        features |= {name: {"available": True, "enabled": True} for name in ("data_streams", "ilm")}
        return {
            "build": {"hash": VERSION["build_hash"], "date": VERSION["build_date"]},
            "license": {"uid": node.cluster_uuid, "type": "basic", "mode": "basic", "status": "active"},
            "features": features,
            "tagline": "You know, for X",
        }

    def usage(call: Call) -> Any:
        features = {name: {"available": False, "enabled": False} for name in _ABSENT}
        return features | {name: {"available": True, "enabled": True} for name in ("data_streams", "ilm")}

    return [
        Route("GET", "/_license", license_),
        Route("GET", "/_xpack", xpack),
        Route("GET", "/_xpack/usage", usage),
        Route("GET", "/_xpack/license", license_),
    ]


_ABSENT = (
    "aggregate_metric", "analytics", "ccr", "enrich", "eql", "frozen_indices", "graph", "logstash", "ml", "monitoring",
    "rollup", "searchable_snapshots", "security", "slm", "spatial", "sql", "transform", "vectors", "voting_only", "watcher",
)  # fmt: skip
