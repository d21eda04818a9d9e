"""Labelled tab-separated values, http://ltsv.org/."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.time_options import NewlineOptions, TimeOptions
from kelp.agent.plugin import Formatter, register
from kelp.agent.ruby.text import to_s


@register("formatter", "ltsv")
class LtsvFormatter(TimeOptions, NewlineOptions, Formatter):
    """`host:web-1<tab>status:200`."""

    delimiter: str = param.string(default="\t", description="Separator of fields.")
    label_delimiter: str = param.string(default=":", description="Separator of label and value.")
    replacement: str = param.string(default=" ", description="What stands for the separator inside values.")

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        separator, colon, instead, end = self.delimiter, self.label_delimiter, self.replacement, self.line_end
        out = []
        for record in batch.records:
            fields = [
                f"{label}{colon}{to_s(value).replace(separator, instead)}" for label, value in record.items()
            ]
            out.append(separator.join(fields).encode("utf-8", "surrogateescape") + end)
        return out
