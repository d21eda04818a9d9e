"""Counters of one output, for monitor_agent and prometheus."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class OutputStats:
    """What an output has done since its start; names as Fluentd's monitor_agent shows them."""

    emit_count: int = 0
    emit_records: int = 0
    emit_size: int = 0
    write_count: int = 0
    write_secondary_count: int = 0
    rollback_count: int = 0
    num_errors: int = 0
    slow_flush_count: int = 0
    flush_time_count: int = 0  # milliseconds
    drop_oldest_chunk_count: int = 0

    def to_dict(self) -> dict[str, int]:
        """All counters; `retry_count` is Fluentd's other name of `num_errors`."""
        return {**asdict(self), "retry_count": self.num_errors}
