"""Deals batches out to several outputs in turn."""

import math
import random
from functools import reduce

from kelp.agent.config.values import to_integer
from kelp.agent.event import Batch
from kelp.agent.output.stores import MultiOutput
from kelp.agent.plugin import register


@register("output", "roundrobin")
class RoundRobinOutput(MultiOutput):
    """Each batch goes to the next `<store>`; a store's `weight` is how often it comes."""

    hands_on_shared = True

    def configure(self) -> None:
        weights = []
        for element in self.store_elements:
            raw = element.get("weight", 1)
            try:
                weights.append(to_integer(raw))
            except ValueError as error:
                raise self.error(
                    f"option 'weight' of {element.title()} must be {error}, got {raw!r}"
                ) from None
        super().configure()
        divisor = reduce(math.gcd, weights, 0) or 1
        turns = [number for number, weight in enumerate(weights) for _ in range(weight // divisor)]
        if any(weight > 1 for weight in weights):
            random.shuffle(turns)
        if not turns:
            raise self.error("no <store> has a weight above 0")
        self._turns = turns
        self._next = -1

    def process(self, tag: str, batch: Batch) -> None:
        self._next = (self._next + 1) % len(self._turns)
        self.stores[self._turns[self._next]].emit_own(tag, batch)
