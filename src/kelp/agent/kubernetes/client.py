"""Asking the API server for single objects."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from kelp.common.errors import KelpError


class KubernetesError(KelpError):
    """The API server did not answer, or not with the object."""


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


class KubernetesClient:
    """Gets objects as dictionaries."""

    def __init__(self, access: Access) -> None:
        self._access = access
        base = access.url.rstrip("/")
        # A URL without path means the usual one, as Ruby's client has it.
        self._base = f"{base}/api" if base.count("/") == 2 else base
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=2,
            retries=False,
            timeout=urllib3.Timeout(connect=access.open_timeout, read=access.read_timeout),
            cert_reqs="CERT_REQUIRED" if access.verify else "CERT_NONE",
            ca_certs=access.ca_file or None,
            cert_file=access.client_cert or None,
            key_file=access.client_key or None,
        )

    def pod(self, namespace: str, name: str) -> dict[str, Any] | None:
        """A pod; None where there is none. Raises KubernetesError."""
        return self._get(f"namespaces/{namespace}/pods/{name}")

    def namespace(self, name: str) -> dict[str, Any] | None:
        """A namespace; None where there is none. Raises KubernetesError."""
        return self._get(f"namespaces/{name}")

    def _get(self, path: str) -> dict[str, Any] | None:
        url = f"{self._base}/{self._access.version}/{path}"
        headers = {"Accept": "application/json"}
        try:
            if self._access.token_file:  # read each time: tokens are renewed
                headers["Authorization"] = f"Bearer {Path(self._access.token_file).read_text().strip()}"
            # resourceVersion 0 is answered from the server's cache
            answer = self._pool.request("GET", url, fields={"resourceVersion": "0"}, headers=headers)
            if answer.status == 404:
                return None
            if answer.status != 200:
                raise KubernetesError(f"cannot get {url}: status {answer.status}")
            found = answer.json()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise KubernetesError(f"cannot get {url}: {error}") from error
        if not isinstance(found, dict):
            raise KubernetesError(f"cannot get {url}: the answer is no object")
        return found
