"""A UDP socket read by one thread."""

import select
import socket
import threading
from collections.abc import Callable

from kelp.common.errors import KelpError
from kelp.common.log import Log

Receive = Callable[[bytes, tuple[str, int]], bytes | None]
"""(datagram, (address, port)) → answer or None."""


class UdpListener:
    """Receives datagrams from `start` to `stop`; longer ones than `max_bytes` are cut."""

    def __init__(
        self,
        bind: str,
        port: int,
        receive: Receive,
        log: Log,
        *,
        max_bytes: int,
        buffer_bytes: int | None = None,
        shared: bool = False,
    ) -> None:
        """With `shared`, other processes may listen on the same port."""
        self._shared = shared
        self._bind, self._port = bind, port
        self._receive = receive
        self._log = log
        self._max_bytes = max_bytes
        self._buffer_bytes = buffer_bytes
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen. Raises KelpError when the address cannot be had."""
        family = socket.AF_INET6 if ":" in self._bind else socket.AF_INET
        self._sock = socket.socket(family, socket.SOCK_DGRAM)
        if self._buffer_bytes is not None:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer_bytes)
        if self._shared:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            self._sock.bind((self._bind, self._port))
        except OSError as error:
            self._sock.close()
            raise KelpError(
                f"cannot listen on udp {self._bind}:{self._port}: {error.strerror}; free the port or set another"
            ) from error
        self._sock.setblocking(False)
        self._wait_end, self._wake_end = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name=f"udp-{self._port}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        poll.register(self._wait_end, select.POLLIN)
        while True:
            try:
                data, address = self._sock.recvfrom(self._max_bytes)
            except BlockingIOError:
                if self._stopping.is_set():  # what had arrived is taken
                    return
                poll.poll()
                continue
            except OSError as error:
                self._log.debug("cannot receive datagram", error=error)
                continue
            try:
                answer = self._receive(data, (address[0].removeprefix("::ffff:"), address[1]))
                if answer is not None:
                    self._sock.sendto(answer, address)
            except OSError as error:
                self._log.debug("cannot answer datagram", address=address[0], error=error)
            except Exception:  # noqa: BLE001 - one datagram's fault must not end the thread
                self._log.exception("cannot take datagram", address=address[0])

    def stop(self) -> None:
        """Receive nothing more."""
        self._stopping.set()
        if self._thread is not None:
            self._wake_end.send(b"\0")
            self._thread.join(5)
            for sock in (self._sock, self._wait_end, self._wake_end):
                sock.close()
