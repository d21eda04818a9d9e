"""Base of filters."""

from kelp.agent.event import Batch
from kelp.agent.plugin.base import Plugin


class Filter(Plugin):
    """Changes or drops events between input and output."""

    # Events handed on since the start, for monitoring.
    emit_records: int = 0

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        """The events to hand on: the same batch, a new one, or an empty one when all are dropped."""
        raise NotImplementedError

    def emit_downstream(self, tag: str, batch: Batch) -> None:
        """Hand events on later than their `filter_batch` call, to what follows this filter."""
        if batch.times:
            self.router.emit_after(self, tag, batch)
