"""How GELF messages travel: as datagrams, or over a connection with a zero byte behind each."""

import os
import ssl
import zlib
from collections.abc import Sequence
from typing import Protocol

from kelp.agent.output.tcp import TcpClient
from kelp.agent.output.udp import udp_socket

_CHUNK_BYTES = 1420
_MOST_CHUNKS = 128
_MAGIC = b"\x1e\x0f"


class Transport(Protocol):
    """Sends messages, each as JSON. Thread-safe."""

    def send(self, messages: Sequence[bytes]) -> None:
        """Raises OSError."""

    def close(self) -> None:
        """Let go of the connection."""


def datagrams(message: bytes) -> list[bytes]:
    """A message, packed, in as many datagrams as it takes. Raises ValueError where those would be too many."""
    packed = zlib.compress(message)
    if len(packed) <= _CHUNK_BYTES:
        return [packed]
    parts = [packed[at : at + _CHUNK_BYTES] for at in range(0, len(packed), _CHUNK_BYTES)]
    if len(parts) > _MOST_CHUNKS:
        raise ValueError(
            f"{len(packed)} bytes, packed, do not fit into {_MOST_CHUNKS} datagrams; use protocol tcp"
        )
    head = _MAGIC + os.urandom(8)
    return [head + bytes((number, len(parts))) + part for number, part in enumerate(parts)]


class Udp:
    """Datagrams of zlib."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    def send(self, messages: Sequence[bytes]) -> None:
        sock, address = udp_socket(*self._address)
        with sock:
            for message in messages:
                for part in datagrams(message):
                    sock.sendto(part, address)

    def close(self) -> None:
        """Nothing stays open."""


class Tcp:
    """A connection."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._client = TcpClient(host, port, context)

    def send(self, messages: Sequence[bytes]) -> None:
        self._client.send(b"".join([message + b"\0" for message in messages]))

    def close(self) -> None:
        self._client.close()
