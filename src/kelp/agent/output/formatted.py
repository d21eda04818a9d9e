"""Base of outputs whose chunks hold what a `<format>` makes of events."""

from typing import ClassVar

from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.output.inject import InjectSection


class FormattedOutput(BufferedOutput):
    """Formats events, once `<inject>` has added its fields."""

    default_format: ClassVar[str] = "out_file"

    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type out_file by default."
    )
    inject: InjectSection | None = param.section("inject", InjectSection, description="Fields to add.")

    def configure(self) -> None:
        super().configure()
        self.formatter = self.create_formatter(self.format_element, self.default_format)
        self._injector = self.inject.injector(self.context.worker_id) if self.inject else None

    def injected(self, tag: str, batch: Batch) -> Batch:
        """The events with the fields of `<inject>`."""
        return batch if self._injector is None else self._injector(tag, batch)

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return self.formatter.format_records(tag, self.injected(tag, batch))
