"""Base of outputs that hand events to several `<store>` outputs."""

from typing import Any, cast

from kelp.agent.config import Element, param
from kelp.agent.plugin import Output, Router, build, label_of


class MultiOutput(Output):
    """Builds an output per `<store>` section; a store's `@label` is where a `relabel` in it sends events."""

    store_elements: list[Element] = param.elements(
        "store", required=True, plugin_kind="output", description="Outputs that get the events."
    )

    def configure(self) -> None:
        self.stores: list[Output] = []
        for element in self.store_elements:
            label = label_of("output", element)
            router = self.router if label is None else self.context.router(label)
            store = build("output", element.get("@type"), element, self.context, router)
            self.children.append(store)
            self.stores.append(cast(Output, store))

    def statistics(self) -> dict[str, Any]:
        return {"retry_count": self.stats.num_errors}  # its stores have the other counters

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        return [step for store in self.stores for step in store.onward(tag)]
