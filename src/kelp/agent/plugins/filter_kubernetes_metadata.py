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
    from kelp.agent.kubernetes.client import Access
    from kelp.agent.kubernetes.lookup import PodLookup
    from kelp.agent.kubernetes.metadata import NamespaceInfo, PodInfo
    from kelp.agent.kubernetes.watched import WatchedPods

_POD = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_PODS = rf"(var\.log\.pods)\.(?<namespace>[^_]+)_(?<pod_name>{_POD})_(?<pod_uuid>[a-z0-9-]*)\.(?<container_name>.+)\..*\.log$"
_CONTAINERS = (
    rf"(var\.log\.containers)\.(?<pod_name>{_POD})_(?<namespace>[^_]+)_"
    r"(?<container_name>.+)-(?<docker_id>[a-z0-9]{64})\.log$"
)
_JOURNAL = (
    r"^(?<name_prefix>[^_]+)_(?<container_name>[^\._]+)(\.(?<container_hash>[^_]+))?_(?<pod_name>[^_]+)_"
    r"(?<namespace>[^_]+)_[^_]+_[^_]+$"
)
_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")
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
    de_dot: bool = param.boolean(
        False,
        description="Replace dots in names of labels and annotations, as the plugin did by default before version 3.",
    )
    de_dot_separator: str = param.string("_", description="What replaces those dots; must hold none itself.")
    de_slash: bool = param.boolean(False, description="Replace slashes in names of labels and annotations.")
    de_slash_separator: str = param.string(
        "__", description="What replaces those slashes; must hold none itself."
    )
    use_journal: bool | None = param.boolean(
        None,
        description="Take names from CONTAINER_NAME and CONTAINER_ID_FULL: true: from them and not from the tag; "
        "false: never; by default where a record has them.",
    )
    container_name_to_kubernetes_regexp: str = param.string(
        _JOURNAL, description="Pattern of CONTAINER_NAME with the groups namespace, pod_name, container_name."
    )

    def configure(self) -> None:
        self._pattern = self._compiled("tag_to_kubernetes_name_regexp")
        self._journal_pattern = self._compiled("container_name_to_kubernetes_regexp")
        for kind, mark in (("de_dot", "."), ("de_slash", "/")):
            if getattr(self, kind) and mark in getattr(self, kind + "_separator"):
                raise self.error(f"option '{kind}_separator' must not hold {mark!r}", kind + "_separator")
        annotations = [one for one in map(self._annotation_pattern, self.annotation_match) if one]
        self._by_tag: dict[str, _Names | None] = {}
        self._stats_due = 0.0
        self._last_stats: dict[str, int] = {}
        self._watched: WatchedPods | None = None
        self._pods: PodLookup | WatchedPods | None = self._create_lookup(annotations)

    def _compiled(self, option: str) -> "re.Pattern[str]":
        try:
            return compile_regexp(getattr(self, option))
        except ValueError as error:
            raise self.error(f"option {option!r} must be a regular expression ({error})", option) from None

    def _annotation_pattern(self, text: str) -> "re.Pattern[str] | None":
        try:
            return compile_regexp(text)
        except ValueError as error:
            self.log.error("annotation_match: not a regular expression, left out", pattern=text, error=error)
            return None

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
        """What asks the API server; None outside a cluster."""
        # Imported here: outside a cluster no one pays for the HTTP client.
        from kelp.agent.kubernetes.client import KubernetesClient, url_of_cluster
        from kelp.agent.kubernetes.lookup import PodLookup

        url = self.kubernetes_url or url_of_cluster()
        if not url:
            return None
        try:
            client = KubernetesClient(self._access(url))
        except (OSError, ValueError) as error:
            raise self.error(f"cannot use the API server {url}: {error}", "kubernetes_url") from None
        wanted = self._wanted(url, annotations)
        with_namespaces = not self.skip_namespace_metadata
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

    def _access(self, url: str) -> "Access":
        from kelp.agent.kubernetes.client import Access

        return Access(
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

    def _wanted(self, url: str, annotations: "list[re.Pattern[str]]") -> Wanted:
        replaced = [(".", self.de_dot_separator)] if self.de_dot else []
        replaced += [("/", self.de_slash_separator)] if self.de_slash else []
        return Wanted(
            pod_labels=not (self.skip_labels or self.skip_pod_labels),
            namespace_labels=not (self.skip_labels or self.skip_namespace_labels),
            containers=not self.skip_container_metadata,
            owners=self.include_ownerrefs_metadata,
            annotations=annotations,
            master_url=None if self.skip_master_url else url,
            replaced=replaced,
        )

    def _secret(self, name: str) -> str | None:
        path = Path(self.secret_dir) / name
        return str(path) if path.exists() else None

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        names = self._of_tag(tag) if not self.use_journal else None
        shared = _Copied(self._metadata(names, batch.times[0])) if names and batch.times else None
        from_fields, from_journal = self.lookup_from_k8s_field, self.use_journal is not False
        for time_ns, record in zip(batch.times, batch.records, strict=True):
            own = self._of_record(record) if from_fields and "kubernetes" in record else None
            if own is None and from_journal and "CONTAINER_NAME" in record:
                own = self._of_journal(record)
            if own is not None:
                _Copied(self._metadata(own, time_ns)).add_to(record)
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

    def _of_journal(self, record: Record) -> "_Names | None":
        name, container_id = record["CONTAINER_NAME"], record.get("CONTAINER_ID_FULL")
        found = self._journal_pattern.search(name) if isinstance(name, str) and container_id else None
        return _names_of_match(found)._replace(container_id=container_id) if found else None

    def _metadata(self, names: "_Names", time_ns: int) -> Record:
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
        self, names: "_Names", pod: "PodInfo | None", namespace: "NamespaceInfo | None", time_ns: int
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

    @property
    def instance(self) -> str | None:
        """The uid of the pod or the id of the container; None where a record holds something else."""
        is_id = isinstance(self.container_id, str) and _CONTAINER_ID.fullmatch(self.container_id)
        return self.pod_uuid or (self.container_id if is_id else None)


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
