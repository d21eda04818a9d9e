"""The `<inject>` section: fields that an output adds to records."""

import socket
from collections.abc import Callable
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.event import Batch
from kelp.agent.timefmt import build_time_formatter

TIME_TYPES = ["float", "unixtime", "unixtime_millis", "unixtime_micros", "unixtime_nanos", "string"]


class InjectSection(Section):
    """Fields added to every record on its way out."""

    hostname_key: str | None = param.string(default=None, description="Field for the host's name.")
    hostname: str | None = param.string(default=None, description="The host's name, if not the system's.")
    worker_id_key: str | None = param.string(default=None, description="Field for the worker's number.")
    tag_key: str | None = param.string(default=None, description="Field for the tag.")
    time_key: str | None = param.string(default=None, description="Field for the event's time.")
    time_type: str = param.enum(TIME_TYPES, default="float", description="The form of the time.")
    time_format: str | None = param.string(
        default=None, description="strftime format, with time_type string."
    )
    localtime: bool = param.boolean(default=True, description="Write times in the local zone.")
    utc: bool = param.boolean(default=False, description="Write times in UTC.")
    timezone: str | None = param.string(
        default=None, description="Zone of times, such as +09:00 or Asia/Tokyo."
    )
    time_format_fallbacks: list[str] = param.array(
        default=[], description="Accepted for compatibility: it concerns reading times."
    )

    def injector(self, worker_id: int) -> "Callable[[str, Batch], Batch]":
        """A function that returns copies of a batch's records with the fields added."""
        constants: dict[str, Any] = {}
        if self.hostname_key is not None:
            constants[self.hostname_key] = self.hostname or socket.gethostname()
        if self.worker_id_key is not None:
            constants[self.worker_id_key] = worker_id
        render = self._time()
        tag_key, time_key = self.tag_key, self.time_key

        def inject(tag: str, batch: Batch) -> Batch:
            common = constants if tag_key is None else {**constants, tag_key: tag}
            records = [{**record, **common} for record in batch.records]
            if time_key is not None:
                for time, record in zip(batch.times, records, strict=True):
                    record[time_key] = render(time)
            return Batch(batch.times, records)

        return inject

    def _time(self) -> Callable[[int], Any]:
        divisor = {"unixtime": 10**9, "unixtime_millis": 10**6, "unixtime_micros": 10**3, "unixtime_nanos": 1}
        if self.time_type in divisor:
            by = divisor[self.time_type]
            return lambda time: time // by
        if self.time_type == "float":
            return lambda time: (time // 1000) / 1e6
        return build_time_formatter(
            time_format=self.time_format, localtime=self.localtime, utc=self.utc, timezone=self.timezone
        )
