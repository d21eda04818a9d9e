"""Comma-separated values, RFC 4180."""

import re
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.time_options import TimeOptions
from kelp.agent.plugin import Formatter, register
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.text import to_s


@register("formatter", "csv")
class CsvFormatter(TimeOptions, Formatter):
    """Chosen fields, all of them quoted by default; a missing field is empty."""

    fields: list[str] = param.array(
        value_type="string", description="Fields in order; $.a.b for nested ones."
    )
    delimiter: str = param.string(default=",", description=r"Separator of fields; TAB or \t for a tab.")
    force_quotes: bool = param.boolean(default=True, description="Quote every field.")
    add_newline: bool = param.boolean(default=True, description="End each event with a line break.")

    def configure(self) -> None:
        names = [name for name in self.fields if name]
        if not names:
            raise self.error("option 'fields' names no field", "fields")
        try:
            self._accessors = [Accessor(name).getter() for name in names]
        except ValueError as error:
            raise self.error(f"option 'fields' must hold {error}", "fields") from None
        self._separator = "\t" if self.delimiter in ("\\t", "TAB") else self.delimiter
        self._special = re.compile(r"[\r\n\"" + re.escape(self._separator) + "]")

    def _field(self, value: Any) -> str:
        if value is None and not self.force_quotes:
            return ""
        text = to_s(value)
        if self.force_quotes or text == "" or self._special.search(text):
            return '"' + text.replace('"', '""') + '"'
        return text

    def format_records(self, tag: str, batch: Batch) -> list[bytes]:
        end = "\n" if self.add_newline else ""
        return [
            (self._separator.join([self._field(read(record)) for read in self._accessors]) + end).encode(
                "utf-8", "surrogateescape"
            )
            for record in batch.records
        ]
