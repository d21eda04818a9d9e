"""What can go wrong between an output and its buffer."""

from kelp.common.errors import KelpError


class BufferFull(KelpError):
    """The buffer has no room: its byte limit is reached, or the disk refuses more."""


class ChunkDamaged(KelpError):
    """A chunk file has no readable header."""
