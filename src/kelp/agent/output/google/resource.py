"""The monitored resource that entries are about.

https://cloud.google.com/logging/docs/api/v2/resource-list
"""

import os
import re
import socket
from dataclasses import dataclass, field
from typing import Any

import urllib3

from kelp.agent.output.google.options import ResourceOptions
from kelp.agent.ruby.regexp import compile_regexp

CONTAINER = "container"
INSTANCE = "gce_instance"
_K8S = re.compile(
    r"(?P<type>k8s_container)\.(?P<namespace_name>[0-9a-z-]+)\.(?P<pod_name>[.0-9a-z-]+)\.(?P<container_name>[0-9a-z-]+)"
    r"|(?P<pod_type>k8s_pod)\.(?P<ns>[0-9a-z-]+)\.(?P<pod>[.0-9a-z-]+)"
    r"|(?P<node_type>k8s_node)\.(?P<node_name>[0-9a-z-]+)"
)
_METADATA_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Resource:
    """A type and its labels, and labels of the entries themselves."""

    type: str
    labels: dict[str, str] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)


class Metadata:
    """Google's metadata service; nothing is found where there is none."""

    def __init__(self, wanted: bool) -> None:
        self._host = os.environ.get("GCE_METADATA_HOST", "169.254.169.254")
        self._http = urllib3.PoolManager(retries=False, timeout=_METADATA_TIMEOUT)
        self._there = wanted

    def get(self, path: str) -> str | None:
        """The text at `path`, such as `instance/zone`."""
        if not self._there:
            return None
        url = f"http://{self._host}/computeMetadata/v1/{path}"
        try:
            answer = self._http.request("GET", url, headers={"Metadata-Flavor": "Google"})
        except urllib3.exceptions.HTTPError:
            self._there = False
            return None
        return answer.data.decode() if answer.status == 200 else None


class Resources:
    """Finds the resource of each entry. Asks the metadata service when made."""

    def __init__(self, options: ResourceOptions, metadata: Metadata) -> None:
        self._tag_pattern = compile_regexp(options.kubernetes_tag_regexp)
        vm_id = options.vm_id or metadata.get("instance/id")
        zone = options.zone or (metadata.get("instance/zone") or "").rpartition("/")[2]
        self._cluster = options.k8s_cluster_name or metadata.get("instance/attributes/cluster-name") or ""
        self._location = (
            options.k8s_cluster_location or metadata.get("instance/attributes/cluster-location") or ""
        )
        kind = _kind(options, metadata)
        labels = {"instance_id": vm_id, "zone": zone} if vm_id and zone else {}
        if kind == CONTAINER:
            labels["cluster_name"] = self._cluster
        name = options.vm_name or socket.gethostname()
        self.machine = Resource(kind, labels, {"compute.googleapis.com/resource_name": name})

    def of(self, tag: str, local_id: Any) -> Resource:
        """The resource of events with a tag, and their `local_resource_id` if they have one."""
        found = self._kubernetes(local_id) if isinstance(local_id, str) else None
        if found is not None:
            return found
        machine = self.machine
        match = self._tag_pattern.search(tag) if machine.type == CONTAINER else None
        if match is None:
            return machine
        named = match.groupdict()
        names = {"container_name": "container_name", "namespace_name": "namespace_id", "pod_name": "pod_id"}
        labels = {new: named[old] for old, new in names.items() if named.get(old)}
        common = {
            f"container.googleapis.com/{name}": named[name]
            for name in ("namespace_name", "pod_name")
            if named.get(name)
        }
        return Resource(CONTAINER, {**machine.labels, **labels}, {**machine.common, **common})

    def _kubernetes(self, local_id: str) -> Resource | None:
        match = _K8S.fullmatch(local_id)
        if match is None or not (self._cluster and self._location):
            return None
        labels = {"cluster_name": self._cluster, "location": self._location}
        if match["type"]:
            names = ("namespace_name", "pod_name", "container_name")
            return Resource("k8s_container", {**labels, **{name: match[name] for name in names}})
        if match["pod_type"]:
            return Resource("k8s_pod", {**labels, "namespace_name": match["ns"], "pod_name": match["pod"]})
        return Resource("k8s_node", {**labels, "node_name": match["node_name"]})


def _kind(options: ResourceOptions, metadata: Metadata) -> str:
    if options.subservice_name is not None:
        return CONTAINER if options.subservice_name.startswith("container") else INSTANCE
    if options.detect_subservice and "kube-env" in (metadata.get("instance/attributes/") or "").split():
        return CONTAINER
    return INSTANCE
