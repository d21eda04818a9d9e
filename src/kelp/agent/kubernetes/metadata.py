"""What of a pod and its namespace goes into records, in the form of Fluentd's kubernetes_metadata filter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Fields = dict[str, Any]
_SCHEME = re.compile(r"^[-_a-zA-Z0-9]+://")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts go into records."""

    pod_labels: bool = True
    namespace_labels: bool = True
    containers: bool = True
    owners: bool = False
    annotations: "Sequence[re.Pattern[str]]" = ()
    master_url: str | None = None
    # Texts in names of labels and annotations, and what stands for them.
    replaced: "Sequence[tuple[str, str]]" = ()

    def renamed(self, fields: Fields) -> Fields:
        """Labels or annotations by the names they get in records."""
        for old, new in self.replaced:
            fields = {
                key.replace(old, new) if value is not None else key: value for key, value in fields.items()
            }
        return fields


@dataclass(frozen=True, slots=True)
class Container:
    """Image and id of one container of a pod."""

    image: str | None
    image_id: str
    container_id: str


@dataclass(frozen=True, slots=True)
class PodInfo:
    """A pod: the fields it gives, its containers by name, and the uids its log folders may have."""

    fields: Fields
    containers: dict[str, Container] = field(default_factory=dict)
    uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamespaceInfo:
    """A namespace: the fields it gives, and when it was made (nanoseconds, 0 where nobody says).

    `is_known`: whether the server has answered.
    """

    fields: Fields
    created_ns: int = 0
    is_known: bool = True


def read_pod(pod: Fields, wanted: Wanted) -> PodInfo:
    """What a pod object gives."""
    metadata, status, spec = (pod.get(part) or {} for part in ("metadata", "status", "spec"))
    fields: Fields = {
        "namespace_name": metadata.get("namespace"),
        "pod_id": metadata.get("uid"),
        "pod_name": metadata.get("name"),
        "pod_ip": status.get("podIP"),
        "host": spec.get("nodeName"),
    }
    fields = {name: value for name, value in fields.items() if value is not None}
    if wanted.owners:
        owners = metadata.get("ownerReferences") or []
        fields["ownerrefs"] = [{"kind": one.get("kind"), "name": one.get("name")} for one in owners]
    _add(fields, "labels", wanted.renamed(metadata.get("labels") or {}) if wanted.pod_labels else None)
    _add(fields, "annotations", _annotations(metadata, wanted))
    _add(fields, "master_url", wanted.master_url)
    statuses = status.get("containerStatuses") or []
    containers = {one.get("name", ""): _container(one) for one in statuses} if wanted.containers else {}
    return PodInfo(fields, containers, pod_uids(pod))


def read_namespace(namespace: Fields, wanted: Wanted) -> NamespaceInfo:
    """What a namespace object gives."""
    metadata = namespace.get("metadata") or {}
    fields: Fields = {}
    _add(fields, "namespace_id", metadata.get("uid"))
    labels = wanted.renamed(metadata.get("labels") or {})
    _add(fields, "namespace_labels", labels if wanted.namespace_labels else None)
    _add(fields, "namespace_annotations", _annotations(metadata, wanted))
    return NamespaceInfo(fields, _nanoseconds(metadata.get("creationTimestamp")))


def _nanoseconds(text: Any) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp()) * 10**9
    except (TypeError, ValueError):
        return 0


def pod_uids(pod: Fields) -> tuple[str, ...]:
    """The uid of a pod object, and that which the kubelet gives to the folder of a static pod."""
    metadata = pod.get("metadata") or {}
    static = (metadata.get("annotations") or {}).get("kubernetes.io/config.hash")
    return tuple(uid for uid in (metadata.get("uid"), static) if uid)


def container_ids(pod: Fields) -> Iterator[str]:
    """The ids of all containers of a pod object, those before their last restart too."""
    status = pod.get("status") or {}
    for kind in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        for one in status.get(kind) or []:
            before = (one.get("lastState") or {}).get("terminated") or {}
            for container_id in (one.get("containerID"), before.get("containerID")):
                if container_id:
                    yield _SCHEME.sub("", container_id)


def _add(fields: Fields, name: str, value: Any) -> None:
    if value:
        fields[name] = value


def _annotations(metadata: Fields, wanted: Wanted) -> Fields:
    annotations = metadata.get("annotations") or {}
    return wanted.renamed(
        {
            key: value
            for key, value in annotations.items()
            if any(one.search(key) for one in wanted.annotations)
        }
    )


def _container(status: Fields) -> Container:
    container_id = _SCHEME.sub("", status.get("containerID") or "")
    return Container(status.get("image"), status.get("imageID") or "", container_id)
