"""The pods of this node and the namespaces, as two watches know them; single look-ups for what they do not."""

import os
import re
import time
from collections.abc import Iterator

from kelp.agent.kubernetes.client import KubernetesClient
from kelp.agent.kubernetes.lookup import PodLookup
from kelp.agent.kubernetes.metadata import (
    Fields,
    NamespaceInfo,
    PodInfo,
    Wanted,
    container_ids,
    pod_uids,
    read_namespace,
    read_pod,
)
from kelp.agent.kubernetes.store import WatchedObjects
from kelp.agent.kubernetes.watch import Retry, Watch

_NODE_VARIABLES = ("K8S_NODE_NAME", "KUBERNETES_NODE_NAME", "NODE_NAME")
_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")
_JOIN_SECONDS = 0.8


def node_of_environment() -> str | None:
    """The node this process runs on, as its environment names it; None where it does not."""
    values = (os.environ.get(name, "").strip() for name in _NODE_VARIABLES)
    return next((value for value in values if value), None)


class WatchedPods:
    """Finds what the API knows about a pod of this node; thread-safe, and waits for one look-up at most."""

    def __init__(
        self,
        client: KubernetesClient,
        lookup: PodLookup,
        wanted: Wanted,
        node: str,
        retry: Retry,
        keep_deleted: int,
        *,
        with_namespaces: bool,
    ) -> None:
        self._lookup = lookup
        self._with_namespaces = with_namespaces
        self._pods = WatchedObjects(lambda one: read_pod(one, wanted), _other_ids, keep_deleted)
        self._namespaces = WatchedObjects(lambda one: read_namespace(one, wanted), keep_deleted=keep_deleted)
        selector = {"fieldSelector": f"spec.nodeName={node}"}
        back = lookup.server_is_back
        self._watches = [Watch(client, "pods", selector, self._pods, retry, back)]
        if with_namespaces:
            self._watches.append(Watch(client, "namespaces", {}, self._namespaces, retry, back))

    def start(self) -> None:
        """Start both watches; look-ups serve until they have their first lists."""
        for watch in self._watches:
            watch.start()

    def stop(self) -> None:
        """Ask the watches to end."""
        for watch in self._watches:
            watch.stop()

    def join(self) -> None:
        """Wait for the watches to end, less than a second."""
        until = time.monotonic() + _JOIN_SECONDS
        for watch in self._watches:
            watch.join(max(until - time.monotonic(), 0))

    def pod(self, namespace: str, name: str, of: str | None = None) -> PodInfo | None:
        """The pod `of` belongs to, the uid of a pod or the id of a container.

        A container that is not known yet belongs to the pod of that name; a pod of another uid is another pod.
        """
        found = self._pods.find(namespace, name, (of,))
        if of and not _CONTAINER_ID.fullmatch(of):
            if found is not None and of in found.value.uids:
                return found.value
            asked = self._lookup.pod(namespace, name, of)
            return asked if asked is not None and of in asked.uids else None
        if found is not None and found.sure:
            return found.value
        # Unknown, or of the name of a deleted pod: it may have just started.
        return self._lookup.pod(namespace, name, of) or (found.value if found is not None else None)

    def namespace(self, name: str) -> NamespaceInfo | None:
        """The namespace; None when it is not there, empty when it is not wanted or nobody knows."""
        if not self._with_namespaces:
            return NamespaceInfo({})
        found = self._namespaces.find(None, name)
        return found.value if found is not None else self._lookup.namespace(name)

    def stats(self) -> dict[str, int]:
        """How much is known, and how it came."""
        return {
            "pods": len(self._pods),
            "namespaces": len(self._namespaces),
            "changes": sum(watch.changes for watch in self._watches),
            "look_ups": self._lookup.asked,
        }


def _other_ids(pod: Fields) -> Iterator[str]:
    yield from pod_uids(pod)
    yield from container_ids(pod)
