"""`GET /`: who is there."""

from typing import Any

from kelp.store.api.route import Call, Route
from kelp.store.node import ELASTICSEARCH_VERSION, LUCENE_VERSION, Node
from kelp.store.store import Store

VERSION: dict[str, Any] = {
    "number": ELASTICSEARCH_VERSION,
    "build_flavor": "default",
    "build_type": "docker",
    "build_hash": "kelp",
    "build_date": "2023-01-31T05:34:43.305517834Z",
    "build_snapshot": False,
    "lucene_version": LUCENE_VERSION,
    "minimum_wire_compatibility_version": "6.8.0",
    "minimum_index_compatibility_version": "6.0.0-beta1",
}


def node_routes(store: Store, node: Node) -> list[Route]:
    def info(call: Call) -> dict[str, Any]:
        return {
            "name": node.name,
            "cluster_name": node.cluster_name,
            "cluster_uuid": node.cluster_uuid,
            "version": VERSION,
            # Official clients take only a server that says exactly this for Elasticsearch.
            "tagline": "You Know, for Search",
        }

    return [Route("GET", "/", info)]
