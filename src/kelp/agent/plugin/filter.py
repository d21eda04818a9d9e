"""Base of filters."""

from typing import Any, ClassVar

from kelp.agent.event import Batch, Record
from kelp.agent.plugin.base import Plugin


class Filter(Plugin):
    """Changes or drops events between input and output."""

    # False where the plugin takes streams of events in Fluentd: then no filter of the chain hands on what it fails at.
    sees_single_events: ClassVar[bool] = True

    # True where it never hands on the records of a shared batch, but ones of its own, as its plugin of Fluentd does.
    makes_records: ClassVar[bool] = False

    # Events handed on since the start, for monitoring.
    emit_records: int = 0

    def statistics(self) -> dict[str, Any]:
        return {"retry_count": None, "emit_records": self.emit_records, "emit_size": 0}

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        """The events to hand on: the same batch, a new one, or an empty one when all are dropped."""
        raise NotImplementedError

    def fail(self, tag: str, time: int, record: Record, error: Exception, out: Batch) -> None:
        """Send an event that cannot be processed to `@ERROR`; in a chain of single events it goes on in `out`, too."""
        self.emit_error(tag, time, dict(record), error)
        if self.router.keeps_failed(tag):
            out.append(time, record)

    def emit_downstream(self, tag: str, batch: Batch) -> None:
        """Hand events on later than their `filter_batch` call, to what follows this filter."""
        if batch.times:
            self.router.emit_after(self, tag, batch)
