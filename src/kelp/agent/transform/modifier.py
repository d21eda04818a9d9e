"""What the record_modifier filter and output share: fields computed by Ruby, text replaced, fields removed."""

import codecs
import contextlib
from typing import Any

from kelp.agent.config import Element, Section, param
from kelp.agent.event import Record
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.plugin.base import Plugin
from kelp.agent.ruby.compile import compile_expression
from kelp.agent.ruby.patterns import replaced
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.values import EventMoment, RubyError, class_name
from kelp.agent.transform.encoding import Recode, recoder
from kelp.agent.transform.ruby import QUOTES, RubyTemplate
from kelp.agent.transform.scope import TagScope
from kelp.agent.transform.template import Function

_CACHE_LIMIT = 4096
NAMES = ("tag", "time", "record", "tag_parts")


class ReplaceSection(Section):
    """Text to replace in one field."""

    key: str = param.string(description="Field whose text is changed.")
    expression: str = param.string(description="What to replace: a regular expression, in slashes.")
    replace: str = param.string(description="What stands there instead; \\1 … are groups of the expression.")

    def configure(self) -> None:
        text = self.expression
        bare = text[1:-1] if len(text) > 1 and text.startswith("/") and text.endswith("/") else text
        try:
            self._pattern = compile_regexp(bare)
        except ValueError as error:
            raise self.error(f"option 'expression': cannot compile {bare!r}: {error}", "expression") from None

    def change(self, record: Record) -> None:
        """Raises RubyError for a value that is no text."""
        value = record.get(self.key)
        if isinstance(value, str):
            record[self.key] = replaced(value, self._pattern, self.replace)
        elif value is not None:
            raise RubyError(f"no implicit conversion of {class_name(value)} into String")


class RecordModifier(Plugin):
    """Options and work of both plugins."""

    remove_keys: list[str] | None = param.array(
        None, description="Fields to remove, as names or paths such as $.a.b."
    )
    whitelist_keys: str | None = param.string(
        None, description="The only fields to keep besides those of `<record>`, with commas between."
    )
    char_encoding: str | None = param.string(
        None, description="Encoding of the text; `from:to` reads text as `from` and writes it in `to`."
    )
    prepare_value: str | None = param.string(
        None, description="Ruby code run at the start, for its instance variables (@name)."
    )
    auto_typecast: bool = param.boolean(True, description="A lone ${…} keeps the type of its value.")
    records: list[Element] = param.elements("record", description="The fields to set, one after the other.")
    replaces: list[ReplaceSection] = param.sections("replace", ReplaceSection, description="Text to replace.")

    def configure(self) -> None:
        if self.remove_keys is not None and self.whitelist_keys is not None:
            raise self.error("remove_keys and whitelist_keys are exclusive", "whitelist_keys")
        try:
            self._removed = [Accessor(key) for key in self.remove_keys or []]
        except ValueError as error:
            raise self.error(f"option 'remove_keys' must be {error}", "remove_keys") from None
        self._recode: Recode | None = self._recoder()
        self._fields: dict[str, RubyTemplate] = {}
        for section in self.records:
            for name, value in section.items():
                self._fields[name] = self._compile(section, name, value)
        self._kept: list[str] | None = None
        if self.whitelist_keys is not None:
            self._kept = [key.strip() for key in self.whitelist_keys.split(",")] + list(self._fields)
        self._bound: dict[str, list[tuple[str, Function]]] = {}

    def _recoder(self) -> Recode | None:
        if self.char_encoding is None:
            return None
        source, _, target = self.char_encoding.partition(":")
        try:
            for name in filter(None, (source, target)):
                codecs.lookup(name)
        except LookupError:
            raise self.error(f"unknown encoding in {self.char_encoding!r}", "char_encoding") from None
        if not target and codecs.lookup(source).name == "utf-8":
            return None
        # Without a second encoding, texts are only said to be of the first one: their bytes stay.
        return recoder(source, target) if target else None

    def _compile(self, section: Element, name: str, value: Any) -> RubyTemplate:
        # Instance variables belong to one field, as does what prepare_value leaves in them.
        kept: dict[str, Any] = {}
        try:
            self._prepare(kept)
            template = RubyTemplate(
                value or "", typecast=self.auto_typecast, quotes=QUOTES, names=NAMES, kept=kept
            )
        except RubySyntaxError as error:
            message = f"option {name!r}: cannot use Ruby {value!r}: {error}"
            raise section.error(message, section.place_of(name)) from None
        self._try_out(template)
        return template

    def _prepare(self, kept: dict[str, Any]) -> None:
        if self.prepare_value is None:
            return
        try:
            code = compile_expression(self.prepare_value, ())
            env: dict[str, Any] = {}
            code(env)
        except (RubySyntaxError, RubyError) as error:
            raise self.error(f"option 'prepare_value': cannot use Ruby: {error}", "prepare_value") from None
        kept.update({name: env[name] for name in code.kept if name in env})

    def _try_out(self, template: RubyTemplate) -> None:
        """Run it once without an event, as Fluentd's plugin does: what it counts in an instance variable shows."""
        with contextlib.suppress(RubyError, ValueError):
            template.run_without_event(NAMES)

    def modified(self, tag: str, time: int, record: Record) -> Record:
        """The record, changed. Raises RubyError, ValueError."""
        moment = EventMoment(time)
        for name, compute in self._fields_of(tag):
            record[name] = compute(record, moment)
        return self._finish(record)

    def _fields_of(self, tag: str) -> list[tuple[str, Function]]:
        fields = self._bound.get(tag)
        if fields is None:
            if len(self._bound) >= _CACHE_LIMIT:
                self._bound.clear()
            scope = TagScope.of(tag)
            fields = self._bound[tag] = [(name, value.bind(scope)) for name, value in self._fields.items()]
        return fields

    def _finish(self, record: Record) -> Record:
        if self._kept is not None:
            record = {key: record[key] for key in self._kept if key in record}
        for accessor in self._removed:
            accessor.delete(record)
        for replace in self.replaces:
            replace.change(record)
        return self._recode(record) if self._recode else record
