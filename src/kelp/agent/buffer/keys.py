"""Sorting the events of a batch by chunk key."""

import json
from collections.abc import Callable
from typing import Any

from kelp.agent.buffer.metadata import EMPTY, Metadata
from kelp.agent.buffer.placeholders import ChunkKeys
from kelp.agent.event import Batch
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.timefmt.zones import local_offset, offset_function

_NANOS = 1_000_000_000


class ChunkSorter:
    """Splits batches into parts with the same metadata."""

    def __init__(self, keys: ChunkKeys) -> None:
        self._keys = keys
        self._accessors = [(key, Accessor(key).getter()) for key in keys.fields]
        self._offset: Callable[[int], int] = lambda _epoch: 0
        if keys.timekey is not None and not keys.utc:
            self._offset = offset_function(keys.timezone) if keys.timezone else local_offset

    def timekey(self, seconds: int) -> int:
        """The start of the time slice that holds `seconds`."""
        span = self._keys.timekey
        assert span is not None
        return seconds - (seconds + self._offset(seconds)) % span

    def split(self, tag: str, batch: Batch) -> list[tuple[Metadata, Batch]]:
        """The parts of a batch in order of appearance; one part, not copied, in the usual case."""
        keys = self._keys
        own_tag = tag if keys.tag else None
        if not keys.fields:
            if keys.timekey is None:
                return [(EMPTY if own_tag is None else Metadata(None, own_tag), batch)]
            first, last = self.timekey(min(batch.times) // _NANOS), self.timekey(max(batch.times) // _NANOS)
            if first == last:
                return [(Metadata(first, own_tag), batch)]
        parts: dict[Metadata, Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            timekey = None if keys.timekey is None else self.timekey(time // _NANOS)
            values = tuple((key, _hashable(read(record))) for key, read in self._accessors) or None
            metadata = Metadata(timekey, own_tag, values)
            part = parts.get(metadata)
            if part is None:
                part = parts[metadata] = Batch()
            part.append(time, record)
        return list(parts.items())


def _hashable(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
