"""HTTP to one or several Elasticsearch hosts: kept connections, turns, hosts that failed rest for a while."""

import base64
import gzip
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3

from kelp import __version__
from kelp.agent.output.elasticsearch.options import ConnectionOptions
from kelp.agent.output.http import basic_auth, shorten
from kelp.agent.output.tls import client_context
from kelp.common.errors import KelpError
from kelp.common.log import Log

_LEVELS = {"best_speed": 1, "default_compression": 6, "best_compression": 9}
# Versions that OpenSSL no longer speaks: the configurations that name them work with a later one.
_OLD_TLS = ("SSLv23", "TLSv1", "TLSv1_1")
_TLS = {"TLSv1_2": ssl.TLSVersion.TLSv1_2, "TLSv1_3": ssl.TLSVersion.TLSv1_3}


class SinkError(KelpError):
    """Elasticsearch cannot be reached or did not answer as it should: try again."""


class HttpError(SinkError):
    """Elasticsearch refused a whole request."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"cannot write to Elasticsearch: {status} {text}")
        self.status = status


@dataclass(slots=True)
class Host:
    """One address; `user` and `password` override the common ones."""

    scheme: str
    name: str
    port: int
    path: str = ""
    user: str | None = None
    password: str | None = None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.name}:{self.port}{self.path}"


@dataclass(slots=True)
class _Pool:
    host: Host
    http: urllib3.HTTPConnectionPool
    headers: dict[str, str]
    dead_until: float = field(default=0.0)


def parse_hosts(options: ConnectionOptions, host: str, hosts: str | None) -> list[Host]:
    """The hosts to use, from `cloud_id`, `hosts` or `host`."""
    if options.cloud_id:
        return [_cloud_host(options.cloud_id, options.cloud_auth)]
    listed = [part.strip() for part in (hosts or "").split(",") if part.strip()]
    found = [_parse_host(options, part) for part in listed] or [_plain(options, host)]
    path = "/" + options.path.strip("/") if options.path and options.path.strip("/") else ""
    for one in found:
        one.path = one.path or path
    return found


def _plain(options: ConnectionOptions, text: str) -> Host:
    """`name`, `name:port` or an IPv6 address."""
    if text.count(":") > 1:
        return Host(options.scheme, f"[{text.strip('[]')}]", options.port)
    name, _, port = text.partition(":")
    try:
        return Host(options.scheme, name, int(port) if port else options.port)
    except ValueError:
        raise KelpError(f"cannot use host {text!r}: {port!r} is no port") from None


def _parse_host(options: ConnectionOptions, text: str) -> Host:
    if "://" not in text:
        return _plain(options, text)
    scheme, rest = text.split("://", 1)
    user = password = None
    if "@" in rest:
        credentials, rest = rest.rsplit("@", 1)
        user, _, password = credentials.partition(":")
        # %{…} holds text that needs no URL escapes
        user, password = (
            p[2:-1] if p.startswith("%{") and p.endswith("}") else unquote(p) for p in (user, password)
        )
    parts = urlsplit(f"{scheme}://{rest}")
    name = parts.hostname or ""
    port = parts.port or (443 if scheme == "https" else 80)
    return Host(scheme, f"[{name}]" if ":" in name else name, port, parts.path.rstrip("/"), user, password)


def _cloud_host(cloud_id: str, auth: str | None) -> Host:
    try:
        domain, uuid = base64.b64decode(cloud_id.rpartition(":")[2], validate=True).decode().split("$")[:2]
    except ValueError:
        raise KelpError("cannot use cloud_id: it is not NAME:BASE64 as the cloud console shows it") from None
    user, _, password = (auth or "").partition(":")
    name, _, port = domain.partition(":")
    return Host("https", f"{uuid}.{name}", int(port or 443), "", user or None, password or None)


def tls_context(options: ConnectionOptions) -> ssl.SSLContext:
    """What the `ssl_*`, `ca_file` and `client_*` options say. Raises KelpError for files that cannot be used."""
    try:
        context = client_context(
            authority=options.ca_file,
            certificate=options.client_cert,
            key=options.client_key,
            password=options.client_key_pass,
            verify=options.ssl_verify,
        )
    except OSError as error:
        files = " ".join(f for f in (options.ca_file, options.client_cert, options.client_key) if f)
        raise KelpError(f"cannot load certificates from {files}: {error}") from error
    for name in ("ssl_version", "ssl_min_version", "ssl_max_version"):
        version = getattr(options, name)
        if version is None or version in _OLD_TLS:
            continue
        if version not in _TLS:
            raise KelpError(f"cannot use {name} {version}: wanted {', '.join((*_TLS, *_OLD_TLS))}")
        if name != "ssl_max_version":
            context.minimum_version = _TLS[version]
        if name != "ssl_min_version":
            context.maximum_version = _TLS[version]
    return context


class Client:
    """Thread-safe. Requests go to the hosts in turn; one that cannot be reached rests for `resurrect_after`."""

    def __init__(self, options: ConnectionOptions, hosts: list[Host], connections: int, log: Log) -> None:
        self._options = options
        self._log = log
        self._lock = threading.Lock()
        self._next = 0
        self._level = _LEVELS.get(options.compression_level)
        self._connections = connections
        self._tls = tls_context(options) if any(host.scheme == "https" for host in hosts) else None
        self._pools = [_Pool(host, self._connect(host), self._headers(host)) for host in hosts]

    def _connect(self, host: Host) -> urllib3.HTTPConnectionPool:
        common: dict[str, Any] = {
            "maxsize": self._connections,
            "timeout": urllib3.Timeout(total=None, connect=self._options.request_timeout,
                                       read=self._options.request_timeout),
            "retries": False,
        }  # fmt: skip
        if host.scheme == "https":
            return urllib3.HTTPSConnectionPool(host.name, host.port, ssl_context=self._tls, **common)
        return urllib3.HTTPConnectionPool(host.name, host.port, **common)

    def _headers(self, host: Host) -> dict[str, str]:
        options = self._options
        headers = {"User-Agent": f"kelp-agent/{__version__}", "Accept": "application/json"}
        user = host.user or options.user
        if user is not None:
            password = host.password if host.user else options.password
            headers["Authorization"] = basic_auth(user, password)
        if options.api_key:
            headers["Authorization"] = "ApiKey " + base64.b64encode(options.api_key.encode()).decode()
        headers.update({str(name): str(value) for name, value in options.custom_headers.items()})
        return headers

    def __str__(self) -> str:
        return ", ".join(str(pool.host) for pool in self._pools)

    def bulk(self, body: bytes, index: str | None = None) -> bytes:
        """Send a bulk request and return the answer's body. Raises HttpError, SinkError."""
        headers = {"Content-Type": self._options.content_type}
        if self._level is not None:
            body = gzip.compress(body, self._level, mtime=0)
            headers["Content-Encoding"] = "gzip"
        status, answer = self.request("POST", f"/{index}/_bulk" if index else "/_bulk", body, headers)
        if not 200 <= status < 300:
            raise HttpError(status, shorten(answer))
        return answer

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of an answer; asks the next host when one cannot be reached. Raises SinkError."""
        failure: Exception | None = None
        for pool in self._in_turn():
            if self._options.with_transporter_log:
                self._log.info("request", method=method, url=f"{pool.host}{path}", bytes=len(body or b""))
            http = pool.http
            try:
                answer = http.request(
                    method, pool.host.path + path, body, headers={**pool.headers, **(headers or {})}
                )
            except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
                # Nothing was sent: another host may have it.
                pool.dead_until = time.monotonic() + self._options.resurrect_after
                failure = error
                continue
            except urllib3.exceptions.HTTPError as error:
                self._failed(pool, http)
                raise SinkError(f"cannot reach Elasticsearch at {pool.host}: {plain_error(error)}") from error
            pool.dead_until = 0.0
            return answer.status, answer.data
        cause = plain_error(failure) if failure is not None else "no hosts"
        raise SinkError(f"cannot reach Elasticsearch at {self}: {cause}") from failure

    def _failed(self, pool: _Pool, http: urllib3.HTTPConnectionPool) -> None:
        if len(self._pools) > 1:
            pool.dead_until = time.monotonic() + self._options.resurrect_after
        if self._options.reconnect_on_error:
            # Its connections are closed once no thread uses it; closing it here would fail the others' requests.
            with self._lock:
                if pool.http is http:
                    pool.http = self._connect(pool.host)

    def _in_turn(self) -> list[_Pool]:
        """Every host once: the living in turn, then the dead, longest dead first."""
        with self._lock:
            start = self._next
            self._next = (start + 1) % len(self._pools)
        turned = self._pools[start:] + self._pools[:start]
        now = time.monotonic()
        living = [pool for pool in turned if pool.dead_until <= now]
        dead = sorted((pool for pool in turned if pool.dead_until > now), key=lambda pool: pool.dead_until)
        return living + dead

    def close(self) -> None:
        for pool in self._pools:
            pool.http.close()


def plain_error(error: Exception) -> str:
    """An error of urllib3 without object addresses."""
    text = str(getattr(error, "reason", None) or error)
    return text.split("> ", 1)[-1].rpartition(">: ")[2] or type(error).__name__
