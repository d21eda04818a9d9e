"""Base of inputs."""

from kelp.agent.plugin.base import Plugin


class BufferOverflow(Exception):
    """An output's buffer is full and its overflow_action is throw_exception: try again later."""


class Input(Plugin):
    """Reads events in threads of its own and hands them on with `emit(tag, batch)`.

    `emit` returns once every output has the batch in its buffer, so a read position may be saved then.
    """

    def pause(self) -> None:
        """Take no more input for now (SIGHUP and shutdown); the default does nothing."""
