"""Base of outputs; buffered ones extend it in `kelp.agent.buffer`."""

from kelp.agent.event import Batch
from kelp.agent.plugin.base import Plugin


class UnrecoverableError(Exception):
    """Trying the chunk again cannot help: it goes to the secondary or the backup folder."""


class Output(Plugin):
    """Takes the events of the tags its `<match>` names."""

    # True where `shutdown` flushes to somewhere outside: those run last and side by side.
    buffered: bool = False

    def emit_batch(self, tag: str, batch: Batch) -> None:
        """Take a batch from the router; unbuffered outputs process it at once."""
        self.process(tag, batch)

    def process(self, tag: str, batch: Batch) -> None:
        """Write a batch now (unbuffered outputs)."""
        raise NotImplementedError

    def flush(self) -> None:
        """Write out what is held, soon (SIGUSR1); unbuffered outputs hold nothing."""
