"""Base of inputs that listen on sockets."""

from collections.abc import Sequence
from typing import Protocol

from kelp.agent.listen.tcp import Serve, TcpListener
from kelp.agent.listen.transport import TransportSection
from kelp.agent.listen.udp import Receive, UdpListener
from kelp.agent.plugin.input import Input


class Listener(Protocol):
    """A socket that takes what comes from `start` to `stop`."""

    def start(self) -> None:
        """Listen. Raises KelpError when the address cannot be had."""

    def stop(self) -> None:
        """Take nothing more, and wait for what is under way."""


class ListeningInput(Input):
    """Takes what comes to its sockets, which are open from `start` to `stop`.

    A subclass declares the options `bind` and `port`, or gives another `place`.
    """

    bind: str
    port: int
    _open: tuple[Listener, ...] = ()

    def listeners(self) -> Sequence[Listener]:
        """The sockets to open, made anew at each start. Raises KelpError or OSError for TLS files."""
        raise NotImplementedError

    @property
    def place(self) -> dict[str, object]:
        """Where it listens, as the log names it."""
        return {"bind": self.bind, "port": self.port}

    def start(self) -> None:
        for listener in self.listeners():
            listener.start()
            self._open += (listener,)
        self.log.info("listening", **self.place)

    def stop(self) -> None:
        for listener in self._open:
            listener.stop()

    def tcp(
        self,
        serve: Serve,
        transport: TransportSection | None,
        *,
        keepalive: bool = False,
        backlog: int | None = None,
    ) -> TcpListener:
        """A socket for TCP or TLS at `bind` and `port`; several workers share the port."""
        return TcpListener(
            self.bind, self.port, serve, self.log,
            tls=transport.context() if transport is not None else None,
            keepalive=keepalive, backlog=backlog, shared=self.context.workers > 1,
        )  # fmt: skip

    def udp(self, receive: Receive, max_bytes: int, buffer_bytes: int | None = None) -> UdpListener:
        """A socket for datagrams of at most `max_bytes`; several workers share the port."""
        return UdpListener(
            self.bind, self.port, receive, self.log,
            max_bytes=max_bytes, buffer_bytes=buffer_bytes, shared=self.context.workers > 1,
        )  # fmt: skip
