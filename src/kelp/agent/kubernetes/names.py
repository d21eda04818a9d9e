"""Which container a record comes from."""

import re
from typing import Any, NamedTuple

_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")


class Names(NamedTuple):
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


def names_of_match(found: "re.Match[str]") -> Names:
    groups = found.groupdict()
    return Names(
        *(groups.get(name) for name in ("namespace", "pod_name", "container_name", "docker_id", "pod_uuid"))
    )
