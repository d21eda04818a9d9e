"""Input `udp`: a message in each datagram."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.listen.input import Listener
from kelp.agent.listen.messages import MessageInput
from kelp.agent.plugin.registry import register


@register("input", "udp")
class UdpInput(MessageInput):
    """Take datagrams."""

    port: int = param.integer(default=5160, description="Port to listen on.")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    message_length_limit: int = param.size(
        default=4096, alias="body_size_limit", description="Longer datagrams are cut, in bytes."
    )
    remove_newline: bool = param.boolean(default=True, description="Cut the newline at the end.")
    receive_buffer_size: int | None = param.size(
        default=None, description="Size of the socket's buffer (SO_RCVBUF)."
    )

    def listeners(self) -> list[Listener]:
        return [self.udp(self._receive, self.message_length_limit, self.receive_buffer_size)]

    def _receive(self, data: bytes, source: tuple[str, int]) -> None:
        if self.remove_newline:
            data = data.removesuffix(b"\n").removesuffix(b"\r")
        batches: dict[str, Batch] = {}
        self.take(data, source[0], self.name_of(source[0]), batches)
        self.emit_all(batches)
