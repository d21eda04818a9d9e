"""`_cluster/health`: yellow while indices ask for replicas, which one node cannot give."""

from collections.abc import Sequence
from typing import Any

from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.targets import indices_of, replicas, shards
from kelp.store.errors import IndexNotFound, illegal_argument
from kelp.store.index.index import Index
from kelp.store.node import Node
from kelp.store.store import Store

_RANKS = {"green": 0, "yellow": 1, "red": 2}


def node_routes(store: Store, node: Node) -> list[Route]:
    def health(call: Call) -> Any:
        try:
            indices = [index for index in indices_of(store, call, "all") if not index.closed]
        except IndexNotFound:
            # Elasticsearch waits for an index that is not there and then answers red, not 404.
            return Reply({**summary(node, []), "status": "red", "timed_out": True}, 408)
        return _answer(call, node, indices)

    return [Route("GET", "/_cluster/health", health), Route("GET", "/_cluster/health/{index}", health)]


def _answer(call: Call, node: Node, indices: list[Index]) -> Any:
    body = summary(node, indices)
    level = call.parameters.text("level", "cluster")
    if level not in ("cluster", "indices", "shards"):
        raise illegal_argument(
            f"level parameter must be one of [cluster] or [indices] or [shards] but was [{level}]"
        )
    if level != "cluster":
        body["indices"] = {index.name: _of_index(index, level == "shards") for index in indices}
    if _never_comes(call, body["status"]):
        body["timed_out"] = True
        return Reply(body, 408)
    return body


def _never_comes(call: Call, status: str) -> bool:
    """Whether the request waits for a state that one node never reaches: then waiting would be in vain."""
    wanted = call.parameters.text("wait_for_status")
    if wanted and wanted not in _RANKS:
        raise illegal_argument(f"unknown cluster health status [{wanted}]")
    nodes = call.parameters.text("wait_for_nodes", "1").strip("<>=ge() ")
    return (bool(wanted) and _RANKS[status] > _RANKS[wanted]) or (nodes.isdigit() and int(nodes) > 1)


def status_of(index: Index) -> str:
    """Yellow for an index that asks for replicas, else green."""
    return "yellow" if replicas(index) else "green"


def summary(node: Node, indices: Sequence[Index]) -> dict[str, Any]:
    """The health of these indices together."""
    primaries = sum(shards(index) for index in indices)
    missing = sum(shards(index) * replicas(index) for index in indices)
    return {
        "cluster_name": node.cluster_name,
        "status": "yellow" if missing else "green",
        "timed_out": False,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": primaries,
        "active_shards": primaries,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": missing,
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": 0,
        "active_shards_percent_as_number": 100.0 * primaries / (primaries + missing) if primaries else 100.0,
    }


def _of_index(index: Index, with_shards: bool) -> dict[str, Any]:
    copies, missing = shards(index), shards(index) * replicas(index)
    body: dict[str, Any] = {
        "status": status_of(index),
        "number_of_shards": shards(index),
        "number_of_replicas": replicas(index),
        "active_primary_shards": copies,
        "active_shards": copies,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": missing,
    }
    if with_shards:
        shard = {
            "status": status_of(index),
            "primary_active": True,
            "active_shards": 1,
            "relocating_shards": 0,
            "initializing_shards": 0,
            "unassigned_shards": replicas(index),
        }
        body["shards"] = {str(number): shard for number in range(copies)}
    return body
