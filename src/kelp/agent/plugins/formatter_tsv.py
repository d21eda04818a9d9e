"""Chosen fields, separated by tabs."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.time_options import NewlineOptions, TimeOptions
from kelp.agent.plugin import Formatter, register
from kelp.agent.ruby.text import to_s


@register("formatter", "tsv")
class TsvFormatter(TimeOptions, NewlineOptions, Formatter):
    """Values only, unquoted; a missing field is empty."""

    keys: list[str] = param.array(value_type="string", description="Fields in order.")
    delimiter: str = param.string(default="\t", description="Separator of fields.")

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        end = self.line_end
        return [
            self.delimiter.join([to_s(record.get(key)) for key in self.keys]).encode(
                "utf-8", "surrogateescape"
            )
            + end
            for record in batch.records
        ]
