"""What outputs say and hear over HTTP."""

import base64
import ssl

import urllib3

_TIMEOUT_SECONDS = 60.0


def connections(
    most: int,
    tls: ssl.SSLContext | None,
    *,
    proxy: str | None = None,
    connect_seconds: float | None = None,
    read_seconds: float | None = None,
) -> urllib3.PoolManager:
    """Makes requests over at most so many kept connections to a host, each once; the limits are a minute by default."""
    limits = urllib3.Timeout(
        connect=connect_seconds or _TIMEOUT_SECONDS, read=read_seconds or _TIMEOUT_SECONDS
    )
    if proxy:
        return urllib3.ProxyManager(proxy, timeout=limits, retries=False, maxsize=most, ssl_context=tls)
    return urllib3.PoolManager(timeout=limits, retries=False, maxsize=most, ssl_context=tls)


def basic_auth(user: str | None, password: str | None) -> str:
    """The header `Authorization` of a user."""
    return "Basic " + base64.b64encode(f"{user or ''}:{password or ''}".encode()).decode()


def shorten(body: bytes, limit: int = 300) -> str:
    """An answer's beginning, for messages."""
    text = body[:limit].decode("utf-8", "replace").strip()
    return text + ("…" if len(body) > limit else "")
