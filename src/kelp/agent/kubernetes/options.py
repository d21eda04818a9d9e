"""The options of the kubernetes_metadata filter."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kelp.agent.config import param
from kelp.agent.kubernetes.metadata import Wanted
from kelp.agent.plugin import Filter
from kelp.agent.ruby.regexp import compile_regexp

if TYPE_CHECKING:
    from kelp.agent.kubernetes.client import Access

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


class KubernetesOptions(Filter):
    """Where names stand, how to ask the API server, and what of its answers is added."""

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

    def compiled(self, option: str) -> "re.Pattern[str]":
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

    def access(self, url: str) -> "Access":
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

    def wanted(self, url: str) -> Wanted:
        """What goes into records."""
        replaced = [(".", self.de_dot_separator)] if self.de_dot else []
        replaced += [("/", self.de_slash_separator)] if self.de_slash else []
        return Wanted(
            pod_labels=not (self.skip_labels or self.skip_pod_labels),
            namespace_labels=not (self.skip_labels or self.skip_namespace_labels),
            containers=not self.skip_container_metadata,
            owners=self.include_ownerrefs_metadata,
            annotations=[one for one in map(self._annotation_pattern, self.annotation_match) if one],
            master_url=None if self.skip_master_url else url,
            replaced=replaced,
        )

    def _secret(self, name: str) -> str | None:
        path = Path(self.secret_dir) / name
        return str(path) if path.exists() else None
