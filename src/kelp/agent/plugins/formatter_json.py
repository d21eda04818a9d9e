"""One JSON object per event."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.json_text import dump
from kelp.agent.output.time_options import NewlineOptions, TimeOptions
from kelp.agent.plugin import Formatter, register


@register("formatter", "json")
class JsonFormatter(TimeOptions, NewlineOptions, Formatter):
    """The record as a line of JSON."""

    json_parser: str = param.string(
        default="oj", description="Accepted for compatibility: Kelp has one encoder."
    )

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        end = self.line_end
        return [dump(record) + end for record in batch.records]
