"""The kubernetes_metadata filter: which pod, namespace and container a record comes from."""

import time
from typing import TYPE_CHECKING

from kelp.agent.event import Batch, Record
from kelp.agent.kubernetes.names import Names, names_of_match
from kelp.agent.kubernetes.options import KubernetesOptions
from kelp.agent.plugin import register

if TYPE_CHECKING:
    from kelp.agent.kubernetes.client import KubernetesClient
    from kelp.agent.kubernetes.lookup import PodLookup
    from kelp.agent.kubernetes.metadata import NamespaceInfo, PodInfo, Wanted
    from kelp.agent.kubernetes.watched import WatchedPods

_CACHE_LIMIT = 4096


@register("filter", "kubernetes_metadata")
class KubernetesMetadataFilter(KubernetesOptions):
    """Add `kubernetes` (pod, namespace, container, labels) and `docker` (container id).

    The names come from the tag, the rest from the API server where one is known: `kubernetes_url`, or the one of the
    cluster the agent runs in. Where the environment names the node (`K8S_NODE_NAME`, `KUBERNETES_NODE_NAME` or
    `NODE_NAME`), one watch follows the pods of the node and one the namespaces; deleted pods are kept for an hour, and
    a pod that the watch does not know yet is asked for. Without a name of the node, or with `watch false`, each pod is
    asked for when its first line comes, and again after `cache_ttl`.
    """

    makes_records = True

    def configure(self) -> None:
        self._pattern = self.compiled("tag_to_kubernetes_name_regexp")
        self._journal_pattern = self.compiled("container_name_to_kubernetes_regexp")
        for kind, mark in (("de_dot", "."), ("de_slash", "/")):
            if getattr(self, kind) and mark in getattr(self, kind + "_separator"):
                raise self.error(f"option '{kind}_separator' must not hold {mark!r}", kind + "_separator")
        self._by_tag: dict[str, Names | None] = {}
        self._stats_due = 0.0
        self._last_stats: dict[str, int] = {}
        self._watched: WatchedPods | None = None
        self._pods: PodLookup | WatchedPods | None = self._create_lookup()

    def start(self) -> None:
        if self._watched is not None:
            self._watched.start()

    def stop(self) -> None:
        if self._watched is not None:
            self._watched.stop()

    def shutdown(self) -> None:
        if self._watched is not None:
            self._watched.join()

    def _create_lookup(self) -> "PodLookup | WatchedPods | None":
        """What asks the API server; None outside a cluster."""
        # Imported here: outside a cluster no one pays for the HTTP client.
        from kelp.agent.kubernetes.client import KubernetesClient, url_of_cluster
        from kelp.agent.kubernetes.lookup import PodLookup

        url = self.kubernetes_url or url_of_cluster()
        if not url:
            return None
        try:
            client = KubernetesClient(self.access(url))
        except (OSError, ValueError) as error:
            raise self.error(f"cannot use the API server {url}: {error}", "kubernetes_url") from None
        wanted = self.wanted(url)
        with_namespaces = not self.skip_namespace_metadata
        lookup = PodLookup(client, wanted, self.cache_size, self.cache_ttl, with_namespaces=with_namespaces)
        return self._watching(client, lookup, wanted) if self.watch else lookup

    def _watching(
        self, client: "KubernetesClient", lookup: "PodLookup", wanted: "Wanted"
    ) -> "PodLookup | WatchedPods":
        """What follows the pods of the node; the lookup alone where nobody says which node that is."""
        from kelp.agent.kubernetes.watch import Retry
        from kelp.agent.kubernetes.watched import WatchedPods, node_of_environment

        node = node_of_environment()
        if node is None:
            self.log.info(
                "pods are asked for one by one: set K8S_NODE_NAME from the field spec.nodeName to watch those of the node"
            )
            return lookup
        retry = Retry(
            self.watch_retry_interval, self.watch_retry_exponential_backoff_base, self.watch_retry_max_times
        )
        with_namespaces = not self.skip_namespace_metadata
        self._watched = WatchedPods(
            client, lookup, wanted, node, retry, self.cache_size, with_namespaces=with_namespaces
        )
        return self._watched

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        batch = batch.owned()
        names = self._of_tag(tag) if not self.use_journal else None
        shared = _Copied(self._metadata(names, batch.times[0])) if names and batch.times else None
        records = batch.records
        named = self._named(records)
        for index, own in named.items():
            _Copied(self._metadata(own, batch.times[index])).add_to([records[index]])
        if shared is not None:
            rest = [one for index, one in enumerate(records) if index not in named] if named else records
            shared.add_to(rest)
        if self._watched is not None and self.stats_interval > 0:
            self._log_stats(self._watched)
        return batch

    def _named(self, records: list[Record]) -> dict[int, Names]:
        """The containers of records that name theirs, by index."""
        from_fields, from_journal = self.lookup_from_k8s_field, self.use_journal is not False
        found: dict[int, Names] = {}
        for index in [i for i, one in enumerate(records) if "kubernetes" in one or "CONTAINER_NAME" in one]:
            record = records[index]
            own = self._of_record(record) if from_fields and "kubernetes" in record else None
            if own is None and from_journal and "CONTAINER_NAME" in record:
                own = self._of_journal(record)
            if own is not None:
                found[index] = own
        return found

    def _log_stats(self, watched: "WatchedPods") -> None:
        now = time.monotonic()
        if now < self._stats_due:
            return
        self._stats_due = now + self.stats_interval
        stats = watched.stats()
        if stats != self._last_stats:
            self._last_stats = stats
            self.log.info("what is known of pods", **stats)

    def _of_tag(self, tag: str) -> Names | None:
        if tag not in self._by_tag:
            if len(self._by_tag) >= _CACHE_LIMIT:
                self._by_tag.clear()
            found = self._pattern.search(tag)
            self._by_tag[tag] = names_of_match(found) if found else None
        return self._by_tag[tag]

    def _of_record(self, record: Record) -> Names | None:
        kubernetes, docker = record.get("kubernetes"), record.get("docker")
        if not isinstance(kubernetes, dict) or not isinstance(docker, dict) or "container_id" not in docker:
            return None
        names = ("namespace_name", "pod_name", "container_name")
        if not all(name in kubernetes for name in names):
            return None
        namespace, pod, container = (kubernetes[name] for name in names)
        return Names(namespace, pod, container, docker["container_id"])

    def _of_journal(self, record: Record) -> Names | None:
        name, container_id = record["CONTAINER_NAME"], record.get("CONTAINER_ID_FULL")
        found = self._journal_pattern.search(name) if isinstance(name, str) and container_id else None
        return names_of_match(found)._replace(container_id=container_id) if found else None

    def _metadata(self, names: Names, time_ns: int) -> Record:
        """The fields to add for a container that wrote at that time."""
        kubernetes: Record = {
            "container_name": names.container,
            "namespace_name": names.namespace,
            "pod_name": names.pod,
        }
        container_id = names.container_id
        if self._pods is not None and names.namespace and names.pod:
            pod = self._pods.pod(names.namespace, names.pod, names.instance if self._watched else None)
            namespace = self._pods.namespace(names.namespace)
            if namespace is None:
                pod = None
            kubernetes |= self._known(names, pod, namespace, time_ns)
            container = pod.containers.get(names.container) if pod else None
            if container is not None:
                kubernetes["container_image"] = container.image
                if container.image_id:
                    kubernetes["container_image_id"] = container.image_id
                container_id = container.container_id or container_id
        metadata: Record = {"docker": {"container_id": container_id}} if container_id else {}
        return metadata | {"kubernetes": kubernetes}

    def _known(
        self, names: Names, pod: "PodInfo | None", namespace: "NamespaceInfo | None", time_ns: int
    ) -> Record:
        """What the API server knows; marks of an orphan where it knows not even the namespace."""
        if namespace is None or (pod is None and not namespace.is_known):
            if not self.allow_orphans:
                return {}
            return {
                "orphaned_namespace": names.namespace,
                "namespace_name": self.orphaned_namespace_name,
                "namespace_id": self.orphaned_namespace_id,
            }
        if pod is not None:
            return pod.fields | namespace.fields
        # A pod that is gone: its container stands for it, as in Fluentd, unless the namespace is another one by now.
        if self.skip_namespace_metadata or namespace.created_ns > time_ns:
            return namespace.fields
        return {"pod_id": names.key, **namespace.fields}


class _Copied:
    """Fields for many records, each of which gets its own copy: later filters may change it in place."""

    def __init__(self, fields: Record) -> None:
        self._parts = [
            (key, value, [k for k, v in value.items() if type(v) is dict]) for key, value in fields.items()
        ]

    def add_to(self, records: list[Record]) -> None:
        for key, value, nested in self._parts:
            for record in records:
                record[key] = value.copy()
            for name in nested:
                inner = value[name]
                for record in records:
                    record[key][name] = inner.copy()
