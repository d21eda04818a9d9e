"""Input `tcp`: messages over TCP or TLS, parsed one by one."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.listen import Connection, TransportSection
from kelp.agent.listen.input import Listener
from kelp.agent.listen.messages import AccessSection, MessageInput, delimited
from kelp.agent.plugin.registry import register


@register("input", "tcp")
class TcpInput(MessageInput):
    """Take messages that end in a delimiter."""

    port: int = param.integer(default=5170, description="Port to listen on.")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    message_length_limit: int | None = param.size(
        default=None, description="Longer messages are dropped, in bytes."
    )
    delimiter: str = param.string(default="\n", description="What ends a message.")
    send_keepalive_packet: bool = param.boolean(
        default=False, description="Probe silent connections (SO_KEEPALIVE)."
    )
    security: AccessSection | None = param.section("security", AccessSection, description="Who may send.")
    transport: TransportSection | None = param.section(
        "transport", TransportSection, description="TLS settings."
    )

    def configure(self) -> None:
        if not self.delimiter:
            raise self.error("option 'delimiter' must not be empty", "delimiter")
        super().configure()

    def listeners(self) -> list[Listener]:
        return [self.tcp(self._serve, self.transport, keepalive=self.send_keepalive_packet)]

    def _serve(self, connection: Connection) -> None:
        if self.security is not None and not self.security.allows(connection.address):
            self.log.warning("client was refused", address=connection.address)
            return
        name = self.name_of(connection.address)
        for messages in delimited(connection, self.delimiter.encode(), self.message_length_limit, self.log):
            batches: dict[str, Batch] = {}
            for message in messages:
                self.take(message, connection.address, name, batches)
            self.emit_all(batches)
