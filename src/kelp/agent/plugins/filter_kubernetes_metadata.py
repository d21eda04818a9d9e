"""The kubernetes_metadata filter: which pod, namespace and container a record comes from."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.kubernetes.metadata import Wanted
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.regexp import compile_regexp

if TYPE_CHECKING:
    from kelp.agent.kubernetes.lookup import PodLookup
    from kelp.agent.kubernetes.metadata import PodInfo
    from kelp.agent.kubernetes.watched import WatchedPods

_POD = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_PODS = rf"(var\.log\.pods)\.(?<namespace>[^_]+)_(?<pod_name>{_POD})_(?<pod_uuid>[a-z0-9-]*)\.(?<container_name>.+)\..*\.log$"
_CONTAINERS = (
    rf"(var\.log\.containers)\.(?<pod_name>{_POD})_(?<namespace>[^_]+)_"
    r"(?<container_name>.+)-(?<docker_id>[a-z0-9]{64})\.log$"
)
_CACHE_LIMIT = 4096


@register("filter", "kubernetes_metadata")
class KubernetesMetadataFilter(Filter):
    """Add `kubernetes` (pod, namespace, container, labels) and `docker` (container id).

    The names come from the tag, the rest from the API server where one is known: `kubernetes_url`, or the one of the
    cluster the agent runs in. Where the environment names the node (`K8S_NODE_NAME`, `KUBERNETES_NODE_NAME` or
    `NODE_NAME`), one watch follows the pods of the node and one the namespaces; deleted pods are kept for an hour, and
    a pod that the watch does not know yet is asked for. Without a name of the node, or with `watch false`, each pod is
    asked for when its first line comes, and again after `cache_ttl`.
    """

    tag_to_kubernetes_name_regexp: str = param.string(
        f"({_PODS}|{_CONTAINERS})",
        description="Pattern with the groups namespace, pod_name, container_name and pod_uuid or docker_id.",
    )
    lookup_from_k8s_field: bool = param.boolean(
        True, description="Take names from the fields kubernetes and docker where a record has them already."
    )
    kubernetes_url: str | None = param.string(
        None, description="API server; without it, the one of the cluster the agent runs in."
    )
    apiVersion: str = param.string("v1", description="Version of the API.")
    cache_size: int = param.integer(
        1000, description="Pods kept in memory; with a watch, deleted ones and those asked for."
    )
    cache_ttl: int = param.integer(3600, description="Seconds a pod is kept; negative: for ever.")
    ignore_nil: int = param.integer(1, description="Accepted without effect.")
    watch: bool = param.boolean(
        True, description="Follow the pods of this node where the environment names it."
    )
    client_cert: str | None = param.string(None, description="File of the client certificate.")
    client_key: str | None = param.string(None, description="File of the client key.", secret=True)
    ca_file: str | None = param.string(None, description="File of the certificate authority.")
    verify_ssl: bool = param.boolean(True, description="Check the server's certificate.")
    ssl_partial_chain: bool = param.boolean(False, description="Accepted without effect.")
    open_timeout: int = param.integer(3, description="Seconds to wait for a connection.")
    read_timeout: int = param.integer(10, description="Seconds to wait for an answer.")
    bearer_token_file: str | None = param.string(None, description="File of the token.")
    secret_dir: str = param.string(
        "/var/run/secrets/kubernetes.io/serviceaccount", description="Folder of the service account."
    )
    annotation_match: list[str] = param.array([], description="Patterns of annotations to add.")
    stats_interval: int = param.integer(
        30, description="Seconds between lines about the watch in the log, if there is news; 0: none."
    )
    allow_orphans: bool = param.boolean(True, description="Mark pods of unknown namespaces.")
    orphaned_namespace_name: str = param.string(
        ".orphaned", description="Name given to an unknown namespace."
    )
    orphaned_namespace_id: str = param.string("orphaned", description="Id given to an unknown namespace.")
    skip_labels: bool = param.boolean(False, description="Add no labels.")
    skip_pod_labels: bool = param.boolean(False, description="Add no labels of pods.")
    skip_namespace_labels: bool = param.boolean(False, description="Add no labels of namespaces.")
    skip_container_metadata: bool = param.boolean(False, description="Add no image names.")
    skip_master_url: bool = param.boolean(False, description="Add no URL of the API server.")
    skip_namespace_metadata: bool = param.boolean(False, description="Add no data of namespaces.")
    include_ownerrefs_metadata: bool = param.boolean(False, description="Add the owners of pods.")
    watch_retry_interval: int = param.integer(1, description="Seconds to wait after a watch failed.")
    watch_retry_exponential_backoff_base: int = param.integer(
        2, description="By what that pause grows with each further failure, up to five minutes."
    )
    watch_retry_max_times: int = param.integer(
        10, description="Failures until the pause grows no more and errors are logged."
    )
    de_dot: bool = param.boolean(False, description="Replace dots in names of labels.")
    de_dot_separator: str = param.string("_", description="What replaces those dots.")

    def configure(self) -> None:
        try:
            self._pattern = compile_regexp(self.tag_to_kubernetes_name_regexp)
        except ValueError as error:
            option = "tag_to_kubernetes_name_regexp"
            raise self.error(f"option {option!r} must be a regular expression ({error})", option) from None
        try:
            annotations = [compile_regexp(one) for one in self.annotation_match]
        except ValueError as error:
            raise self.error(
                f"option 'annotation_match' must be patterns ({error})", "annotation_match"
            ) from None
        self._by_tag: dict[str, _Names | None] = {}
        self._stats_due = 0.0
        self._last_stats: dict[str, int] = {}
        self._watched: WatchedPods | None = None
        self._pods: PodLookup | WatchedPods | None = self._create_lookup(annotations)

    def start(self) -> None:
        if self._watched is not None:
            self._watched.start()

    def stop(self) -> None:
        if self._watched is not None:
            self._watched.stop()

    def shutdown(self) -> None:
        if self._watched is not None:
            self._watched.join()

    def _create_lookup(self, annotations: "list[re.Pattern[str]]") -> "PodLookup | WatchedPods | None":
        # Imported here: outside a cluster no one pays for the HTTP client.
        from kelp.agent.kubernetes.client import Access, KubernetesClient, url_of_cluster
        from kelp.agent.kubernetes.lookup import PodLookup

        url = self.kubernetes_url or url_of_cluster()
        if not url:
            return None
        access = Access(
            url,
            self.apiVersion,
            self.ca_file or self._secret("ca.crt"),
            self.client_cert or None,
            self.client_key or None,
            self.bearer_token_file or self._secret("token"),
            self.verify_ssl,
            self.open_timeout,
            self.read_timeout,
        )
        wanted = Wanted(
            pod_labels=not (self.skip_labels or self.skip_pod_labels),
            namespace_labels=not (self.skip_labels or self.skip_namespace_labels),
            containers=not self.skip_container_metadata,
            owners=self.include_ownerrefs_metadata,
            annotations=annotations,
            master_url=None if self.skip_master_url else url,
        )
        with_namespaces = not self.skip_namespace_metadata
        try:
            client = KubernetesClient(access)
        except (OSError, ValueError) as error:
            raise self.error(f"cannot use the API server {url}: {error}", "kubernetes_url") from None
        lookup = PodLookup(client, wanted, self.cache_size, self.cache_ttl, with_namespaces=with_namespaces)
        if not self.watch:
            return lookup
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
        self._watched = WatchedPods(
            client, lookup, wanted, node, retry, self.cache_size, with_namespaces=with_namespaces
        )
        return self._watched

    def _secret(self, name: str) -> str | None:
        path = Path(self.secret_dir) / name
        return str(path) if path.exists() else None

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        names = self._of_tag(tag)
        shared = _Copied(self._metadata(names)) if names else None
        for record in batch.records:
            own = self._of_record(record) if self.lookup_from_k8s_field and "kubernetes" in record else None
            if own is not None:
                _Copied(self._metadata(own)).add_to(record)
            elif shared is not None:
                shared.add_to(record)
        if self._watched is not None and self.stats_interval > 0:
            self._log_stats(self._watched)
        return batch

    def _log_stats(self, watched: "WatchedPods") -> None:
        now = time.monotonic()
        if now < self._stats_due:
            return
        self._stats_due = now + self.stats_interval
        stats = watched.stats()
        if stats != self._last_stats:
            self._last_stats = stats
            self.log.info("what is known of pods", **stats)

    def _of_tag(self, tag: str) -> "_Names | None":
        if tag not in self._by_tag:
            if len(self._by_tag) >= _CACHE_LIMIT:
                self._by_tag.clear()
            found = self._pattern.search(tag)
            self._by_tag[tag] = _names_of_match(found) if found else None
        return self._by_tag[tag]

    def _of_record(self, record: Record) -> "_Names | None":
        kubernetes, docker = record.get("kubernetes"), record.get("docker")
        if not isinstance(kubernetes, dict) or not isinstance(docker, dict) or "container_id" not in docker:
            return None
        names = ("namespace_name", "pod_name", "container_name")
        if not all(name in kubernetes for name in names):
            return None
        namespace, pod, container = (kubernetes[name] for name in names)
        return _Names(namespace, pod, container, docker["container_id"])

    def _metadata(self, names: "_Names") -> Record:
        """The fields to add for a container."""
        kubernetes: Record = {
            "container_name": names.container,
            "namespace_name": names.namespace,
            "pod_name": names.pod,
        }
        container_id = names.container_id
        if self._pods is not None and names.namespace and names.pod:
            pod = self._pods.pod(names.namespace, names.pod, names.key if self._watched else None)
            namespace = self._pods.namespace(names.namespace)
            kubernetes |= self._known(names, pod, namespace)
            container = pod.containers.get(names.container) if pod else None
            if container is not None:
                kubernetes["container_image"] = container.image
                if container.image_id:
                    kubernetes["container_image_id"] = container.image_id
                container_id = container.container_id or container_id
        metadata: Record = {"docker": {"container_id": container_id}} if container_id else {}
        return metadata | {"kubernetes": kubernetes}

    def _known(self, names: "_Names", pod: "PodInfo | None", namespace: Record | None) -> Record:
        """What the API server knows; marks of an orphan where it knows not even the namespace."""
        if namespace is None:
            if pod is not None or not self.allow_orphans:
                return pod.fields if pod else {}
            return {
                "orphaned_namespace": names.namespace,
                "namespace_name": self.orphaned_namespace_name,
                "namespace_id": self.orphaned_namespace_id,
            }
        if pod is None:
            # A pod that is gone: its container stands for it, as in Fluentd.
            return (
                {"pod_id": names.key, **namespace} if self._pods and not self.skip_namespace_metadata else {}
            )
        return pod.fields | namespace


class _Names(NamedTuple):
    """Which container a record comes from."""

    namespace: Any
    pod: Any
    container: Any
    container_id: Any
    pod_uuid: Any = None

    @property
    def key(self) -> Any:
        return self.pod_uuid or self.container_id


def _names_of_match(found: "re.Match[str]") -> _Names:
    groups = found.groupdict()
    return _Names(
        *(groups.get(name) for name in ("namespace", "pod_name", "container_name", "docker_id", "pod_uuid"))
    )


class _Copied:
    """Fields for many records, each of which gets its own copy: later filters may change it in place."""

    def __init__(self, fields: Record) -> None:
        self._parts = [
            (key, value, [k for k, v in value.items() if type(v) is dict]) for key, value in fields.items()
        ]

    def add_to(self, record: Record) -> None:
        for key, value, nested in self._parts:
            copy = value.copy()
            for name in nested:
                copy[name] = copy[name].copy()
            record[key] = copy
