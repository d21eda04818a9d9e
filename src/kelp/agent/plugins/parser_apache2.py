"""Parser `apache2`: Apache's combined log format, with numbers and nulls for what is `-`."""

import re

from kelp.agent.event import Record
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.numbers import to_i
from kelp.agent.timefmt import TimeParseError

_QUOTED = r'(?:[^"]|\\")*'
_LINE = re.compile(
    r"^(?P<host>[^ ]*) [^ ]* (?P<user>[^ ]*) \[(?P<time>[^\]]*)\]"
    rf' "(?P<method>\S+)(?: +(?P<path>{_QUOTED}?)(?: +\S*)?)?"'
    r" (?P<code>[^ ]*) (?P<size>[^ ]*)"
    rf'(?: "(?P<referer>{_QUOTED})" "(?P<agent>{_QUOTED})")?$',
    re.MULTILINE | re.ASCII,
)


@register("parser", "apache2")
class Apache2Parser(RecordParser):
    """Read Apache's access log."""

    def configure(self) -> None:
        self.time_format = "%d/%b/%Y:%H:%M:%S %z"
        self.time_key = "time"
        super().configure()

    def parse_record(self, text: str) -> Record | None:
        found = _LINE.search(text)
        if found is None:
            return None
        record: Record = {"time": found["time"]}
        for name in ("host", "user", "method", "path", "code", "size", "referer", "agent"):
            record[name] = found[name]
        for name in ("host", "user", "size", "referer", "agent"):
            if record[name] == "-":
                record[name] = None
        record["code"] = to_i(found["code"]) or None
        if record["size"] is not None:
            record["size"] = to_i(found["size"])
        return record

    def finish(self, record: Record) -> Parsed:
        """The time stays as text where it is kept, and types do not apply."""
        text = record["time"] if self.keep_time_key else record.pop("time")
        try:
            return self.read_time(text), record
        except TimeParseError as error:
            raise ParserError(str(error)) from error
