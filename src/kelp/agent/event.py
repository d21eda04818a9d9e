"""Events: what inputs hand on, filters change and outputs write."""

from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """Events of one tag as parallel lists: times in nanoseconds since the epoch, and records.

    The tag travels beside the batch. Filters may change records in place; whoever keeps a record after
    emitting it copies it. `shared`: others get the same records later, see what is changed in place, and must see
    nothing that Fluentd's plugin would not change in place.
    """

    times: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    shared: bool = field(default=False, compare=False)

    def __len__(self) -> int:
        return len(self.times)

    def append(self, time: int, record: Record) -> None:
        self.times.append(time)
        self.records.append(record)

    def owned(self) -> "Batch":
        """The batch, with copies of its records where others have them, too."""
        return Batch(list(self.times), [dict(one) for one in self.records]) if self.shared else self

    def extend(self, other: "Batch") -> None:
        self.times.extend(other.times)
        self.records.extend(other.records)
