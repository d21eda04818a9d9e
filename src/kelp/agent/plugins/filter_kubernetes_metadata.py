"""The kubernetes_metadata filter: names of pod, namespace and container from the tag."""

import os
import re
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.regexp import compile_regexp

_POD = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_PODS = rf"(var\.log\.pods)\.(?<namespace>[^_]+)_(?<pod_name>{_POD})_(?<pod_uuid>[a-z0-9-]*)\.(?<container_name>.+)\..*\.log$"
_CONTAINERS = (
    rf"(var\.log\.containers)\.(?<pod_name>{_POD})_(?<namespace>[^_]+)_"
    r"(?<container_name>.+)-(?<docker_id>[a-z0-9]{64})\.log$"
)
_CACHE_LIMIT = 4096


@register("filter", "kubernetes_metadata")
class KubernetesMetadataFilter(Filter):
    """Add `kubernetes` (names of pod, namespace, container) and `docker` (container id) from the tag.

    The names come from the tag alone; labels and annotations, which need the API server, are not looked up.
    """

    tag_to_kubernetes_name_regexp: str = param.string(
        f"({_PODS}|{_CONTAINERS})",
        description="Pattern with the groups namespace, pod_name, container_name and pod_uuid or docker_id.",
    )
    lookup_from_k8s_field: bool = param.boolean(
        True, description="Take names from the fields kubernetes and docker where a record has them already."
    )
    kubernetes_url: str | None = param.string(None, description="API server; labels are not looked up yet.")
    apiVersion: str = param.string("v1", description="Version of the API.")
    cache_size: int = param.integer(1000, description="Pods kept in memory.")
    cache_ttl: int = param.integer(3600, description="Seconds a pod is kept; negative: for ever.")
    ignore_nil: int = param.integer(1, description="Accepted without effect.")
    watch: bool = param.boolean(True, description="Follow changes of pods instead of asking again.")
    client_cert: str | None = param.string(None, description="File of the client certificate.")
    client_key: str | None = param.string(None, description="File of the client key.", secret=True)
    ca_file: str | None = param.string(None, description="File of the certificate authority.")
    verify_ssl: bool = param.boolean(True, description="Check the server's certificate.")
    ssl_partial_chain: bool = param.boolean(False, description="Trust intermediate authorities of `ca_file`.")
    open_timeout: int = param.integer(3, description="Seconds to wait for a connection.")
    read_timeout: int = param.integer(10, description="Seconds to wait for an answer.")
    bearer_token_file: str | None = param.string(None, description="File of the token.")
    secret_dir: str = param.string(
        "/var/run/secrets/kubernetes.io/serviceaccount", description="Folder of the service account."
    )
    annotation_match: list[str] = param.array([], description="Patterns of annotations to add.")
    stats_interval: int = param.integer(30, description="Seconds between two lines of statistics; 0: none.")
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
    watch_retry_interval: int = param.integer(1, description="Seconds before a broken watch starts again.")
    watch_retry_exponential_backoff_base: int = param.integer(2, description="Growth of that pause.")
    watch_retry_max_times: int = param.integer(10, description="How often a watch starts again.")
    de_dot: bool = param.boolean(False, description="Replace dots in names of labels.")
    de_dot_separator: str = param.string("_", description="What replaces those dots.")

    def configure(self) -> None:
        try:
            self._pattern = compile_regexp(self.tag_to_kubernetes_name_regexp)
        except ValueError as error:
            option = "tag_to_kubernetes_name_regexp"
            raise self.error(f"option {option!r} must be a regular expression ({error})", option) from None
        self._by_tag: dict[str, Record | None] = {}
        if self.kubernetes_url or os.environ.get("KUBERNETES_SERVICE_HOST"):
            self.log.warning("labels and annotations are not looked up; names come from the tag alone")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        metadata = self._of_tag(tag)
        for record in batch.records:
            found = self._of_record(record) if self.lookup_from_k8s_field and "kubernetes" in record else None
            chosen = found or metadata
            if chosen is not None:
                for key, value in chosen.items():
                    record[key] = dict(value)  # later filters may change it in place
        return batch

    def _of_tag(self, tag: str) -> Record | None:
        if tag not in self._by_tag:
            if len(self._by_tag) >= _CACHE_LIMIT:
                self._by_tag.clear()
            found = self._pattern.search(tag)
            self._by_tag[tag] = None if found is None else _metadata_of_match(found)
        return self._by_tag[tag]

    def _of_record(self, record: Record) -> Record | None:
        kubernetes, docker = record.get("kubernetes"), record.get("docker")
        if not isinstance(kubernetes, dict) or not isinstance(docker, dict) or "container_id" not in docker:
            return None
        names = ("namespace_name", "pod_name", "container_name")
        if not all(name in kubernetes for name in names):
            return None
        namespace, pod, container = (kubernetes[name] for name in names)
        return _metadata(namespace, pod, container, docker["container_id"])


def _metadata_of_match(found: "re.Match[str]") -> Record:
    groups = found.groupdict()
    names = (groups.get("namespace"), groups.get("pod_name"), groups.get("container_name"))
    return _metadata(*names, groups.get("docker_id"))


def _metadata(namespace: Any, pod: Any, container: Any, container_id: Any) -> Record:
    metadata: Record = {"docker": {"container_id": container_id}} if container_id else {}
    metadata["kubernetes"] = {"container_name": container, "namespace_name": namespace, "pod_name": pod}
    return metadata
