"""Sends events to other agents over the forward protocol."""

import socket
import ssl
from collections.abc import Callable
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk, compress
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.event_stream import pack_events
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, Section, param
from kelp.agent.event import Batch
from kelp.agent.listen.transport import TLS_VERSIONS
from kelp.agent.output.forward.balancer import Balancer, Member
from kelp.agent.output.forward.node import Node, Settings
from kelp.agent.output.forward.protocol import ForwardError, Handshake
from kelp.agent.output.forward.servers import Discovery, DiscoveryError, ServerSection, discovery
from kelp.agent.plugin import register
from kelp.agent.plugin.clock import Ticker
from kelp.common.errors import KelpError


class SecuritySection(Section):
    """How to sign in."""

    self_hostname: str = param.string(description="Name of this agent.")
    shared_key: str = param.string(secret=True, description="Key that both sides know.")


class TransportOptions(BufferedOutput):
    """The options about connections."""

    takes_label = False

    transport: str = param.enum(["tcp", "tls"], default="tcp", description="Protocol.")
    send_timeout: float = param.time(default=60, description="Limit for sending, in seconds.")
    connect_timeout: float | None = param.time(
        default=None, description="Limit for connecting, in seconds; 10."
    )
    keepalive: bool = param.boolean(default=False, description="Keep connections open.")
    keepalive_timeout: float | None = param.time(
        default=None, description="How long they are kept, in seconds."
    )
    send_keepalive_packet: bool = param.boolean(
        default=False, description="Probe kept connections (SO_KEEPALIVE)."
    )
    tls_version: str = param.enum(list(TLS_VERSIONS), default="TLSv1_2", description="Lowest TLS version.")
    tls_ciphers: str | None = param.string(default=None, description="Ciphers, in OpenSSL's notation.")
    tls_insecure_mode: bool = param.boolean(default=False, description="Check nothing about certificates.")
    tls_allow_self_signed_cert: bool = param.boolean(
        default=False, description="Accept self-signed certificates."
    )
    tls_verify_hostname: bool = param.boolean(default=True, description="Check the name in certificates.")
    tls_ca_cert_path: list[str] = param.array(
        default=[], value_type="string", description="Certificates to trust, PEM."
    )
    tls_cert_path: list[str] = param.array(
        default=[], value_type="string", description="As tls_ca_cert_path."
    )
    tls_client_cert_path: str | None = param.string(default=None, description="Client certificate, PEM.")
    tls_client_private_key_path: str | None = param.string(
        default=None, description="Private key of the client's certificate, PEM."
    )
    tls_client_private_key_passphrase: str | None = param.string(
        default=None, secret=True, description="Password of that key."
    )
    read_interval_msec: int = param.integer(
        default=50, description="Accepted: Kelp waits for answers, it polls not."
    )
    read_length: int = param.size(default=512, description="Accepted, see read_interval_msec.")
    expire_dns_cache: float | None = param.time(
        default=None, description="Accepted: names are looked up for every connection."
    )
    dns_round_robin: bool = param.boolean(
        default=False, description="Accepted: all addresses of a name are tried."
    )
    ignore_network_errors_at_startup: bool = param.boolean(
        default=False, description="Accepted: Kelp starts while servers are away."
    )
    verify_connection_at_startup: bool = param.boolean(
        default=False, description="End if a server is away at start."
    )

    def tls_context(self) -> ssl.SSLContext:
        """What the `tls_*` options say. Raises ConfigError."""
        context = ssl.create_default_context()
        try:
            for path in self.tls_cert_path or self.tls_ca_cert_path:
                context.load_verify_locations(path)
            if self.tls_client_cert_path:
                context.load_cert_chain(
                    self.tls_client_cert_path,
                    self.tls_client_private_key_path,
                    self.tls_client_private_key_passphrase,
                )
            if self.tls_ciphers:
                context.set_ciphers(self.tls_ciphers)
        except (OSError, ssl.SSLError) as error:
            raise self.error(f"cannot load TLS files: {error}") from error
        context.minimum_version = TLS_VERSIONS[self.tls_version]
        insecure = self.tls_insecure_mode
        if insecure or not self.tls_verify_hostname:
            context.check_hostname = False
        if insecure or self.tls_allow_self_signed_cert:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@register("output", "forward")
