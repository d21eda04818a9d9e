"""What the UI server needs to know, and how Kibana's own forms of it are read."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson

from kelp.common.errors import KelpError

KIBANA_VERSION = "7.17.9"
"""The Kibana version that /api/status and saved objects speak of."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the server is started with.

    `username` and `password` protect the page itself; the `elasticsearch_*` pair is what the server shows
    to Elasticsearch. Without the latter the browser's own Authorization header goes through, unless the page
    is protected (then that header is the page's own). Timeouts are in seconds.
    """

    elasticsearch: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 5601
    base_path: str = ""
    rewrite_base_path: bool = True
    name: str = "kelp"
    elasticsearch_username: str | None = None
    elasticsearch_password: str | None = field(default=None, repr=False)
    elasticsearch_verify: str = "full"
    elasticsearch_ca: str | None = None
    timeout_seconds: float = 60.0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    insecure: bool = False

    @property
    def protected(self) -> bool:
        """Whether the page asks for a user and a password."""
        return self.username is not None and self.password is not None

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine: localhost, 127.0.0.0/8, ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_hosts(text: str) -> tuple[str, ...]:
    """The Elasticsearch addresses of `http://a:9200,http://b:9200` or `["http://a:9200"]` (ELASTICSEARCH_HOSTS)."""
    stripped = text.strip()
    if stripped.startswith("["):
        try:
            parts = [str(part) for part in orjson.loads(stripped)]
        except orjson.JSONDecodeError:
            parts = stripped.strip("[]").replace('"', "").replace("'", "").split(",")
    else:
        parts = stripped.split(",")
    hosts = tuple(_check_host(part.strip().rstrip("/")) for part in parts if part.strip())
    if not hosts:
        raise KelpError("cannot use the Elasticsearch address '': name one, such as http://127.0.0.1:9200")
    return hosts


def _check_host(host: str) -> str:
    mend = "write it as http://host:port"
    try:
        url = urlsplit(host)
        _ = url.port
    except ValueError as error:
        raise KelpError(f"cannot use the Elasticsearch address {host!r}: {error}; {mend}") from error
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise KelpError(f"cannot use the Elasticsearch address {host!r}: no http or https URL; {mend}")
    return host


def parse_base_path(text: str) -> str:
    """A base path with a leading and without a trailing slash; '' for the root."""
    path = text.strip().rstrip("/")
    if path and not path.startswith("/"):
        raise KelpError(f"cannot use the base path {text!r}: it must begin with a slash")
    return path


def check(settings: Settings) -> None:
    """Raise KelpError unless the server may be started like this: nobody unknown may reach the logs."""
    if (settings.username is None) != (settings.password is None):
        missing = "--password" if settings.password is None else "--user"
        raise KelpError(f"cannot protect the page: {missing} is missing")
    if not (settings.loopback or settings.protected or settings.insecure):
        raise KelpError(
            f"cannot listen on {settings.host}: other machines could read all logs; "
            "give --user and --password, or --insecure if something else protects the page"
        )


def tls_context(settings: Settings) -> ssl.SSLContext:
    """How the certificate of Elasticsearch is checked: mode full, certificate (any host name) or none."""
    try:
        context = ssl.create_default_context(cafile=settings.elasticsearch_ca)
    except (OSError, ssl.SSLError) as error:
        raise KelpError(f"cannot read the CA file {settings.elasticsearch_ca}: {error}") from error
    if settings.elasticsearch_verify != "full":
        context.check_hostname = False
    if settings.elasticsearch_verify == "none":
        context.verify_mode = ssl.CERT_NONE
    return context
