"""Asking the API server: single objects, lists, and streams of changes."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import urllib3

from kelp.common.errors import KelpError


class KubernetesError(KelpError):
    """The API server did not answer, or not with the object; `status` is that of its answer, if there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status

    @property
    def away(self) -> bool:
        """Whether the server as a whole does not work, rather than this one request."""
        return self.status is None or self.status == 429 or self.status >= 500


# Objects are stored with 1.5 MB at most; what is longer is no event.
_MAX_EVENT = 16 << 20


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API server is and how to be let in; times in seconds."""

    url: str
    version: str = "v1"
    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    token_file: str | None = None
    verify: bool = True
    open_timeout: float = 3
    read_timeout: float = 10


def url_of_cluster() -> str | None:
    """The API server as a pod's environment names it; None outside a cluster."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        return None
    return f"https://{f'[{host}]' if ':' in host else host}:{port}/api"


class EventStream:
    """The changes a watch sends, each a dictionary with `type` and `object`; ends when the server ends it."""

    def __init__(self, url: str, answer: urllib3.BaseHTTPResponse, quiet_seconds: float) -> None:
        self._url = url
        self._answer = answer
        # The server may stay silent for long between events, but not before its answer.
        sock = getattr(answer.connection, "sock", None)
        if sock is not None:
            sock.settimeout(quiet_seconds)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        held = bytearray()
        try:
            for part in self._answer.stream(65536):
                held += part
                *lines, rest = held.split(b"\n") if b"\n" in part else (held,)
                held = rest
                if len(held) > _MAX_EVENT:
                    raise KubernetesError(
                        f"cannot watch {self._url}: an event is longer than {_MAX_EVENT} bytes"
                    )
                for line in lines:
                    if line.strip():
                        yield self._read(line)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise KubernetesError(f"cannot watch {self._url}: {error}") from error

    def _read(self, line: bytearray) -> dict[str, Any]:
        event = json.loads(line)
        if not isinstance(event, dict) or not isinstance(event.get("object"), dict):
            raise KubernetesError(f"cannot watch {self._url}: an event is no object")
        return event

    def interrupt(self) -> None:
        """End the iteration from another thread, even while it waits for the server."""
        try:
            self._answer.shutdown()
        except (OSError, ValueError):
            return  # the connection is closed already

    def close(self) -> None:
        """Give up the connection."""
        self._answer.close()


class KubernetesClient:
    """Gets objects as dictionaries; thread-safe."""

    def __init__(self, access: Access) -> None:
        self._access = access
        base = access.url.rstrip("/")
        # A URL without path means the usual one, as Ruby's client has it.
        self._base = f"{base}/api" if base.count("/") == 2 else base
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=4,
            retries=False,
            timeout=urllib3.Timeout(connect=access.open_timeout, read=access.read_timeout),
            cert_reqs="CERT_REQUIRED" if access.verify else "CERT_NONE",
            ca_certs=access.ca_file or None,
            cert_file=access.client_cert or None,
            key_file=access.client_key or None,
        )

    def pod(self, namespace: str, name: str) -> dict[str, Any] | None:
        """A pod; None where there is none. Raises KubernetesError."""
        return self._find(f"namespaces/{_segment(namespace)}/pods/{_segment(name)}")

    def namespace(self, name: str) -> dict[str, Any] | None:
        """A namespace; None where there is none. Raises KubernetesError."""
        return self._find(f"namespaces/{_segment(name)}")

    def list(self, path: str, fields: dict[str, str]) -> dict[str, Any]:
        """The list of objects at `path` ("pods"), chosen by the query `fields`. Raises KubernetesError."""
        return self._read(path, fields)

    def watch(self, path: str, fields: dict[str, str], seconds: int) -> EventStream:
        """The changes at `path`, for `seconds` at most. Raises KubernetesError."""
        fields = {**fields, "watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(seconds)}
        url, answer = self._ask(path, fields, preload=False)
        if answer.status != 200:
            answer.close()
            raise KubernetesError(f"cannot watch {url}: status {answer.status}", answer.status)
        return EventStream(url, answer, seconds + self._access.read_timeout)

    def _find(self, path: str) -> dict[str, Any] | None:
        try:
            # resourceVersion 0 is answered from the server's cache
            return self._read(path, {"resourceVersion": "0"})
        except KubernetesError as error:
            if error.status == 404:
                return None
            raise

    def _read(self, path: str, fields: dict[str, str]) -> dict[str, Any]:
        url, answer = self._ask(path, fields, preload=True)
        if answer.status != 200:
            raise KubernetesError(f"cannot get {url}: status {answer.status}", answer.status)
        try:
            found = answer.json()
        except ValueError as error:
            raise KubernetesError(f"cannot get {url}: {error}") from error
        if not isinstance(found, dict):
            raise KubernetesError(f"cannot get {url}: the answer is no object")
        return found

    def _ask(
        self, path: str, fields: dict[str, str], *, preload: bool
    ) -> tuple[str, urllib3.BaseHTTPResponse]:
        url = f"{self._base}/{self._access.version}/{path}"
        headers = {"Accept": "application/json"}
        try:
            if self._access.token_file:  # read each time: tokens are renewed
                headers["Authorization"] = f"Bearer {Path(self._access.token_file).read_text().strip()}"
            return url, self._pool.request(
                "GET", url, fields=fields, headers=headers, preload_content=preload
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise KubernetesError(f"cannot get {url}: {error}") from error


def _segment(name: object) -> str:
    """A name as one segment of a path: records may hold any text."""
    return quote(str(name), safe="")
