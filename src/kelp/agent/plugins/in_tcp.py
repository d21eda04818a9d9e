"""Input `tcp`: messages over TCP or TLS, parsed one by one."""

from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.listen import Connection, TransportSection
from kelp.agent.listen.access import host_name
from kelp.agent.listen.input import Listener, ListeningInput
from kelp.agent.listen.messages import AccessSection, ExtractSection, delimited, event_time, shown
from kelp.agent.plugin.registry import register
from kelp.common.errors import KelpError


@register("input", "tcp")
class TcpInput(ListeningInput):
    """Take messages that end in a delimiter."""

    flat_options = ("parser", "extract")

    tag: str = param.string(description="Tag of the events.")
    port: int = param.integer(default=5170, description="Port to listen on.")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    source_hostname_key: str | None = param.string(
        default=None, alias="source_host_key", description="Field that takes the client's name."
    )
    source_address_key: str | None = param.string(
        default=None, description="Field that takes the client's address."
    )
    message_length_limit: int | None = param.size(
        default=None, description="Longer messages are dropped, in bytes."
    )
    blocking_timeout: float = param.time(default=0.5, description="Accepted for Fluentd's sake.")
    delimiter: str = param.string(default="\n", description="What ends a message.")
    send_keepalive_packet: bool = param.boolean(
        default=False, description="Probe silent connections (SO_KEEPALIVE)."
    )
    security: AccessSection | None = param.section("security", AccessSection, description="Who may send.")
    transport: TransportSection | None = param.section(
        "transport", TransportSection, description="TLS settings."
    )
    extract: ExtractSection | None = param.section(
        "extract", ExtractSection, description="Tag and time from fields."
    )
    parse: Element = param.element(
        "parse", required=True, description="How to parse a message.", plugin_kind="parser"
    )

    def configure(self) -> None:
        if not self.delimiter:
            raise self.error("option 'delimiter' must not be empty", "delimiter")
        self._delimiter = self.delimiter.encode()
        self._parser = self.create_parser(self.parse)

    def listeners(self) -> list[Listener]:
        return [self.tcp(self._serve, self.transport, keepalive=self.send_keepalive_packet)]

    def _serve(self, connection: Connection) -> None:
        if self.security is not None and not self.security.allows(connection.address):
            self.log.warning("client was refused", address=connection.address)
            return
        name = host_name(connection.address) if self.source_hostname_key is not None else ""
        for messages in delimited(connection, self._delimiter, self.message_length_limit, self.log):
            batches: dict[str, Batch] = {}
            for message in messages:
                self._take(message, connection.address, name, batches)
            for tag, batch in batches.items():
                self.emit(tag, batch)

    def _take(self, message: bytes, address: str, name: str, batches: dict[str, Batch]) -> None:
        try:
            for event in self._parser.parse_bytes(message):
                if event is None:
                    self.log.warning("pattern not matched", text=shown(message))
                    continue
                when, record = event
                tag = self.extract.tag(record) if self.extract is not None else None
                when = event_time(when, record, self.extract)
                if self.source_address_key is not None:
                    record[self.source_address_key] = address
                if self.source_hostname_key is not None:
                    record[self.source_hostname_key] = name
                batches.setdefault(tag or self.tag, Batch()).append(when, record)
        except KelpError as error:
            self.log.warning("invalid message", error=error, text=shown(message))