class ForwardOutput(TransportOptions):
    """Sends each chunk to one of its servers, in weighted turns, leaving out those that are down.

    With `require_ack_response` a chunk is done when the server says that it has it: at least once.
    """

    default_chunk_key = "tag"
    holds = Content.EVENTS
    buffer_defaults: ClassVar[dict[str, Any]] = {"chunk_keys": ["tag"]}

    require_ack_response: bool = param.boolean(default=False, description="Wait for acknowledgements.")
    ack_response_timeout: float = param.time(default=190, description="How long, in seconds.")
    heartbeat_type: str = param.enum(
        ["transport", "tcp", "udp", "none"],
        default="transport",
        description="How to see that a server is up.",
    )
    heartbeat_interval: float = param.time(default=1, description="Time between heartbeats, in seconds.")
    recover_wait: float = param.time(
        default=10, description="How long a server that was down must answer to be used again, in seconds."
    )
    hard_timeout: float = param.time(
        default=60, description="Silence after which a server is down, in seconds."
    )
    phi_threshold: int = param.integer(default=16, description="Suspicion at which a server is down.")
    phi_failure_detector: bool = param.boolean(
        default=True, description="Use phi_threshold, not only hard_timeout."
    )
    compress: str = param.enum(["text", "gzip", "zstd"], default="text", description="How events are packed.")
    security: SecuritySection | None = param.section(
        "security", SecuritySection, description="How to sign in."
    )
    servers: list[ServerSection] = param.sections("server", ServerSection, description="Servers to send to.")
    discovery_element: Element | None = param.element(
        "service_discovery",
        description="Servers as <service> sections (@type static), in a file (file) or in the DNS (srv).",
    )
    host: str | None = param.string(default=None, obsoleted="use a <server> section", description="Removed.")
    port: int | None = param.integer(default=None, obsoleted="use a <server> section", description="Removed.")

    def configure(self) -> None:
        if self.compress != "text" and self.primary is None and "compress" not in self._buffer_element:
            self._buffer_element.set("compress", self.compress)
        super().configure()
        if not self.keys.tag:
            raise self.error("the chunk keys of <buffer> must include tag")
        if self.ack_response_timeout < 1:
            raise self.error(
                "option 'ack_response_timeout' must be at least 1 second", "ack_response_timeout"
            )
        if self.send_keepalive_packet and not self.keepalive:
            raise self.error("option 'send_keepalive_packet' needs keepalive true", "send_keepalive_packet")
        self._configure_servers()
        self._tickers: list[Ticker] = []

    def _settings(self) -> Settings:
        return Settings(
            connect_timeout=self.connect_timeout or 10.0,
            send_timeout=self.send_timeout,
            ack_timeout=self.ack_response_timeout if self.require_ack_response else None,
            keepalive=self.keepalive,
            keepalive_timeout=self.keepalive_timeout,
            keepalive_packet=self.send_keepalive_packet,
            tls=self.tls_context() if self.transport == "tls" else None,
            verify_hostname=self.tls_verify_hostname,
            compressed=self.compress,
            heartbeat_interval=self.heartbeat_interval,
            recover_wait=self.recover_wait,
            hard_timeout=self.hard_timeout,
            phi_threshold=self.phi_threshold if self.phi_failure_detector else None,
        )

    def _configure_servers(self) -> None:
        self._node_settings = self._settings()
        self._known: dict[tuple[Any, ...], Member] = {}
        self._discovery: Discovery | None = None
        if self.discovery_element is not None:
            self._discovery = discovery(self.discovery_element)
            if self._discovery is None:
                kind = self.discovery_element.get("@type")
                raise self.error(f"service discovery {kind!r} is not supported; use static, file or srv")
        late = self._discovery is not None and self._discovery.late
        try:
            self._use(self.servers if late else self._found())
        except DiscoveryError as error:
            raise self.error(str(error)) from error
        if not late and not any(member.weight > 0 for member in self._known.values()):
            raise self.error("a section <server> is required")

    def _found(self) -> list[ServerSection]:
        return [*self.servers, *(self._discovery.servers() if self._discovery else ())]

    def _use(self, sections: list[ServerSection]) -> None:
        """Send to these servers from now on; connections to those that stay are kept."""
        known = self._known
        wanted = {section.key: section for section in sections}
        if known and wanted.keys() == known.keys():
            return
        self._known = {
            key: known.get(key) or Member(self._node(one, self._node_settings), one.weight, one.standby)
            for key, one in wanted.items()
        }
        members = list(self._known.values())
        self._balancer = Balancer(members)
        self._nodes = [member.node for member in members]
        for key in known.keys() - wanted.keys():
            known[key].node.close()

    def _rediscover(self) -> None:
        assert self._discovery is not None
        try:
            found = self._found()
        except DiscoveryError as error:
            self.log.error("cannot find servers; those known stay", cause=error)
            return
        if found:
            before = set(self._known)
            self._use(found)
            if before != set(self._known):
                self.log.info("servers changed", servers=", ".join(node.name for node in self._nodes))

    def _node(self, section: ServerSection, settings: Settings) -> Node:
        handshake: Callable[[], Handshake] | None = None
        if self.security is not None:
            own, key = self.security.self_hostname, section.shared_key or self.security.shared_key

            def sign_in() -> Handshake:
                return Handshake(own, key, section.username, section.password)

            handshake = sign_in
        name = section.name or section.host
        return Node(name, (section.host, section.port), settings, handshake, self.stopping.is_set, self.log)

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return pack_events(batch, self.time_as_integer)

    def start(self) -> None:
        if self._discovery is not None and self._discovery.late:
            self._rediscover()
        if self.verify_connection_at_startup:
            for node in self._nodes:
                try:
                    node.connect().close()
                except (OSError, KelpError) as error:
                    raise ForwardError(f"cannot connect to {node.name}: {error}") from error
        super().start()
        if self.heartbeat_type != "none":
            self._tickers.append(Ticker(self.heartbeat_interval, self._beat, self.log, "heartbeat"))
        if self._discovery is not None and self._discovery.interval is not None:
            self._tickers.append(
                Ticker(self._discovery.interval, self._rediscover, self.log, "service-discovery")
            )
        for ticker in self._tickers:
            ticker.start()

    def _beat(self) -> None:
        for node in self._nodes:
            try:
                self._heartbeat(node)
            except (OSError, KelpError) as error:
                self.log.debug("no heartbeat", server=node.name, error=error)
                node.note_silence()
            else:
                node.note_sign()

    def _heartbeat(self, node: Node) -> None:
        if self.heartbeat_type != "udp":
            node.connect().close()
            return
        family, kind, protocol, _, address = socket.getaddrinfo(*node.address, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.settimeout(max(self.heartbeat_interval, 0.5))
            sock.sendto(b"\0", address)
            sock.recv(16)

    def write(self, chunk: Chunk) -> None:
        entries = self._entries(chunk)
        failure: Exception | None = None
        for node in self._balancer.order():
            try:
                node.send(chunk.metadata.tag or "", entries, chunk.records, chunk.id)
            except (OSError, KelpError) as error:
                failure = error
                if self.heartbeat_type != "none":
                    node.set_down(str(error))
                continue
            return
        raise ForwardError(f"cannot send chunk to any server: {failure or 'none is known'}") from failure

    def _entries(self, chunk: Chunk) -> bytes:
        if chunk.compression == self.compress:
            return chunk.read_stored()
        return compress(chunk.read(), self.compress)

    def statistics(self) -> dict[str, Any]:
        out = super().statistics()
        out["healthy_nodes_count"] = sum(node.available for node in self._nodes)
        out["registered_nodes_count"] = len(self._nodes)
        return out

    def stop(self) -> None:
        super().stop()
        for ticker in self._tickers:
            ticker.stop()

    def shutdown(self) -> None:
        super().shutdown()
        for ticker in self._tickers:
            ticker.join()

    def close(self) -> None:
        for node in self._nodes:
            node.close()
