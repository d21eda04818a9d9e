"""Deleting old indices: by lifecycle policy, by age of their newest document, by the store's size on disk."""

import re
import threading
import time
from dataclasses import dataclass

from kelp.common.log import Log
from kelp.store.admin import data_streams, figures
from kelp.store.api.parameters import duration_ms
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.store import Store

log = Log("store.retention")

LIFECYCLE = "ilm_policy"
_CHECK_SECONDS = 60.0
_DAY_MS = 86_400_000
_TIME_BASED = re.compile(r"\d{4}[.-]\d{2}(?:[.-]\d{2})?|-\d{6}$")
"""Names that tell of time, `logstash-2026.11.23`, `logs-000001`: only such indices are deleted for age or size."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the store may keep; None: without limit."""

    days: float | None = None
    disk_bytes: int | None = None


class Retention:
    """A thread that looks every minute what has to go."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="kelp-retention", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(_CHECK_SECONDS):
            try:
                self.enforce()
            except ApiError as error:
                log.warning("cannot enforce retention now, trying again later", error=error.reason)

    def enforce(self, now_ms: float | None = None) -> list[str]:
        """Delete what is too old or too much; the names of what was deleted."""
        now_ms = time.time() * 1000 if now_ms is None else now_ms
        return [*self._by_lifecycle(now_ms), *self._by_age(now_ms), *self._by_size()]

    def _by_lifecycle(self, now_ms: float) -> list[str]:
        policies = self._store.catalog.documents(LIFECYCLE)
        deleted = []
        for index in self._deletable():
            name = index.settings.get("lifecycle.name")
            phase = policies.get(name, {}).get("policy", {}).get("phases", {}).get("delete") if name else None
            if phase is None:
                continue
            oldest = duration_ms(str(phase.get("min_age", "0ms")), "min_age")
            origin = float(index.settings.get("lifecycle.origination_date", index.created_ms))
            if now_ms - origin >= oldest:
                deleted.append(self._delete(index, f"lifecycle policy {name}"))
        return deleted

    def _by_age(self, now_ms: float) -> list[str]:
        if self._limits.days is None:
            return []
        edge = now_ms - self._limits.days * _DAY_MS
        old = [index for index in self._time_based() if self._newest_ms(index) < edge]
        return [self._delete(index, f"older than {self._limits.days:g} days") for index in old]

    def _by_size(self) -> list[str]:
        if self._limits.disk_bytes is None:
            return []
        indices = self._time_based()
        known = figures.by_index(self._store, self._store.catalog.indices())
        used = figures.total(known.values()).store_bytes
        deleted = []
        for index in sorted(indices, key=self._newest_ms):
            if used <= self._limits.disk_bytes:
                break
            used -= known[index.name].store_bytes
            deleted.append(self._delete(index, f"the store is larger than {self._limits.disk_bytes} bytes"))
        return deleted

    def _deletable(self) -> list[Index]:
        """All indices that do not take the writes of a data stream or alias."""
        streams = self._store.catalog.documents(data_streams.KIND)
        writing = {body["indices"][-1] for body in streams.values()}
        return [
            index
            for index in self._store.catalog.indices()
            if index.name not in writing
            and not any(body.get("is_write_index") for body in index.aliases.values())
        ]

    def _time_based(self) -> list[Index]:
        return [index for index in self._deletable() if _TIME_BASED.search(index.name)]

    def _newest_ms(self, index: Index) -> float:
        """Time of the newest document; of an empty index when it was made."""
        sql = f"SELECT count(), toUnixTimestamp64Milli(max({quoted(TIMESTAMP)})) FROM {index.table}"
        ((documents, newest),) = self._store.engine.query(sql)
        return float(newest) if documents else float(index.created_ms)

    def _delete(self, index: Index, reason: str) -> str:
        log.info("deleting old index", index=index.name, reason=reason)
        self._store.catalog.delete(index)
        return index.name
