"""Messages for Graylog."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.gelf.message import message
from kelp.agent.output.json_text import dump_clean
from kelp.agent.plugin import Formatter, register


@register("formatter", "gelf")
class GelfFormatter(Formatter):
    """A GELF message as JSON, with a zero byte behind it."""

    use_record_host: bool = param.boolean(
        default=True, description="A field `host` is the message's host; else it is the field `_host`."
    )
    add_msec_time: bool = param.boolean(
        default=False, description="Put a field `msec` behind the seconds of the time."
    )

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        out = []
        for time, record in zip(batch.times, batch.records, strict=True):
            fields = message(
                tag,
                time,
                record,
                use_record_host=self.use_record_host,
                msec_behind=str(time // 10**9) if self.add_msec_time else None,
            )
            out.append(dump_clean({**fields, "version": "1.0"}) + b"\0")
        return out
