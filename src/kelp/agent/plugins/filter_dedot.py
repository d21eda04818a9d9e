"""The dedot filter: replace dots in the names of fields."""

from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register


@register("filter", "dedot")
class DedotFilter(Filter):
    """Replace dots in the names of fields, which some sinks take for nesting."""

    de_dot: bool = param.boolean(True, description="Replace dots at all.")
    de_dot_separator: str = param.string("_", description="What replaces a dot; must hold none itself.")
    de_dot_nested: bool = param.boolean(False, description="Also inside of hashes and arrays.")

    def configure(self) -> None:
        if self.de_dot and "." in self.de_dot_separator:
            raise self.error("option 'de_dot_separator' must not hold a dot", "de_dot_separator")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        if self.de_dot:
            batch.records = [self._renamed(record) for record in batch.records]
        return batch

    def _renamed(self, record: Record) -> Record:
        if not self.de_dot_nested and not any("." in key for key in record):
            return record
        separator = self.de_dot_separator
        return {key.replace(".", separator): self._inner(value) for key, value in record.items()}

    def _inner(self, value: Any) -> Any:
        if not self.de_dot_nested:
            return value
        if isinstance(value, dict):
            return self._renamed(value)
        return [self._inner(one) for one in value] if isinstance(value, list) else value
