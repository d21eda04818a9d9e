"""The stdout filter: print events on their way."""

import sys

from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.output.inject import InjectSection
from kelp.agent.plugin import Filter, register


@register("filter", "stdout")
class StdoutFilter(Filter):
    """Print every event to standard output and hand it on unchanged."""

    sees_single_events = False
    flat_options = ("inject", "formatter")

    format: Element | None = param.element(
        "format", plugin_kind="formatter", description="Form of a printed event."
    )
    inject: InjectSection | None = param.section(
        "inject", InjectSection, description="Fields to add to what is printed."
    )

    def configure(self) -> None:
        self._formatter = self.create_formatter(self.format, "stdout")
        self._inject = self.inject.injector(self.context.worker_id) if self.inject else None

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        shown = self._inject(tag, batch) if self._inject else batch
        sys.stdout.buffer.write(self._formatter.format_batch(tag, shown))
        sys.stdout.buffer.flush()
        return batch
