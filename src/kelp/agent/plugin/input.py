"""Base of inputs."""

from typing import Any

from kelp.agent.event import Batch
from kelp.agent.plugin.base import Plugin


class BufferOverflow(Exception):
    """An output's buffer is full and its overflow_action is throw_exception: try again later."""


class Input(Plugin):
    """Reads events in threads of its own and hands them on with `emit(tag, batch)`.

    `emit` returns once every output has the batch in its buffer, so a read position may be saved then.
    """

    # Events handed on since the start, for monitoring.
    emit_records: int = 0

    def emit(self, tag: str, batch: Batch) -> None:
        """Hand events on; returns once every output has them in its buffer."""
        self.router.emit(tag, batch)
        self.emit_records += len(batch.times)

    def statistics(self) -> dict[str, Any]:
        return {"retry_count": None, "emit_records": self.emit_records, "emit_size": 0}

    def pause(self) -> None:
        """Take no more input for now (SIGHUP and shutdown); the default does nothing."""
