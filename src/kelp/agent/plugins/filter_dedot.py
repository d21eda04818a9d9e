"""The dedot filter: replace dots in the names of fields."""

import re
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.patterns import replaced

_DOT = re.compile(r"\.")


@register("filter", "dedot")
class DedotFilter(Filter):
    """Replace dots in the names of fields, which some sinks take for nesting."""

    makes_records = True

    de_dot: bool = param.boolean(True, description="Replace dots at all.")
    de_dot_separator: str = param.string("_", description="What replaces a dot; must hold none itself.")
    de_dot_nested: bool = param.boolean(False, description="Also inside of hashes and arrays.")

    def configure(self) -> None:
        if self.de_dot and "." in self.de_dot_separator:
            raise self.error("option 'de_dot_separator' must not hold a dot", "de_dot_separator")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        batch = batch.owned()
        if self.de_dot:
            batch.records = [self._renamed(record) for record in batch.records]
        return batch

    def _renamed(self, record: Record) -> Record:
        if not self.de_dot_nested and not any("." in key for key in record):
            return record
        return {self._name(key): self._inner(value) for key, value in record.items()}

    def _name(self, key: str) -> str:
        separator = self.de_dot_separator
        # The plugin hands it to gsub, where a backslash has a meaning.
        return replaced(key, _DOT, separator) if "\\" in separator else key.replace(".", separator)

    def _inner(self, value: Any) -> Any:
        if not self.de_dot_nested:
            return value
        if isinstance(value, dict):
            return self._renamed(value)
        if isinstance(value, list):
            return [self._renamed(one) if isinstance(one, dict) else one for one in value]
        return value
