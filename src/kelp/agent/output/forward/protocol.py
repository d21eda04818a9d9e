"""Messages of the forward protocol, as its sender.

https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any

import msgpack

from kelp.common.errors import KelpError


class ForwardError(KelpError):
    """A server did not take a chunk."""


def chunk_message(
    tag: str, entries: bytes, records: int, compressed: str, chunk_id: str | None
) -> list[bytes]:
    """A PackedForward message in parts; with `chunk_id` (hex) the server is asked for an acknowledgement."""
    options: dict[str, Any] = {"size": records, "compressed": compressed}
    if chunk_id is not None:
        options["chunk"] = ack_name(chunk_id)
    packer = msgpack.Packer(unicode_errors="surrogateescape")
    # As Fluentd: the entries are of MessagePack's type str, which receivers that know no bin take, too.
    head = b"\x93" + packer.pack(tag) + b"\xdb" + len(entries).to_bytes(4, "big")
    return [head, entries, packer.pack(options)]


def ack_name(chunk_id: str) -> str:
    """What the server must answer for a chunk."""
    return base64.b64encode(bytes.fromhex(chunk_id)).decode()


class Handshake:
    """HELO, PING, PONG: both sides prove that they know the key."""

    def __init__(self, hostname: str, shared_key: str, username: str, password: str) -> None:
        self._hostname = hostname
        self._key = shared_key
        self._username = username
        self._password = password
        self._salt = secrets.token_hex(16)
        self._nonce: bytes = b""

    def ping(self, helo: Any) -> bytes:
        """The answer to the server's HELO. Raises ForwardError."""
        if not isinstance(helo, list) or len(helo) != 2 or helo[0] != "HELO":
            raise ForwardError(f"cannot sign in: expected HELO, got {helo!r:.100}")
        options = helo[1] if isinstance(helo[1], dict) else {}
        self._nonce = _raw(options.get("nonce"))
        auth = _raw(options.get("auth"))
        ping = ["PING", self._hostname, self._salt, self._digest(self._hostname)]
        if auth:
            ping += [self._username, _sha512(auth, self._username.encode(), self._password.encode())]
        else:
            ping += ["", ""]
        return bytes(msgpack.packb(ping))

    def check(self, pong: Any) -> None:
        """Check the server's PONG. Raises ForwardError."""
        if not isinstance(pong, list) or len(pong) != 5 or pong[0] != "PONG":
            raise ForwardError(f"cannot sign in: expected PONG, got {pong!r:.100}")
        _, accepted, reason, hostname, digest = pong
        if not accepted:
            raise ForwardError(f"cannot sign in: {_raw(reason).decode('utf-8', 'replace')}")
        name = _raw(hostname).decode("utf-8", "surrogateescape")
        if name == self._hostname:
            raise ForwardError(
                f"cannot sign in: the server has this agent's self_hostname {name!r}; give it another"
            )
        if not hmac.compare_digest(_raw(digest), self._digest(name).encode()):
            raise ForwardError("cannot sign in: shared_key differs from the server's")

    def _digest(self, hostname: str) -> str:
        return _sha512(
            self._salt.encode(), hostname.encode("utf-8", "surrogateescape"), self._nonce, self._key.encode()
        )


def _sha512(*parts: bytes) -> str:
    return hashlib.sha512(b"".join(parts)).hexdigest()


def _raw(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else b""
