"""Parser `ltsv`: `label:value` pairs between tabs. http://ltsv.org"""

import re

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import RecordParser
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.splitting import split


@register("parser", "ltsv")
class LtsvParser(RecordParser):
    """Read labelled values; pairs without the label delimiter are left out."""

    time_key: str | None = param.string(
        default="time", description="Field that holds the time; it is removed unless keep_time_key is set."
    )
    delimiter: str = param.string(default="\t", description="Text between pairs.")
    delimiter_pattern: re.Pattern[str] | None = param.regexp(
        default=None, description="Expression between pairs, instead of delimiter."
    )
    label_delimiter: str = param.string(default=":", description="Text between label and value.")

    def configure(self) -> None:
        super().configure()
        if not self.label_delimiter:
            raise self.error("option 'label_delimiter' must not be empty", "label_delimiter")

    def parse_record(self, text: str) -> Record:
        pairs = (
            self.delimiter_pattern.split(text)
            if self.delimiter_pattern is not None
            else split(text, self.delimiter)
        )
        record: Record = {}
        for pair in pairs:
            label, delimiter, value = pair.partition(self.label_delimiter)
            if delimiter:
                record[label] = value
        return record
