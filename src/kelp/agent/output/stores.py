"""Base of outputs that hand events to several `<store>` outputs."""

from typing import cast

from kelp.agent.buffer.stats import OutputStats
from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.plugin import Output, Router, build


class MultiOutput(Output):
    """Builds an output per `<store>` section; a store's `@label` is where a `relabel` in it sends events."""

    store_elements: list[Element] = param.elements(
        "store", required=True, plugin_kind="output", description="Outputs that get the events."
    )

    def configure(self) -> None:
        self.stats = OutputStats()
        self.stores: list[Output] = []
        for element in self.store_elements:
            label = element.get("@label")
            router = self.router if label is None else self.context.router(str(label))
            store = build("output", element.get("@type"), element, self.context, router)
            self.children.append(store)
            self.stores.append(cast(Output, store))

    def emit_batch(self, tag: str, batch: Batch) -> None:
        self.stats.emit_count += 1
        try:
            self.process(tag, batch)
        except Exception:
            self.stats.num_errors += 1
            raise
        self.stats.emit_records += len(batch)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        return [step for store in self.stores for step in store.onward(tag)]
