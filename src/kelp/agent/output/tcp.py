"""A connection over which an output sends, and hears nothing."""

import select
import socket
import ssl
import threading
from collections.abc import Sequence

TIMEOUT = 60.0
SocketOption = tuple[int, int, int]


class TcpClient:
    """One connection, made again when the server has closed it. Thread-safe."""

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
        options: Sequence[SocketOption] = (),
    ) -> None:
        self._address = (host, port)
        self._context = context
        self._timeout = timeout
        self._options = options
        self._sock: socket.socket | None = None
        self._lock = threading.Lock()

    def send(self, data: bytes) -> None:
        """Raises OSError."""
        with self._lock:
            try:
                self._connection().sendall(data)
            except OSError:
                self._drop()
                raise

    def _connection(self) -> socket.socket:
        if self._sock is not None and self._is_closed(self._sock):
            self._drop()
        if self._sock is None:
            sock = socket.create_connection(self._address, self._timeout)
            try:
                for option in self._options:
                    sock.setsockopt(*option)
                if self._context is not None:
                    sock = self._context.wrap_socket(sock, server_hostname=self._address[0])
            except OSError:
                sock.close()
                raise
            self._sock = sock
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
