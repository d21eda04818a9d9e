"""The record_modifier filter: add fields computed by Ruby expressions, replace text, remove fields."""

import re
from typing import Any

from kelp.agent.config import ConfigError, Element, Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.values import RubyError
from kelp.agent.transform.ruby import RubyTemplate
from kelp.agent.transform.scope import TagScope
from kelp.agent.transform.template import Function

_CACHE_LIMIT = 4096


class ReplaceSection(Section):
    """Text to replace in one field."""

    key: str = param.string(description="Field whose text is changed.")
    expression: "re.Pattern[str]" = param.regexp(description="What to replace.")
    replace: str = param.string(description="What stands there instead; \\1 … are groups of the expression.")

    def change(self, record: Record) -> None:
        value = record.get(self.key)
        if isinstance(value, str):
            record[self.key] = self.expression.sub(self.replace, value)


@register("filter", "record_modifier")
class RecordModifierFilter(Filter):
    """Add fields, replace text and remove fields. What stands in ${…} is a Ruby expression."""

    remove_keys: list[str] = param.array([], description="Fields to remove.")
    whitelist_keys: list[str] | None = param.array(None, description="The only fields to keep.")
    char_encoding: str | None = param.string(None, description="Accepted for utf-8, which all text is.")
    prepare_value: str | None = param.string(None, description="Not supported: Ruby code run at the start.")
    auto_typecast: bool = param.boolean(True, description="A lone ${…} keeps the type of its value.")
    records: list[Element] = param.elements("record", description="The fields to set, one after the other.")
    replaces: list[ReplaceSection] = param.sections("replace", ReplaceSection, description="Text to replace.")

    def configure(self) -> None:
        if self.prepare_value is not None:
            raise self.error(
                "prepare_value is not supported: write the expression in <record>", "prepare_value"
            )
        if self.char_encoding and any(name.lower() != "utf-8" for name in self.char_encoding.split(":")):
            text = f"cannot convert to char_encoding {self.char_encoding!r}: only utf-8 is supported"
            raise self.error(text, "char_encoding")
        self._fields: dict[str, RubyTemplate] = {}
        for section in self.records:
            for name, value in section.items():
                self._fields[name] = self._compile(section, name, value)
        self._bound: dict[str, list[tuple[str, Function]]] = {}

    def _compile(self, section: Element, name: str, value: Any) -> RubyTemplate:
        try:
            return RubyTemplate(str(value), typecast=self.auto_typecast)
        except RubySyntaxError as error:
            message = f"<record>: option {name!r}: cannot use Ruby {value!r}: {error}"
            raise ConfigError(message, section.place_of(name)) from None

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        fields = self._bound.get(tag)
        if fields is None:
            if len(self._bound) >= _CACHE_LIMIT:
                self._bound.clear()
            scope = TagScope.of(tag)
            fields = self._bound[tag] = [(name, value.bind(scope)) for name, value in self._fields.items()]
        out = Batch()
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                for name, compute in fields:
                    record[name] = compute(record, time)
            except (RubyError, ValueError) as error:
                self.emit_error(tag, time, record, error)
                continue
            out.append(time, self._finish(record))
        return out

    def _finish(self, record: Record) -> Record:
        for replace in self.replaces:
            replace.change(record)
        if self.whitelist_keys is not None:
            return {key: record[key] for key in self.whitelist_keys if key in record}
        for key in self.remove_keys:
            record.pop(key, None)
        return record
