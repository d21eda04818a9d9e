"""How GELF messages travel: as datagrams, or over a connection with a zero byte behind each."""

import os
import select
import socket
import ssl
import threading
import zlib
from collections.abc import Sequence
from typing import Protocol

_CHUNK_BYTES = 1420
_MOST_CHUNKS = 128
_MAGIC = b"\x1e\x0f"
_TIMEOUT = 60.0


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
        family, kind, proto, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, proto) as sock:
            for message in messages:
                for part in datagrams(message):
                    sock.sendto(part, address)

    def close(self) -> None:
        """Nothing stays open."""


class Tcp:
    """One connection, made again when the server has closed it."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._address = (host, port)
        self._context = context
        self._sock: socket.socket | None = None
        self._lock = threading.Lock()

    def send(self, messages: Sequence[bytes]) -> None:
        with self._lock:
            try:
                self._connection().sendall(b"".join([message + b"\0" for message in messages]))
            except OSError:
                self._drop()
                raise

    def _connection(self) -> socket.socket:
        if self._sock is not None and self._is_closed(self._sock):
            self._drop()
        if self._sock is None:
            sock = socket.create_connection(self._address, _TIMEOUT)
            host = self._address[0]
            self._sock = self._context.wrap_socket(sock, server_hostname=host) if self._context else sock
        return self._sock

    @staticmethod
    def _is_closed(sock: socket.socket) -> bool:
        """Whether the server went away; what it says otherwise is of no interest."""
        while select.select([sock], [], [], 0)[0]:
            try:
                if not sock.recv(16384):
                    return True
            except OSError:
                return True
        return False

    def _drop(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def close(self) -> None:
        with self._lock:
            self._drop()
