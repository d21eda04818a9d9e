"""Sends events on to a label."""

from kelp.agent.event import Batch
from kelp.agent.plugin import Output, Router, register


@register("output", "relabel")
class RelabelOutput(Output):
    """Passes events to the filters and outputs of the label that `@label` names."""

    hands_on_shared = True

    def configure(self) -> None:
        if "@label" not in self.element:
            raise self.error("option '@label' is required: the label to send events to")

    def process(self, tag: str, batch: Batch) -> None:
        self.emit(tag, batch)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        return [(self.router, tag)]
