"""Parser `tsv`: values between tabs."""

from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import RecordParser
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.splitting import split


@register("parser", "tsv")
class TsvParser(RecordParser):
    """Name the values of a line; missing ones are null, and the last takes the rest."""

    keys: list[str] = param.array(description="Names of the fields, in order.")
    delimiter: str = param.string(default="\t", description="Text between values.")

    def parse_record(self, text: str) -> Record:
        values: list[Any] = split(text, self.delimiter, len(self.keys))
        values += [None] * (len(self.keys) - len(values))
        return dict(zip(self.keys, values, strict=False))
