"""What this process is to its clients: names, ids, address, and what it counts while it runs."""

import json
import os
import secrets
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

ELASTICSEARCH_VERSION = "7.17.9"
LUCENE_VERSION = "8.11.1"


@dataclass(slots=True)
class HttpCounts:
    """What `_nodes/stats` tells about HTTP."""

    requests: int = 0
    running: int = 0
    failures: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0


@dataclass(slots=True)
class PoolCounts:
    """What `_cat/thread_pool` shows of one pool of worker threads."""

    size: int
    queue_size: int
    active: int = 0
    queued: int = 0
    rejected: int = 0
    completed: int = 0
    largest: int = 0
    busy_seconds: float = 0.0


@dataclass(slots=True)
class Node:
    """Identity and counters of a running store; `data` is its data directory."""

    data: Path
    name: str = field(default_factory=socket.gethostname)
    cluster_name: str = "kelp"
    host: str = "127.0.0.1"
    port: int = 9200
    id: str = ""
    cluster_uuid: str = ""
    started: float = field(default_factory=time.time)
    http: HttpCounts = field(default_factory=HttpCounts)
    pools: dict[str, PoolCounts] = field(default_factory=dict)

    @property
    def ephemeral_id(self) -> str:
        """An id that changes with every start."""
        return f"{os.getpid():x}-{int(self.started * 1000):x}"

    @property
    def http_address(self) -> str:
        """Address and port as Elasticsearch writes them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def load_identity(node: Node) -> None:
    """Read the ids that outlive restarts from the data directory's `node.json`, written at first start."""
    path = node.data / "node.json"
    if path.exists():
        saved = json.loads(path.read_text(encoding="utf-8"))
        node.id, node.cluster_uuid = saved["node_id"], saved["cluster_uuid"]
        return
    node.id, node.cluster_uuid = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    text = json.dumps({"node_id": node.id, "cluster_uuid": node.cluster_uuid})
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
