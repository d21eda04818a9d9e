"""Input `unix`: the forward protocol over a socket file."""

from kelp.agent.config import param
from kelp.agent.listen import Connection
from kelp.agent.listen.forward import EventReader, read_messages, tag_of
from kelp.agent.listen.input import Listener, ListeningInput
from kelp.agent.listen.unix import UnixListener
from kelp.agent.plugin import register
from kelp.common.errors import KelpError


@register("input", "unix")
class UnixInput(ListeningInput):
    """Take events from programs on this machine, in MessagePack or JSON."""

    multi_workers_ready = False

    path: str = param.string(default="/var/run/fluent/fluent.sock", description="The socket file.")
    backlog: int | None = param.integer(default=None, description="Connections that may wait to be accepted.")
    tag: str | None = param.string(default=None, description="Tag instead of the one received.")

    def configure(self) -> None:
        self._reader = EventReader(self.log)

    def listeners(self) -> list[Listener]:
        return [UnixListener(self.path, self._serve, self.log, backlog=self.backlog)]

    @property
    def place(self) -> dict[str, object]:
        return {"path": self.path}

    def _serve(self, connection: Connection) -> None:
        for message, _size, _answer_as in read_messages(connection):
            if not isinstance(message, list) or len(message) < 2:
                self.log.warning("incoming data is broken", got=repr(message)[:200])
                continue
            tag = self.tag or tag_of(message)
            try:
                batch, _options = self._reader.read(message, self.path)
            except (KelpError, ValueError) as error:
                self.log.warning("message cannot be read: dropped", tag=tag, error=error)
                continue
            if len(batch):
                self.emit(tag, batch)
