"""Sends events to other agents over the forward protocol."""

from collections.abc import Callable
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk, compress
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.event_stream import pack_events
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.event import Batch
from kelp.agent.output.forward.balancer import Balancer, Member
from kelp.agent.output.forward.node import Node, Settings
from kelp.agent.output.forward.options import ForwardOptions
from kelp.agent.output.forward.protocol import ForwardError, Handshake
from kelp.agent.output.forward.servers import Discovery, DiscoveryError, ServerSection, discovery
from kelp.agent.output.udp import udp_socket
from kelp.agent.plugin import register
from kelp.agent.plugin.clock import Ticker
from kelp.common.errors import KelpError


@register("output", "forward")
class ForwardOutput(ForwardOptions):
    """Sends each chunk to one of its servers, in weighted turns, leaving out those that are down.

    With `require_ack_response` a chunk is done when the server says that it has it: at least once.
    """

    default_chunk_key = "tag"
    holds = Content.EVENTS
    buffer_defaults: ClassVar[dict[str, Any]] = {"chunk_keys": ["tag"]}

    def configure(self) -> None:
        if self.compress != "text" and self.primary is None and "compress" not in self.buffer.element:
            self.buffer.element.set("compress", self.compress)
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

    def _configure_servers(self) -> None:
        self._node_settings = self.settings()
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
        sock, address = udp_socket(*node.address)
        with sock:
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
