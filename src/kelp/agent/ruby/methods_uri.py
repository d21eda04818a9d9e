"""Methods of URI objects."""

import re
import urllib.parse
from dataclasses import dataclass
from typing import Any

from kelp.agent.ruby.methods import Table, plain
from kelp.agent.ruby.values import RubyError

_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443, "ldap": 389}


@dataclass(frozen=True, slots=True)
class Uri:
    """A parsed URI and its text."""

    text: str
    parts: urllib.parse.SplitResult

    @property
    def scheme(self) -> str | None:
        return self.parts.scheme or None


def parse_uri(text: Any) -> Uri:
    """`URI.parse`. Raises RubyError for text no URI may hold."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", text):
        raise RubyError(f"bad URI(is not URI?): {text!r}", "URI::InvalidURIError")
    return Uri(text, urllib.parse.urlsplit(text))


def _path(uri: Uri) -> str | None:
    return None if uri.scheme and not uri.text.split(":", 1)[1].startswith("/") else uri.parts.path


def _query(uri: Uri) -> str | None:
    return uri.parts.query or ("" if "?" in uri.text.split("#")[0] else None)


URI_METHODS: Table = {
    "scheme": plain(lambda u: u.scheme),
    "host": plain(lambda u: _host(u)),
    "hostname": plain(lambda u: (_host(u) or "").strip("[]") or None),
    "port": plain(lambda u: u.parts.port or _PORTS.get(u.parts.scheme)),
    "path": plain(_path),
    "query": plain(_query),
    "fragment": plain(lambda u: u.parts.fragment or None),
    "userinfo": plain(lambda u: u.parts.netloc.rpartition("@")[0] or None),
    "user": plain(lambda u: u.parts.username),
    "password": plain(lambda u: u.parts.password),
    "opaque": plain(lambda u: None if _path(u) is not None else u.text.split(":", 1)[1]),
    "request_uri": plain(lambda u: (u.parts.path or "/") + (f"?{u.parts.query}" if u.parts.query else "")),
    "to_s": plain(lambda u: u.text),
}


def _host(uri: Uri) -> str | None:
    """As written, with the brackets of an IPv6 address."""
    return re.sub(r":\d*\Z", "", uri.parts.netloc.rpartition("@")[2]) or None
