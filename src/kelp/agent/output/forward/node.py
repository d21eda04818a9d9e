"""One server that chunks are sent to: its connections and whether it is thought to be up."""

import math
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgpack

from kelp.agent.output.forward.protocol import ForwardError, Handshake, ack_name, chunk_message
from kelp.common.log import Log


@dataclass(frozen=True, slots=True)
class Settings:
    """What all servers of an output share; durations in seconds."""

    connect_timeout: float
    send_timeout: float
    ack_timeout: float | None  # None: no acknowledgement
    keepalive: bool
    keepalive_timeout: float | None
    keepalive_packet: bool
    tls: ssl.SSLContext | None
    verify_hostname: bool
    compressed: str
    heartbeat_interval: float
    recover_wait: float
    hard_timeout: float
    phi_threshold: float | None  # None: only hard_timeout counts


class Connection:
    """A socket and the reader of what comes back on it."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.idle_since = time.monotonic()
        self._unpacker = msgpack.Unpacker(raw=False, unicode_errors="surrogateescape", strict_map_key=False)

    def receive(self, timeout: float, stopping: Callable[[], bool]) -> object:
        """The next message. Raises ForwardError when none comes in time, or `stopping` holds for a while."""
        deadline = time.monotonic() + timeout
        while True:
            for message in self._unpacker:
                return message
            left = deadline - time.monotonic()
            if stopping():
                left = min(left, 3.0)
                deadline = time.monotonic() + left
            if left <= 0:
                raise ForwardError("no answer in time")
            self.socket.settimeout(min(left, 1.0))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise ForwardError("connection was closed by the server")
            self._unpacker.feed(data)

    def send(self, parts: list[bytes], timeout: float) -> None:
        self.socket.settimeout(timeout)
        for part in parts:
            self.socket.sendall(part)

    def usable(self) -> bool:
        """Whether a kept connection is still open and silent."""
        readable, _, _ = select.select([self.socket], [], [], 0)
        return not readable

    def close(self) -> None:
        self.socket.close()


class Node:
    """Thread-safe. `handshake` makes a new Handshake for each connection, None without a <security> section."""

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        settings: Settings,
        handshake: Callable[[], Handshake] | None,
        stopping: Callable[[], bool],
        log: Log,
    ) -> None:
        self.name = name
        self.address = address
        self.available = True
        self._settings = settings
        self._handshake = handshake
        self._stopping = stopping
        self._log = log
        self._lock = threading.Lock()
        self._kept: list[Connection] = []
        self._last_sign = time.monotonic()
        self._successes = 0

    def send(self, tag: str, entries: bytes, records: int, chunk_id: str) -> None:
        """Deliver a chunk. Raises ForwardError, OSError."""
        settings = self._settings
        wants_ack = settings.ack_timeout is not None
        message = chunk_message(tag, entries, records, settings.compressed, chunk_id if wants_ack else None)
        connection = self._take()
        try:
            connection.send(message, settings.send_timeout)
            if settings.ack_timeout is not None:
                self._expect_ack(connection, chunk_id, settings.ack_timeout)
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        self.note_sign()

    def _expect_ack(self, connection: Connection, chunk_id: str, timeout: float) -> None:
        answer = connection.receive(timeout, self._stopping)
        got = answer.get("ack") if isinstance(answer, dict) else None
        if isinstance(got, bytes):
            got = got.decode("utf-8", "replace")
        if (got or "").strip() != ack_name(chunk_id):
            raise ForwardError(
                f"cannot deliver chunk to {self.name}: it acknowledged {answer!r:.100} instead"
            )

    def _take(self) -> Connection:
        settings = self._settings
        with self._lock:
            while self._kept:
                connection = self._kept.pop()
                expires = settings.keepalive_timeout
                fresh = expires is None or time.monotonic() - connection.idle_since < expires
                if fresh and connection.usable():
                    return connection
                connection.close()
        return self.connect()

    def _give_back(self, connection: Connection) -> None:
        if not self._settings.keepalive:
            connection.close()
            return
        connection.idle_since = time.monotonic()
        with self._lock:
            self._kept.append(connection)

    def connect(self) -> Connection:
        """A new connection, signed in where that is asked for. Raises ForwardError, OSError."""
        settings = self._settings
        sock = socket.create_connection(self.address, settings.connect_timeout)
        try:
            if settings.keepalive_packet:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if settings.tls is not None:
                host = self.name if settings.verify_hostname else self.address[0]
                sock = settings.tls.wrap_socket(sock, server_hostname=host)
            connection = Connection(sock)
            if self._handshake is not None:
                handshake = self._handshake()
                helo = connection.receive(settings.hard_timeout, self._stopping)
                connection.send([handshake.ping(helo)], settings.send_timeout)
                handshake.check(connection.receive(settings.hard_timeout, self._stopping))
        except BaseException:
            sock.close()
            raise
        return connection

    def note_sign(self) -> None:
        """The server showed that it is up; after a failure it must do so for `recover_wait`."""
        settings = self._settings
        self._last_sign = time.monotonic()
        if self.available:
            return
        self._successes += 1
        if self._successes * settings.heartbeat_interval >= settings.recover_wait:
            self.available = True
            self._log.warning("server is back", server=self.name)

    def note_silence(self) -> None:
        """A heartbeat failed: after a while the server counts as down."""
        self._successes = 0
        if self.available and time.monotonic() - self._last_sign > self._patience():
            self.set_down("no heartbeat")

    def _patience(self) -> float:
        settings = self._settings
        if settings.phi_threshold is None:
            return settings.hard_timeout
        # For signs at a steady interval, phi of a silence of t is t / interval / ln 10.
        return min(settings.hard_timeout, settings.phi_threshold * math.log(10) * settings.heartbeat_interval)

    def set_down(self, reason: str) -> None:
        """Leave the server out until its heartbeats are back."""
        if self.available:
            self.available = False
            self._successes = 0
            self._log.warning("server is left out", server=self.name, reason=reason)

    def close(self) -> None:
        with self._lock:
            for connection in self._kept:
                connection.close()
            self._kept.clear()
