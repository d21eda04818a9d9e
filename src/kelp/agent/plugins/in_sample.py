"""Input `sample` (formerly `dummy`): made-up events at a steady rate."""

import json
import threading
import time
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin.input import BufferOverflow, Input
from kelp.agent.plugin.registry import register

_TURNS = 10  # a second


@register("input", "sample")
class SampleInput(Input):
    """Emit the same records over and over."""

    tag: str = param.string(description="Tag of the events.")
    size: int = param.integer(default=1, description="Events to emit each time.")
    rate: int = param.integer(default=1, description="Times to emit a second.")
    auto_increment_key: str | None = param.string(
        default=None, description="Field that takes a number growing with each event, from 0."
    )
    suspend: bool = param.boolean(
        default=False, description="Accepted for Fluentd's sake.", deprecated="it has no effect"
    )
    reuse_record: bool = param.boolean(
        default=False, description="Accepted for Fluentd's sake: every event has a record of its own."
    )
    sample: Any = param.string(
        default='[{"message": "sample"}]', alias="dummy",
        description="The records to emit in turn: a JSON object or an array of objects.",
    )  # fmt: skip

    def configure(self) -> None:
        try:
            value = json.loads(self.sample)
        except ValueError as error:
            raise self.error(f"option 'sample' must be JSON: {error}", "sample") from error
        self._samples: list[Record] = value if isinstance(value, list) else [value]
        if not self._samples:
            raise self.error("option 'sample' holds no record", "sample")
        for index, record in enumerate(self._samples):
            if not isinstance(record, dict):
                raise self.error(f"option 'sample' must hold objects, got {record!r} at {index}", "sample")
        self._next = 0
        self._count = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self.size < 1 or self.rate < 1:  # nothing to emit
            return
        self._thread = threading.Thread(target=self._run, name=f"sample-{self.plugin_id}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        began = time.monotonic()
        emitted = 0
        while not self._stopping.is_set():
            # spread over the second, and the first at once
            due = int((time.monotonic() - began) * self.rate) + 1
            if due > emitted:
                self._emit_times(due - emitted)
                emitted = due
            self._stopping.wait(max(1 / _TURNS, 1 / self.rate) if self.rate < _TURNS else 1 / _TURNS)

    def _emit_times(self, times: int) -> None:
        batch = Batch()
        for _ in range(times * self.size):
            batch.append(time.time_ns(), self._make())
        try:
            self.emit(self.tag, batch)
        except BufferOverflow:
            self.log.warning("the buffer is full: events are given up", tag=self.tag, events=len(batch))
        except Exception:  # the router has told the fault; samples go on, as in Fluentd
            self.log.exception("cannot emit events", tag=self.tag)

    def _make(self) -> Record:
        record = dict(self._samples[self._next])
        self._next = (self._next + 1) % len(self._samples)
        if self.auto_increment_key is not None:
            record[self.auto_increment_key] = self._count
            self._count += 1
        return record

    def stop(self) -> None:
        self._stopping.set()

    def shutdown(self) -> None:
        if self._thread is not None:
            self._thread.join(10)
