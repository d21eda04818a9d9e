"""Events: what inputs hand on, filters change and outputs write."""

from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """Events of one tag as parallel lists: times in nanoseconds since the epoch, and records.

    The tag travels beside the batch. Filters may change records in place; whoever keeps a record after
    emitting it copies it.
    """

    times: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.times)

    def append(self, time: int, record: Record) -> None:
        self.times.append(time)
        self.records.append(record)

    def extend(self, other: "Batch") -> None:
        self.times.extend(other.times)
        self.records.extend(other.records)
