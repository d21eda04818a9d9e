"""A TCP or TLS socket, each connection served by a thread."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

from kelp.common.errors import KelpError
from kelp.common.log import Log

_RECEIVE_BYTES = 256 << 10
_ACCEPT_SECONDS = 0.5


class Connection:
    """An accepted connection: blocks of bytes in, bytes out."""

    def __init__(self, sock: socket.socket, address: str, port: int) -> None:
        self._sock = sock
        self.address = address
        self.port = port
        self.idle_seconds: float | None = None
        self._reading = True

    def blocks(self) -> Iterator[bytes]:
        """What the other side sends, until it or the listener closes, or nothing came for `idle_seconds`."""
        self._sock.settimeout(self.idle_seconds)
        while self._reading:
            try:
                data = self._sock.recv(_RECEIVE_BYTES)
            except OSError:
                return
            if not data:
                return
            yield data

    def send(self, data: bytes) -> None:
        """Send all of `data`. Raises OSError."""
        self._sock.sendall(data)

    def stop_reading(self) -> None:
        """Let the block that was read last be the last one."""
        self._reading = False

    def end_input(self) -> None:
        """Take nothing more; what was received can still be answered."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


Serve = Callable[[Connection], None]


class TcpListener:
    """Accepts connections from `start` to `stop`."""

    def __init__(
        self,
        bind: str,
        port: int,
        serve: Serve,
        log: Log,
        *,
        tls: ssl.SSLContext | None = None,
        keepalive: bool = False,
        backlog: int | None = None,
        shared: bool = False,
    ) -> None:
        """With `shared`, other processes may listen on the same port: the system deals connections out to them."""
        self._bind, self._port = bind, port
        self._shared = shared
        self._serve = serve
        self._log = log
        self._tls = tls
        self._keepalive = keepalive
        self._backlog = backlog
        self._stopping = threading.Event()
        self._open: dict[Connection, threading.Thread] = {}
        self._lock = threading.Lock()
        self._accepting: threading.Thread | None = None

    def start(self) -> None:
        """Listen. Raises KelpError when the address cannot be had."""
        self._sock = self._open_socket()
        self._sock.listen(self._backlog or 1024)
        self._sock.settimeout(_ACCEPT_SECONDS)
        self._accepting = threading.Thread(target=self._accept, name=f"listen-{self._port}", daemon=True)
        self._accepting.start()

    def _open_socket(self) -> socket.socket:
        """A socket bound to the address."""
        family = socket.AF_INET6 if ":" in self._bind else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            sock.bind((self._bind, self._port))
        except OSError as error:
            sock.close()
            raise KelpError(
                f"cannot listen on {self._bind}:{self._port}: {error.strerror}; free the port or set another"
            ) from error
        return sock

    def _prepare(self, sock: socket.socket) -> None:
        """Set options of an accepted connection."""
        if self._keepalive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, address = self._sock.accept()
            except TimeoutError:
                continue
            except OSError as error:
                if not self._stopping.is_set():
                    self._log.warning("cannot accept connection", error=error)
                    self._stopping.wait(_ACCEPT_SECONDS)
                continue
            connection_thread = threading.Thread(target=self._handle, args=(sock, address), daemon=True)
            connection_thread.start()

    def _handle(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self._prepare(sock)
        try:
            if self._tls is not None:
                sock.settimeout(10)
                sock = self._tls.wrap_socket(sock, server_side=True)
        except OSError as error:
            self._log.warning("cannot accept TLS connection", address=address[0], error=error)
            sock.close()
            return
        connection = self._connection(sock, address)
        with self._lock:
            self._open[connection] = threading.current_thread()
        try:
            if not self._stopping.is_set():
                self._serve(connection)
        except OSError as error:
            self._log.debug("connection broke", address=connection.address, error=error)
        except Exception:  # noqa: BLE001 - one connection's fault must not end the others
            self._log.exception("cannot serve connection", address=connection.address)
        finally:
            with self._lock:
                self._open.pop(connection, None)
            connection.close()

    def _connection(self, sock: socket.socket, address: tuple[str, int]) -> Connection:
        return Connection(sock, address[0].removeprefix("::ffff:"), address[1])

    def stop(self) -> None:
        """Take no more connections, end those there are, and wait for their threads."""
        self._stopping.set()
        if self._accepting is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)  # ends a waiting accept
            self._accepting.join(5)
            self._sock.close()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            connection.end_input()
        for thread in left.values():
            thread.join(5)
