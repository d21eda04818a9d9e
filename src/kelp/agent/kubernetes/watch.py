"""Following one kind of object: a list, then its changes, for as long as the agent runs."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kelp.agent.kubernetes.client import EventStream, KubernetesClient, KubernetesError
from kelp.agent.kubernetes.store import WatchedObjects
from kelp.common.log import Log

_log = Log("agent.kubernetes")
_GONE = 410
# The server is asked to end a watch after this time: a connection that died in silence is noticed.
_WATCH_SECONDS = 300
# A watch that lasted so long is a good one: the next may follow at once.
_GOOD_SECONDS = 5.0
_LONGEST_PAUSE = 300.0


@dataclass(frozen=True, slots=True)
class Retry:
    """Pauses after failures: `interval` seconds, times `base` for each further one, up to `times` of them."""

    interval: float = 1
    base: float = 2
    times: int = 10

    def pause(self, failures: int) -> float:
        """Seconds to wait after that many failures in a row; five minutes at most."""
        try:
            grown = max(self.interval, 0.1) * max(self.base, 1) ** min(max(failures - 1, 0), self.times)
        except OverflowError:
            return _LONGEST_PAUSE
        return min(grown, _LONGEST_PAUSE)


class Watch:
    """A thread that keeps `objects` equal to what the API server has at `path`."""

    def __init__(
        self,
        client: KubernetesClient,
        path: str,
        selector: dict[str, str],
        objects: WatchedObjects[Any],
        retry: Retry,
        on_list: Callable[[], None] = lambda: None,
    ) -> None:
        self.synced = threading.Event()
        self.changes = 0
        self._client = client
        self._path = path
        self._selector = selector
        self._objects = objects
        self._retry = retry
        self._on_list = on_list
        self._version: str | None = None
        self._was_gone = False
        self._failures = 0
        self._stopping = threading.Event()
        self._stream: EventStream | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"kubernetes-{path}", daemon=True)

    def start(self) -> None:
        """Begin to list and watch."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end, even while it waits for the server."""
        self._stopping.set()
        with self._lock:
            if self._stream is not None:
                self._stream.interrupt()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end; one that still waits for a first answer is left to its time-out."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            began, changes, fresh = time.monotonic(), self.changes, self._version is None
            pause = 0.0
            try:
                self._once()
            except KubernetesError as error:
                if not self._stopping.is_set():
                    pause = self._failed(error, began, fresh)
            except (AttributeError, KeyError, TypeError, ValueError) as error:  # an object of an unknown form
                self._version = None
                pause = self._failed(error, began, fresh)
            else:
                if self.changes != changes or time.monotonic() - began >= _GOOD_SECONDS:
                    self._failures = 0
                if time.monotonic() - began < _GOOD_SECONDS:
                    # A server that ends each watch at once is not asked again at once.
                    self._failures += self.changes == changes
                    pause = self._retry.pause(self._failures)
            # Spread, so that the nodes of a cluster do not all come back in the same moment.
            self._stopping.wait(pause * random.uniform(0.8, 1.2))

    def _failed(self, error: Exception, began: float, fresh: bool) -> float:
        """Take note of a failure; the seconds to wait. `fresh`: it came right after a list."""
        if time.monotonic() - began >= _WATCH_SECONDS / 10:
            self._failures = 0
        if isinstance(error, KubernetesError) and error.status == _GONE:
            self._version, self._was_gone = None, True
            if not fresh:
                return 0.0
        self._failures += 1
        pause = self._retry.pause(self._failures)
        report = _log.error if self._failures > self._retry.times else _log.warning
        report("cannot follow changes", path=self._path, error=error, again_in=f"{pause:g} s")
        return pause

    def _once(self) -> None:
        if self._version is None:
            self._list()
        fields = {**self._selector, "resourceVersion": self._version or "0"}
        stream = self._client.watch(self._path, fields, _WATCH_SECONDS)
        try:
            with self._lock:
                self._stream = stream
                if self._stopping.is_set():
                    return
            for event in stream:
                self._take(event)
        finally:
            with self._lock:
                self._stream = None
            stream.close()

    def _list(self) -> None:
        # Version 0 is answered from the server's cache, which after "gone" may be the one that was too old.
        fields = self._selector if self._was_gone else {**self._selector, "resourceVersion": "0"}
        found = self._client.list(self._path, fields)
        self._objects.replace(found.get("items") or [])
        self._version = str((found.get("metadata") or {}).get("resourceVersion") or "0")
        self._was_gone = False
        self.synced.set()
        self._on_list()

    def _take(self, event: dict[str, Any]) -> None:
        kind, one = event.get("type"), event["object"]
        if kind == "ERROR":
            raise KubernetesError(f"cannot watch {self._path}: {one.get('message')}", one.get("code"))
        if kind in ("ADDED", "MODIFIED"):
            self._objects.put(one)
        elif kind == "DELETED":
            self._objects.delete(one)
        self._version = (one.get("metadata") or {}).get("resourceVersion") or self._version
        # Whatever came, the server works.
        self.changes += 1
        self._failures = 0
