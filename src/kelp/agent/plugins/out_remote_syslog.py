"""Sends events to a syslog server, as RFC 3164 messages."""

import socket
import ssl
import threading
import time
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.config import Element, param
from kelp.agent.output.formatted import FormattedOutput
from kelp.agent.output.syslog import FACILITIES, SEVERITIES, Header, packets
from kelp.agent.output.tcp import SocketOption, TcpClient
from kelp.agent.output.tls import client_context
from kelp.agent.output.udp import udp_socket
from kelp.agent.plugin import UnrecoverableError, register

_TIMEOUT = 600.0
_UDP_BYTES = 1024


@register("output", "remote_syslog")
class RemoteSyslogOutput(FormattedOutput):
    """A message per line of an event, over UDP, TCP or TLS. Its time is when it is sent.

    The chunk keys must be placeholders of hostname, host, host_with_port, facility, severity or program. A chunk for
    which those make no message goes to the secondary or the backup folder.
    """

    flat_options: ClassVar[tuple[str, ...]] = ()
    default_format: ClassVar[str] = "ltsv"
    buffer_defaults: ClassVar[dict[str, Any]] = {
        "flush_mode": "interval",
        "flush_thread_interval": "0.5",
        "flush_thread_burst_interval": "0.5",
    }

    hostname: str = param.string(
        default="", description="Host that messages name, with placeholders; by default this machine."
    )
    host: str | None = param.string(default=None, description="Host of the server, with placeholders.")
    port: int = param.integer(default=514, description="Port of the server.")
    host_with_port: str | None = param.string(
        default=None, description="Both, as HOST:PORT, with placeholders."
    )
    facility: str = param.string(default="user", description="Facility, with placeholders.")
    severity: str = param.string(default="notice", description="Severity, with placeholders.")
    program: str = param.string(
        default="fluentd", description="Program that messages name, with placeholders."
    )
    protocol: str = param.enum(["udp", "tcp"], default="udp", description="How messages travel.")
    tls: bool = param.boolean(default=False, description="Encrypt, with protocol tcp.")
    ca_file: str | None = param.string(default=None, description="Certificates to trust, PEM.")
    verify_mode: int | None = param.integer(
        default=None, description="0: check nothing about the server's certificate."
    )
    packet_size: int = param.size(
        default=1024, description="Size that messages are cut to, with protocol tcp."
    )
    timeout: float | None = param.time(default=None, description="Limit for connecting and sending.")
    timeout_exception: bool = param.boolean(
        default=False, description="Accepted: what could not be sent in time is always sent again."
    )
    keep_alive: bool = param.boolean(default=False, description="Let the system probe idle connections.")
    keep_alive_idle: int | None = param.integer(default=None, description="After how many seconds it begins.")
    keep_alive_cnt: int | None = param.integer(default=None, description="How many probes may fail.")
    keep_alive_intvl: int | None = param.integer(default=None, description="Seconds between them.")
    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type ltsv by default."
    )

    def fill_buffer(self, buffer: Element, element: Element) -> None:
        super().fill_buffer(buffer, element)
        if buffer.get("flush_mode") == "interval" and "flush_interval" not in buffer:
            buffer.set("flush_interval", "5s")

    def configure(self) -> None:
        super().configure()
        if self.host is None and self.host_with_port is None:
            raise self.error("option 'host' or 'host_with_port' is required")
        if self.formatter.type_name == "msgpack":
            raise self.error("<format> must be a text, a line per event; msgpack is none")
        texts = ("host", "host_with_port", "hostname", "facility", "severity", "program")
        named = "/".join(f"{name}={getattr(self, name) or ''}" for name in texts)
        if self.primary is None:
            self.check_placeholders("host", named)
        self._check_names()
        self._context = self._tls() if self.tls and self.protocol == "tcp" else None
        self._senders: dict[tuple[str, int], TcpClient] = {}
        self._lock = threading.Lock()

    def _check_names(self) -> None:
        for name, known in (("facility", FACILITIES), ("severity", SEVERITIES)):
            text = getattr(self, name)
            if text not in known and not self.placeholders.uses(text):
                raise self.error(f"option {name!r} must be one of {', '.join(known)}, got {text!r}", name)

    def _tls(self) -> ssl.SSLContext:
        try:
            return client_context(authority=self.ca_file or None, verify=self.verify_mode != 0)
        except OSError as error:
            raise self.error(f"cannot load ca_file {self.ca_file}: {error}", "ca_file") from error

    def write(self, chunk: Chunk) -> None:
        host, port = self._address(chunk)
        try:
            header = Header(
                facility=self.extract_placeholders(self.facility, chunk),
                severity=self.extract_placeholders(self.severity, chunk),
                hostname=self.extract_placeholders(self.hostname, chunk) or socket.gethostname(),
                program=self.extract_placeholders(self.program, chunk),
            )
        except ValueError as error:
            raise UnrecoverableError(f"cannot send to syslog: {error}") from error
        for frame in chunk.remaining():
            self._send(host, port, header, frame.data)
            chunk.done += 1

    def _address(self, chunk: Chunk) -> tuple[str, int]:
        if self.host_with_port is None:
            return self.extract_placeholders(self.host or "", chunk), self.port
        host, _, port = self.extract_placeholders(self.host_with_port, chunk).partition(":")
        try:
            return host, int(port)
        except ValueError:
            raise UnrecoverableError(f"cannot send to syslog: {port!r} is no port") from None

    def _send(self, host: str, port: int, header: Header, data: bytes) -> None:
        if self.protocol == "tcp":
            found = packets(header, data, time.time(), self.packet_size)
            if found:
                self._client(host, port).send(b"\n".join(found) + b"\n")
            return
        sock, address = udp_socket(host, port)
        with sock:
            for packet in packets(header, data, time.time(), _UDP_BYTES):
                sock.sendto(packet, address)

    def _client(self, host: str, port: int) -> TcpClient:
        with self._lock:
            if (host, port) not in self._senders:
                timeout = self.timeout or _TIMEOUT
                self._senders[host, port] = TcpClient(host, port, self._context, timeout, self._keep_alive())
            return self._senders[host, port]

    def _keep_alive(self) -> list[SocketOption]:
        if not self.keep_alive:
            return []
        wanted = (
            (socket.TCP_KEEPIDLE, self.keep_alive_idle),
            (socket.TCP_KEEPCNT, self.keep_alive_cnt),
            (socket.TCP_KEEPINTVL, self.keep_alive_intvl),
        )
        found = [(socket.IPPROTO_TCP, option, value) for option, value in wanted if value is not None]
        return [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *found]

    def close(self) -> None:
        for sender in self._senders.values():
            sender.close()
