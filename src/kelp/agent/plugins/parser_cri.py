"""Parser `cri`: the container runtime's line, whose message may be parsed further."""

import re
from collections.abc import Iterable
from typing import cast

from kelp.agent.config import Element, param
from kelp.agent.event import Record
from kelp.agent.parse import RecordParser
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register

_BLANK = re.compile(r"[ \t\n\v\f\r]")


@register("parser", "cri")
class CriParser(RecordParser):
    """Read `TIME STREAM LOGTAG MESSAGE`; with an inner <parse> the message gives time and record."""

    time_key: str | None = param.string(default="time", description="Field that takes the time as written.")
    time_format: str | None = param.string(
        default="%Y-%m-%dT%H:%M:%S.%L%z", description="strptime format of the time."
    )
    keep_time_key: bool = param.boolean(default=True, description="Leave the time field in the record.")
    merge_cri_fields: bool = param.boolean(
        default=True, description="Add stream and logtag to what the inner parser gives."
    )
    inner: Element | None = param.element(
        "parse", description="How to parse the message.", plugin_kind="parser"
    )

    def configure(self) -> None:
        super().configure()
        self._inner = self.create_parser(self.inner) if self.inner is not None else None

    def parse_record(self, text: str) -> Record | None:
        parts = _BLANK.split(text, 3)
        if len(parts) != 4:
            return None
        return {"stream": parts[1], "logtag": parts[2], "message": parts[3], str(self.time_key): parts[0]}

    def finish(self, record: Record) -> Parsed:
        """`types` and null options do not apply, as in the Fluentd plugin."""
        return self.cut_time(record), record

    def parse(self, text: str) -> Parsed | None:
        return next(iter(self.parse_all(text)), None)

    def parse_all(self, text: str) -> Iterable[Parsed | None]:
        record = self.parse_record(text)
        if record is None:
            return (None,)
        if self._inner is None:
            return (self.finish(record),)
        events = list(self._inner.parse_all(cast("str", record["message"])))
        if self.merge_cri_fields:
            for event in events:
                if event is not None:
                    event[1].update(stream=record["stream"], logtag=record["logtag"])
        return events
