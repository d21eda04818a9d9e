"""A socket in the file system, each connection served by a thread."""

import os
import socket

from kelp.agent.listen.tcp import Connection, Serve, TcpListener
from kelp.common.errors import KelpError
from kelp.common.log import Log


class UnixListener(TcpListener):
    """Accepts connections on a socket file from `start` to `stop`; the file goes with it."""

    def __init__(self, path: str, serve: Serve, log: Log, *, backlog: int | None = None) -> None:
        super().__init__(path, 0, serve, log, backlog=backlog)
        self._path = path

    def _open_socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            os.makedirs(os.path.dirname(os.path.abspath(self._path)), exist_ok=True)
            if os.path.exists(self._path):
                self._log.warning("found an existing socket file: it is replaced", path=self._path)
                os.unlink(self._path)
            sock.bind(self._path)
        except OSError as error:
            sock.close()
            raise KelpError(
                f"cannot listen on {self._path}: {error.strerror or error}; set another path"
            ) from error
        return sock

    def _prepare(self, sock: socket.socket) -> None:
        """There is nothing to set: the options are those of TCP."""

    def _connection(self, sock: socket.socket, address: object) -> Connection:
        return Connection(sock, "", 0)

    def stop(self) -> None:
        super().stop()
        if os.path.exists(self._path):
            os.unlink(self._path)
