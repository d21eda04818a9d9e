"""One index: its mapping, settings, aliases, and the engine table behind it."""

import threading
from dataclasses import dataclass, field
from typing import Any

from kelp.store.mapping.mapping import Mapping

DEFAULT_REFRESH_SECONDS = 1.0


@dataclass(eq=False)
class Index:
    """An index as the catalog knows it. Two objects are equal only if they are the same."""

    name: str
    uuid: str
    table: str
    """The quoted name of the table, ready for SQL."""
    mapping: Mapping
    settings: dict[str, Any]
    """The flat settings below `index.`, without that prefix: `{"number_of_shards": "1", …}`."""
    aliases: dict[str, dict[str, Any]]
    created_ms: int
    columns: frozenset[str] = frozenset()
    closed: bool = False
    hidden: bool = False
    deleted: bool = False
    unsaved: bool = False
    """The mapping learned something that is not on disk yet."""
    changes: int = 0
    """Counts up whenever the searchable documents changed."""
    schema_lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """Held while the mapping or the table's columns change."""

    @property
    def refresh_seconds(self) -> float:
        """`index.refresh_interval` in seconds; negative when refreshing by itself is off."""
        text = str(self.settings.get("refresh_interval", "")).strip()
        return DEFAULT_REFRESH_SECONDS if not text else _seconds(text)


_UNITS = (("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86400.0))


def _seconds(text: str) -> float:
    for unit, factor in _UNITS:
        if text.endswith(unit):
            try:
                return float(text.removesuffix(unit)) * factor
            except ValueError:
                return DEFAULT_REFRESH_SECONDS
    return -1.0 if text.startswith("-") else DEFAULT_REFRESH_SECONDS
