"""The `<inject>` section: fields that an output adds to records."""

import socket
from collections.abc import Callable
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.event import Batch
from kelp.agent.output.time_options import ZoneOptions
from kelp.agent.timefmt import build_time_formatter

TIME_TYPES = ["float", "unixtime", "unixtime_millis", "unixtime_micros", "unixtime_nanos", "string"]


class InjectSection(ZoneOptions, Section):
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

    def configure(self) -> None:
        if self.time_key is not None and self.time_type == "string":
            self.check_zone()

    def injector(self, worker_id: int) -> "Callable[[str, Batch], Batch]":
        """A function that returns copies of a batch's records with the fields added."""
        constants: dict[str, Any] = {}
        if self.hostname_key is not None:
            constants[self.hostname_key] = self.hostname or socket.gethostname()
        if self.worker_id_key is not None:
            constants[self.worker_id_key] = worker_id
        tag_key, time_key = self.tag_key, self.time_key
        render = self._time() if time_key is not None else None

        def inject(tag: str, batch: Batch) -> Batch:
            common = constants if tag_key is None else {**constants, tag_key: tag}
            records = [{**record, **common} for record in batch.records]
            if time_key is not None and render is not None:
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
