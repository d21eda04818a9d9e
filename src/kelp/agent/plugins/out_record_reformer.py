"""The record_reformer output: change records and send them on under a new tag."""

from collections.abc import Callable
from typing import Any

from kelp.agent.config import Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Output, Router, register
from kelp.agent.ruby.numbers import to_i
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.text import to_s
from kelp.agent.ruby.values import NANOS, LentHash, RubyError, RubyTime, is_number
from kelp.agent.transform.placeholders import PlaceholderTemplate
from kelp.agent.transform.ruby import RubyTemplate
from kelp.agent.transform.scope import VARIABLES, TagScope
from kelp.agent.transform.template import (
    NEVER,
    Constant,
    Function,
    HashTemplate,
    Moment,
    Template,
    build,
    structure,
)

_CACHE_LIMIT = 4096
_NAMES = (*VARIABLES, "tags")


@register("output", "record_reformer")
class RecordReformerOutput(Output):
    """Change records and send them on under a new tag. What stands in ${…} is a Ruby expression by default."""

    tag: str = param.string(description="Tag of what is sent on, with placeholders.", alias="output_tag")
    remove_keys: str | None = param.string(None, description="Fields to remove, with commas between.")
    keep_keys: str | None = param.string(
        None, description="Fields to keep with `renew_record`, with commas between."
    )
    renew_record: bool = param.boolean(False, description="Begin with an empty record.")
    renew_time_key: str | None = param.string(
        None, description="Field whose value, in seconds since the epoch, becomes the time of the event."
    )
    enable_ruby: bool = param.boolean(True, description="Take what stands in ${…} as a Ruby expression.")
    auto_typecast: bool = param.boolean(False, description="A lone placeholder keeps the type of its value.")
    records: list[Element] = param.elements("record", description="The fields to set.")

    def configure(self) -> None:
        if self.keep_keys is not None and not self.renew_record:
            raise self.error("option 'keep_keys' needs `renew_record true`", "keep_keys")
        self._kept = self.keep_keys.split(",") if self.keep_keys else []
        self._removed = self.remove_keys.split(",") if self.remove_keys else []
        self._instance: dict[str, Any] = {}
        self._changes = False
        self._warned: set[str] = set()
        self._tag = self._compile("tag", self.tag, self.element)
        # Fluentd 0.12's form has the fields among the options.
        options = {"@id", "@type", "@label", "@log_level", "type"}
        options.update(name for one in self.params.values() for name in (one.name, one.alias) if name)
        inline = [(self.element, name) for name in self.element.attrs if name not in options]
        given = inline + [(section, name) for section in self.records for name in section.attrs]
        for _, name in inline:
            self.element.known.add(name)
        fields: dict[str, tuple[Template, Template]] = {}
        for section, name in given:
            key = self._compile_text(name, is_key=True)
            fields[name] = (key, self._compile(name, structure(section.get(name)), section))
        self._fields = HashTemplate(list(fields.values()))
        self._bound: dict[str, tuple[Function, Function]] = {}

    def _compile(self, name: str, value: Any, section: Element) -> Template:
        try:
            return build(value, self._compile_text)
        except RubySyntaxError as error:
            message = f"option {name!r}: cannot use Ruby {value!r}: {error}"
            raise section.error(message, section.place_of(name)) from None

    def _compile_text(self, text: str, *, is_key: bool) -> Template:
        typecast = self.auto_typecast and not is_key
        if not self.enable_ruby:
            return PlaceholderTemplate(text, typecast=typecast, warn=self._warn, fields=True)
        template = RubyTemplate(text, typecast=typecast, names=_NAMES, kept=self._instance, fields=True)
        self._changes = self._changes or template.changes
        return _Lenient(template, self._failed)

    def _warn(self, placeholder: str) -> None:
        if placeholder not in self._warned and len(self._warned) < _CACHE_LIMIT:
            self._warned.add(placeholder)
            self.log.warning("unknown placeholder found", placeholder=placeholder)

    def _failed(self, error: Exception) -> None:
        self.log.warning("cannot expand a placeholder", error=error)

    def process(self, tag: str, batch: Batch) -> None:
        bound = self._bound.get(tag)
        if bound is None:
            if len(self._bound) >= _CACHE_LIMIT:
                self._bound.clear()
            scope = TagScope.of(tag)
            bound = self._bound[tag] = (self._tag.bind(scope), self._fields.bind(scope))
        groups: dict[str, Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            lent = LentHash(record) if self._changes else record
            moment = RubyTime(time)
            target = bound[0](lent, moment)
            if target is None:
                self.emit_error(tag, time, record, RubyError(f"cannot make a tag from {self.tag!r}"))
                continue
            time, changed = self._changed(time, record, bound[1](lent, moment))
            groups.setdefault(to_s(target), Batch()).append(time, changed)
        for new_tag, group in groups.items():
            self.emit(new_tag, group)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        new_tag = self._tag.bind(TagScope.of(tag))({}, NEVER)
        # Without a tag it is made of fields.
        return [(self.router, "…" if new_tag is None else to_s(new_tag))]

    def _changed(self, time: int, record: Record, values: Record) -> tuple[int, Record]:
        base = {key: record.get(key) for key in self._kept} if self.renew_record else record
        changed = {**base, **values}
        if self.renew_time_key is not None and self.renew_time_key in changed:
            time = _seconds(changed[self.renew_time_key]) * NANOS
        for key in self._removed:
            changed.pop(key, None)
        return time, changed


class _Lenient:
    """A template whose value is nil where its Ruby fails."""

    def __init__(self, template: RubyTemplate, report: Callable[[Exception], None]) -> None:
        self._template = template
        self._report = report

    def bind(self, scope: TagScope) -> Function:
        function = self._template.bind(scope)
        if isinstance(function, Constant):
            return function

        def run(record: Record, time: Moment) -> Any:
            try:
                return function(record, time)
            except (RubyError, ValueError) as error:
                self._report(error)
                return None

        return run


def _seconds(value: Any) -> int:
    """Ruby's to_i."""
    if isinstance(value, str):
        return to_i(value)
    return int(value) if is_number(value) else 0
