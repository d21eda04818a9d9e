"""The record as Ruby prints a hash."""

from kelp.agent.event import Batch
from kelp.agent.output.time_options import NewlineOptions, TimeOptions
from kelp.agent.plugin import Formatter, register
from kelp.agent.ruby.text import inspect


@register("formatter", "hash")
class HashFormatter(TimeOptions, NewlineOptions, Formatter):
    """`{"k"=>"v", "n"=>nil}`."""

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        end = self.line_end
        return [inspect(record).encode("utf-8", "surrogateescape") + end for record in batch.records]
