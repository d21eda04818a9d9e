"""The record as MessagePack."""

import msgpack

from kelp.agent.event import Batch
from kelp.agent.output.time_options import TimeOptions
from kelp.agent.plugin import Formatter, register


@register("formatter", "msgpack")
class MsgpackFormatter(TimeOptions, Formatter):
    """One map per event, without separators: https://msgpack.org/."""

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        pack = msgpack.Packer(unicode_errors="surrogateescape").pack
        return [pack(record) for record in batch.records]
