"""Base of outputs; buffered ones extend it in `kelp.agent.buffer`."""

from functools import cached_property
from typing import Any

from kelp.agent.event import Batch
from kelp.agent.plugin.base import Plugin, Router
from kelp.agent.plugin.stats import OutputStats


class UnrecoverableError(Exception):
    """Trying the chunk again cannot help: it goes to the secondary or the backup folder."""


class Output(Plugin):
    """Takes the events of the tags its `<match>` names."""

    # True where `shutdown` flushes to somewhere outside: those run last and side by side.
    buffered: bool = False
    # True where it emits what becomes of events behind its buffer: then it is shut down before those that get it.
    hands_on: bool = False
    # True where it hands on the very records that it gets, knowing about shared ones.
    hands_on_shared: bool = False

    @cached_property
    def stats(self) -> OutputStats:
        """What it has done since the start."""
        return OutputStats()

    def emit_batch(self, tag: str, batch: Batch) -> None:
        """Take a batch from the router, and count it."""
        self.stats.emit_count += 1
        try:
            self.take(tag, batch)
        except Exception:
            self.stats.num_errors += 1
            raise
        self.stats.emit_records += len(batch)

    def emit_own(self, tag: str, batch: Batch) -> None:
        """As `emit_batch`; shared records are copied first, unless the output knows about them."""
        self.emit_batch(tag, batch if self.hands_on_shared else batch.owned())

    def take(self, tag: str, batch: Batch) -> None:
        """Write a batch, or keep it to be written later."""
        self.process(tag, batch)

    def process(self, tag: str, batch: Batch) -> None:
        """Write a batch now (unbuffered outputs)."""
        raise NotImplementedError

    def statistics(self) -> dict[str, Any]:
        return dict(self.stats.to_dict())

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        """Where events of `tag` go on, and with which tags, `…` for what only an event can tell; none if they are written."""
        return []

    def flush(self) -> None:
        """Write out what is held, soon (SIGUSR1); unbuffered outputs hold nothing."""
