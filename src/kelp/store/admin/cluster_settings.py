"""Settings of the cluster: persistent ones are kept in the catalog, transient ones last as long as the process.

Of them `action.auto_create_index` counts; the others, which steer several nodes, are kept and shown.
"""

from fnmatch import fnmatchcase
from typing import Any

from kelp.store.errors import ApiError
from kelp.store.index.catalog import Catalog

KIND = "cluster_setting"
AUTO_CREATE = "action.auto_create_index"


class ClusterSettings:
    """Flat settings by full name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.transient: dict[str, Any] = {}

    @property
    def persistent(self) -> dict[str, Any]:
        return dict(self._catalog.documents(KIND).get("persistent", {}))

    def change(self, persistent: dict[str, Any], transient: dict[str, Any]) -> None:
        """Set what has a value, remove what is None."""
        if persistent:
            self._catalog.put_document(KIND, "persistent", _merged(self.persistent, persistent))
        self.transient = _merged(self.transient, transient)

    def get(self, name: str, default: str) -> str:
        """The value that counts: transient before persistent."""
        value = self.transient.get(name, self.persistent.get(name, default))
        return ",".join(value) if isinstance(value, list) else str(value)

    def check_auto_create(self, name: str) -> None:
        """Raise ApiError 404 when a first document must not make an index of this name."""
        rule = self.get(AUTO_CREATE, "true")
        if rule == "true":
            return
        reason = f"[{AUTO_CREATE}] ([{rule}]) doesn't match"
        if rule == "false":
            reason = f"[{AUTO_CREATE}] is [false]"
        else:
            for pattern in (part.strip() for part in rule.split(",")):
                if fnmatchcase(name, pattern.lstrip("+-")):
                    if not pattern.startswith("-"):
                        return
                    reason = (
                        f"[{AUTO_CREATE}] contains [{pattern}] which forbids automatic creation of the index"
                    )
                    break
        raise ApiError(
            404,
            "index_not_found_exception",
            f"no such index [{name}] and {reason}",
            index_uuid="_na_",
            index=name,
        )


def _merged(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = {**settings, **changes}
    return {name: value for name, value in merged.items() if value is not None}
