"""Base of formatters: events → bytes."""

from kelp.agent.event import Batch
from kelp.agent.plugin.base import Plugin


class Formatter(Plugin):
    """Turns events into the bytes an output writes."""

    def format_batch(self, tag: str, batch: Batch) -> bytes:
        """The bytes of all events of a batch, each with its terminator."""
        raise NotImplementedError
