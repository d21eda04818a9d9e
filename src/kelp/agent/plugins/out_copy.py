"""Copies events to several outputs."""

import copy

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.stores import MultiOutput
from kelp.agent.plugin import register


@register("output", "copy")
class CopyOutput(MultiOutput):
    """Every `<store>` gets every event.

    `<store ignore_error>` goes on when the store fails; `<store ignore_if_prev_success>` is used only when the
    store before it failed.
    """

    hands_on_shared = True

    deep_copy: bool = param.boolean(
        default=False, deprecated="use copy_mode shallow", description="Old name of copy_mode shallow."
    )
    copy_mode: str = param.enum(
        ["no_copy", "shallow", "deep", "marshal"],
        default="no_copy",
        description="Whether stores share records, so that what filters behind one change shows in the next; "
        "shallow: only what is nested in them; deep and marshal: nothing.",
    )

    def configure(self) -> None:
        super().configure()
        if self.deep_copy:
            self.copy_mode = "shallow"
        arguments = [element.arg for element in self.store_elements]
        self._ignores = ["ignore_error" in argument for argument in arguments]
        self._fallbacks = ["ignore_if_prev_success" in argument for argument in arguments]
        if self._fallbacks and self._fallbacks[0]:
            raise self.error(
                "ignore_if_prev_success has no meaning in the first <store>: there is none before it"
            )
        if len(self._ignores) > 1 and all(self._ignores) and not any(self._fallbacks):
            self.log.warning("every <store> ignores errors: events that no store takes are lost")

    def _copied(self, batch: Batch) -> Batch:
        if self.copy_mode in ("deep", "marshal"):
            return Batch(list(batch.times), copy.deepcopy(batch.records))
        shared = Batch(list(batch.times), list(batch.records), shared=True)
        return shared if self.copy_mode == "no_copy" else shared.owned()

    def process(self, tag: str, batch: Batch) -> None:
        succeeded = False
        for index, store in enumerate(self.stores):
            if succeeded and self._fallbacks[index]:
                succeeded = False
                continue
            try:
                store.emit_own(tag, self._copied(batch))
                succeeded = True
            except Exception as error:
                if not self._ignores[index]:
                    raise
                succeeded = False
                self.log.error(
                    "store failed, going on", store=store.plugin_id, error=str(error) or type(error).__name__
                )
