"""The record_transformer filter: add, change and remove fields."""

import math
from fractions import Fraction
from typing import Any

from kelp.agent.config import Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.numbers import to_f
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.values import NANOS, LentHash, RubyError, RubyTime
from kelp.agent.transform.placeholders import PlaceholderTemplate
from kelp.agent.transform.ruby import RubyTemplate
from kelp.agent.transform.scope import TagScope
from kelp.agent.transform.template import NEVER, Constant, Function, HashTemplate, Template, build, structure

_CACHE_LIMIT = 4096


@register("filter", "record_transformer")
class RecordTransformerFilter(Filter):
    """Add, change and remove fields. Placeholders stand for parts of the event; `enable_ruby` computes values."""

    makes_records = True

    sees_single_events = False

    remove_keys: list[str] = param.array([], description="Fields to remove, as names or paths such as $.a.b.")
    keep_keys: list[str] | None = param.array(None, description="Fields to keep with `renew_record`.")
    renew_record: bool = param.boolean(False, description="Begin with an empty record.")
    renew_time_key: str | None = param.string(
        None, description="Field whose value, in seconds since the epoch, becomes the time of the event."
    )
    enable_ruby: bool = param.boolean(False, description="Take what stands in ${…} as a Ruby expression.")
    auto_typecast: bool = param.boolean(True, description="A lone placeholder keeps the type of its value.")
    records: list[Element] = param.elements(
        "record", description="The fields to set: any names, values with ${…}."
    )

    def configure(self) -> None:
        if self.keep_keys is not None and not self.renew_record:
            raise self.error("option 'keep_keys' needs `renew_record true`", "keep_keys")
        try:
            self._removed = [Accessor(key) for key in self.remove_keys]
        except ValueError as error:
            raise self.error(f"option 'remove_keys' must be {error}", "remove_keys") from None
        self._warned: set[str] = set()
        self._changes = False
        self._sees_time = any("time" in str(item) for one in self.records for item in one.items())
        self._instance: dict[str, Any] = {}
        self._fields = self._compile()
        self._bound: dict[str, _Bound] = {}

    def _compile(self) -> list[tuple[Template, Template]]:
        fields: dict[str, tuple[Template, Template]] = {}
        for section in self.records:
            for name, raw in section.items():
                try:
                    fields[name] = (
                        self._compile_text(name, is_key=True),
                        build(structure(raw), self._compile_text),
                    )
                except RubySyntaxError as error:
                    message = f"option {name!r}: cannot use Ruby {raw!r}: {error}"
                    raise section.error(message, section.place_of(name)) from None
        return list(fields.values())

    def _compile_text(self, text: str, *, is_key: bool) -> Template:
        typecast = self.auto_typecast and not is_key
        if not self.enable_ruby:
            return PlaceholderTemplate(text, typecast=typecast, warn=self._warn)
        template = RubyTemplate(text, typecast=typecast, kept=self._instance)
        self._changes = self._changes or template.changes
        return template

    def _warn(self, placeholder: str) -> None:
        if placeholder not in self._warned and len(self._warned) < _CACHE_LIMIT:
            self._warned.add(placeholder)
            self.log.warning("unknown placeholder found", placeholder=placeholder)

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        batch = batch.owned()
        bound = self._bound.get(tag)
        if bound is None:
            if len(self._bound) >= _CACHE_LIMIT:
                self._bound.clear()
            bound = self._bound[tag] = _Bound(self._fields, TagScope.of(tag))
        if bound.constants is not None and not self.renew_record and self.renew_time_key is None:
            for record in batch.records:
                record.update(bound.constants)
            return self._remove(batch)
        return self._remove(self._transform(tag, batch, bound.compute))

    def _transform(self, tag: str, batch: Batch, compute: Function) -> Batch:
        out = Batch()
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                lent = LentHash(record) if self._changes else record
                values = compute(lent, RubyTime(time) if self._sees_time else NEVER)
                record = self._base(record) | values if self.renew_record else record
                if not self.renew_record:
                    record.update(values)
                if self.renew_time_key is not None and self.renew_time_key in record:
                    time = _nanoseconds(record[self.renew_time_key])
            except (RubyError, ValueError) as error:
                self.emit_error(tag, time, record, error)
                continue
            out.times.append(time)
            out.records.append(record)
        return out

    def _base(self, record: Record) -> Record:
        return {key: record[key] for key in self.keep_keys or () if key in record}

    def _remove(self, batch: Batch) -> Batch:
        for accessor in self._removed:
            for record in batch.records:
                accessor.delete(record)
        return batch


class _Bound:
    """The fields for one tag; `constants` where nothing depends on the event."""

    def __init__(self, fields: list[tuple[Template, Template]], scope: TagScope) -> None:
        self.compute = HashTemplate(fields).bind(scope)
        bound = [(key.bind(scope), value.bind(scope)) for key, value in fields]
        fixed = all(isinstance(key, Constant) and isinstance(value, Constant) for key, value in bound)
        self.constants = self.compute({}, NEVER) if fixed else None


def _nanoseconds(value: Any) -> int:
    """Seconds as Ruby's to_f reads them; nil is 0."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value * NANOS
    if isinstance(value, str):
        value = to_f(value)
    if value is None:
        return 0
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError(f"cannot take {value!r} as a time in seconds")
    return math.floor(Fraction(value) * NANOS)
