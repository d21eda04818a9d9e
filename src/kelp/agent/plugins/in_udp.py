"""Input `udp`: a message in each datagram."""

from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.listen.access import host_name
from kelp.agent.listen.input import Listener, ListeningInput
from kelp.agent.listen.messages import ExtractSection, event_time, shown
from kelp.agent.plugin.registry import register
from kelp.common.errors import KelpError


@register("input", "udp")
class UdpInput(ListeningInput):
    """Take datagrams."""

    flat_options = ("parser", "extract")

    tag: str = param.string(description="Tag of the events.")
    port: int = param.integer(default=5160, description="Port to listen on.")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    source_hostname_key: str | None = param.string(
        default=None, alias="source_host_key", description="Field that takes the client's name."
    )
    source_address_key: str | None = param.string(
        default=None, description="Field that takes the client's address."
    )
    message_length_limit: int = param.size(
        default=4096, alias="body_size_limit", description="Longer datagrams are cut, in bytes."
    )
    remove_newline: bool = param.boolean(default=True, description="Cut the newline at the end.")
    receive_buffer_size: int | None = param.size(
        default=None, description="Size of the socket's buffer (SO_RCVBUF)."
    )
    blocking_timeout: float = param.time(default=0.5, description="Accepted for Fluentd's sake.")
    extract: ExtractSection | None = param.section(
        "extract", ExtractSection, description="Tag and time from fields."
    )
    parse: Element = param.element(
        "parse", required=True, description="How to parse a message.", plugin_kind="parser"
    )

    def configure(self) -> None:
        self._parser = self.create_parser(self.parse)

    def listeners(self) -> list[Listener]:
        return [self.udp(self._receive, self.message_length_limit, self.receive_buffer_size)]

    def _receive(self, data: bytes, source: tuple[str, int]) -> None:
        if self.remove_newline:
            data = data.removesuffix(b"\n").removesuffix(b"\r")
        try:
            for event in self._parser.parse_bytes(data):
                if event is None:
                    self.log.warning("pattern not matched", text=shown(data))
                    continue
                when, record = event
                tag = self.extract.tag(record) if self.extract is not None else None
                when = event_time(when, record, self.extract)
                if self.source_address_key is not None:
                    record[self.source_address_key] = source[0]
                if self.source_hostname_key is not None:
                    record[self.source_hostname_key] = host_name(source[0])
                self.emit(tag or self.tag, Batch([when], [record]))
        except KelpError as error:
            self.log.warning("invalid message", error=error, text=shown(data))
