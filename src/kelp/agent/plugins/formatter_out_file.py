"""Time, tag and record as JSON, separated by tabs."""

import re

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.json_text import dump
from kelp.agent.output.time_options import LineEndOption, TimeOptions
from kelp.agent.plugin import Formatter, register


@register("formatter", "out_file")
class OutFileFormatter(TimeOptions, LineEndOption, Formatter):
    """`2026-11-23T10:00:00+00:00<tab>app.web<tab>{"k":"v"}`."""

    output_time: bool = param.boolean(default=True, description="Write the time.")
    output_tag: bool = param.boolean(default=True, description="Write the tag.")
    delimiter: str = param.string(default="\t", description="Separator: SPACE, COMMA, else a tab.")

    def configure(self) -> None:
        self._render = self.time_formatter()
        self._separator = "\t"
        if re.search("space", self.delimiter, re.IGNORECASE):
            self._separator = " "
        elif re.search("comma", self.delimiter, re.IGNORECASE):
            self._separator = ","

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        separator, render, end = self._separator.encode(), self._render, self.line_end
        middle = tag.encode("utf-8", "surrogateescape") + separator if self.output_tag else b""
        if not self.output_time:
            return [middle + dump(record) + end for record in batch.records]
        middle = separator + middle
        return [
            render(time).encode() + middle + dump(record) + end
            for time, record in zip(batch.times, batch.records, strict=True)
        ]
