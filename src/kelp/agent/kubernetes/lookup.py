"""Pods and namespaces with a memory: the API server is asked once per pod, not per record."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kelp.agent.kubernetes.client import KubernetesClient, KubernetesError
from kelp.agent.kubernetes.metadata import NamespaceInfo, PodInfo, Wanted, read_namespace, read_pod
from kelp.common.log import Log

_log = Log("agent.kubernetes")
# How long what is not there, or could not be asked for, is not asked for again.
_MISSING_SECONDS = 30.0
# How long a server that is away is left alone, at first and at most.
_AWAY_SECONDS = 10.0
_LONGEST_AWAY_SECONDS = 120.0


@dataclass(slots=True)
class _Remembered:
    value: Any
    until: float


class PodLookup:
    """Finds what the API knows about a pod; thread-safe.

    A pod that is gone keeps what was known about it: its last lines arrive after it. A server that is away is asked
    once per pause, whatever number of pods is wanted.
    """

    def __init__(
        self,
        client: KubernetesClient,
        wanted: Wanted,
        size: int,
        ttl_seconds: float,
        *,
        with_namespaces: bool,
    ) -> None:
        self._client = client
        self._wanted = wanted
        self._size = size
        self._ttl = ttl_seconds if ttl_seconds >= 0 else float("inf")
        self._with_namespaces = with_namespaces
        self._known: dict[tuple[str, ...], _Remembered] = {}
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._away_pause = 0.0
        self.asked = 0

    def pod(self, namespace: str, name: str, of: str | None = None) -> PodInfo | None:
        """The pod; None when it is not there and never was.

        With `of`, the id of a pod or container, an answer about an earlier pod of that name is not used.
        """
        key = ("pod", namespace, name, of or "")
        found: PodInfo | None = self._remember(key, lambda: self._ask_pod(namespace, name))
        return found

    def server_is_back(self) -> None:
        """End the pause of a server that was away."""
        self._away_until = self._away_pause = 0.0

    def namespace(self, name: str) -> NamespaceInfo | None:
        """The namespace; None when it is not there, empty when it is not wanted or nobody knows."""
        if not self._with_namespaces:
            return NamespaceInfo({})
        unknown = NamespaceInfo({}, is_known=False)
        found: NamespaceInfo | None = self._remember(
            ("namespace", name), lambda: self._ask_namespace(name), unknown
        )
        return found

    def _ask_pod(self, namespace: str, name: str) -> PodInfo | None:
        found = self._client.pod(namespace, name)
        return read_pod(found, self._wanted) if found else None

    def _ask_namespace(self, name: str) -> NamespaceInfo | None:
        found = self._client.namespace(name)
        return read_namespace(found, self._wanted) if found else None

    def _remember(self, key: tuple[str, ...], ask: Callable[[], Any], unknown: Any = None) -> Any:
        """What is known under a key, or what the server answers; `unknown` where it does not."""
        now = time.monotonic()
        with self._lock:
            known = self._known.get(key)
            if known is not None and known.until > now:
                return known.value
            if self._away_until > now:
                return known.value if known is not None else unknown
            # Of several threads, one finds out whether the server is back.
            self._away_until = now + self._away_pause
        try:
            self.asked += 1
            value = ask()
            self.server_is_back()
        except KubernetesError as error:
            value = known.value if known is not None else unknown
            if error.away:
                self._leave_alone(error)
                return value
            self.server_is_back()
            _log.warning("cannot look up metadata", error=error)
        if value is None and known is not None and known.value is not None:
            value = known.value
        self._keep(
            key, _Remembered(value, now + (_MISSING_SECONDS if value in (None, unknown) else self._ttl))
        )
        return value

    def _leave_alone(self, error: KubernetesError) -> None:
        self._away_pause = min(max(2 * self._away_pause, _AWAY_SECONDS), _LONGEST_AWAY_SECONDS)
        self._away_until = time.monotonic() + self._away_pause
        _log.warning("cannot look up metadata", error=error, again_in=f"{self._away_pause:g} s")

    def _keep(self, key: tuple[str, ...], remembered: _Remembered) -> None:
        with self._lock:
            self._known.pop(key, None)
            while len(self._known) >= max(self._size, 1):
                del self._known[next(iter(self._known))]
            self._known[key] = remembered
