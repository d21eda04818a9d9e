"""One field of the record as it is."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.time_options import NewlineOptions, TimeOptions
from kelp.agent.plugin import Formatter, register
from kelp.agent.ruby.text import to_s


@register("formatter", "single_value")
class SingleValueFormatter(TimeOptions, NewlineOptions, Formatter):
    """The value of `message_key`; an empty line where it is missing."""

    message_key: str = param.string(default="message", description="Field to write.")

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        key, end = self.message_key, self.line_end
        return [to_s(record.get(key)).encode("utf-8", "surrogateescape") + end for record in batch.records]
