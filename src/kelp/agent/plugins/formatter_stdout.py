"""Time, tag and record as Fluentd shows events on its standard output."""

from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.output.time_options import TimeOptions
from kelp.agent.plugin import Formatter, register
from kelp.agent.timefmt import build_time_formatter

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%N %z"


@register("formatter", "stdout")
class StdoutFormatter(TimeOptions, Formatter):
    """`2026-11-23 10:00:00.123456789 +0000 app.web: {"k":"v"}`."""

    output_type: str = param.string(default="json", description="Formatter of the record.")

    def configure(self) -> None:
        self._render = build_time_formatter(time_format=self.time_format or _TIME_FORMAT)
        inner = Element(
            "format", attrs=dict(self.element.attrs), file=self.element.file, line=self.element.line
        )
        for name in ("@type", "type", "time_format", "output_type"):
            inner.attrs.pop(name, None)
        inner.set("@type", self.output_type)
        self._inner = self.create_formatter(inner)

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        middle = b" " + tag.encode("utf-8", "surrogateescape") + b": "
        lines = self._inner.format_records(tag, batch)
        return [
            self._render(time).encode() + middle + line.removesuffix(b"\n").removesuffix(b"\r") + b"\n"
            for time, line in zip(batch.times, lines, strict=True)
        ]
