"""The record_reformer output: change records and send them on under a new tag."""

from typing import Any

from kelp.agent.config import ConfigError, Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Output, Router, register
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.values import RubyError, to_s
from kelp.agent.transform.placeholders import PlaceholderTemplate
from kelp.agent.transform.ruby import RubyTemplate
from kelp.agent.transform.scope import TagScope
from kelp.agent.transform.template import Function, HashTemplate, Template, build

_CACHE_LIMIT = 4096


@register("output", "record_reformer")
class RecordReformerOutput(Output):
    """Change records and send them on under a new tag. What stands in ${…} is a Ruby expression by default."""

    tag: str = param.string(description="Tag of what is sent on, with placeholders.", alias="output_tag")
    remove_keys: list[str] = param.array([], description="Fields to remove.")
    keep_keys: list[str] = param.array([], description="Fields to keep with `renew_record`.")
    renew_record: bool = param.boolean(False, description="Begin with an empty record.")
    enable_ruby: bool = param.boolean(True, description="Take what stands in ${…} as a Ruby expression.")
    auto_typecast: bool = param.boolean(False, description="A lone placeholder keeps the type of its value.")
    records: list[Element] = param.elements("record", description="The fields to set.")

    def configure(self) -> None:
        self._tag = self._compile("tag", self.tag, self.element)
        # Fluentd 0.12's form has the fields among the options.
        known = {*self.element.known, "type", "id", "log_level"}
        inline = [(self.element, name) for name in self.element.attrs if name not in known]
        given = inline + [(section, name) for section in self.records for name in section.attrs]
        fields: dict[str, tuple[Template, Template]] = {}
        for section, name in given:
            key = self._compile_text(name, is_key=True)
            fields[name] = (key, self._compile(name, section.get(name), section))
        self._fields = HashTemplate(list(fields.values()))
        self._bound: dict[str, tuple[Function, Function]] = {}

    def _compile(self, name: str, value: Any, section: Element) -> Template:
        try:
            return build(value, self._compile_text)
        except RubySyntaxError as error:
            message = f"{section.title()}: option {name!r}: cannot use Ruby {value!r}: {error}"
            raise ConfigError(message, section.place_of(name)) from None

    def _compile_text(self, text: str, *, is_key: bool) -> Template:
        typecast = self.auto_typecast and not is_key
        if self.enable_ruby:
            return RubyTemplate(text, typecast=typecast)
        return PlaceholderTemplate(text, typecast=typecast, warn=self._warn)

    def _warn(self, placeholder: str) -> None:
        self.log.debug("unknown placeholder found", placeholder=placeholder)

    def process(self, tag: str, batch: Batch) -> None:
        bound = self._bound.get(tag)
        if bound is None:
            if len(self._bound) >= _CACHE_LIMIT:
                self._bound.clear()
            scope = TagScope.of(tag)
            bound = self._bound[tag] = (self._tag.bind(scope), self._fields.bind(scope))
        new_tag, compute = bound
        groups: dict[str, Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                target, values = to_s(new_tag(record, time)), compute(record, time)
            except (RubyError, ValueError) as error:
                self.emit_error(tag, time, record, error)
                continue
            groups.setdefault(target, Batch()).append(time, self._changed(record, values))
        for target, group in groups.items():
            self.emit(target, group)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        try:
            return [(self.router, to_s(self._tag.bind(TagScope.of(tag))({}, 0)))]
        except (RubyError, ValueError):  # the tag is made of fields
            return [(self.router, "…")]

    def _changed(self, record: Record, values: Record) -> Record:
        base = {key: record[key] for key in self.keep_keys if key in record} if self.renew_record else record
        changed = {**base, **values}
        for key in self.remove_keys:
            changed.pop(key, None)
        return changed
