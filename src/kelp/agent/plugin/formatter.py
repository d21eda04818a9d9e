"""Base of formatters: events → bytes."""

from kelp.agent.event import Batch
from kelp.agent.plugin.base import Plugin


class Formatter(Plugin):
    """Turns events into the bytes an output writes."""

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        """The bytes of each event of a batch, with its terminator."""
        raise NotImplementedError

    def format_batch(self, tag: str, batch: Batch) -> bytes:
        """The bytes of all events of a batch, each with its terminator."""
        return b"".join(self.format_records(tag, batch))
