"""The record as MessagePack."""

from kelp.agent.buffer.event_stream import packer
from kelp.agent.event import Batch
from kelp.agent.output.time_options import TimeOptions
from kelp.agent.plugin import Formatter, register


@register("formatter", "msgpack")
class MsgpackFormatter(TimeOptions, Formatter):
    """One map per event, without separators: https://msgpack.org/."""

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        pack = packer()
        return [pack(record) for record in batch.records]
