"""The parser filter: parse the text of one field into fields."""

from typing import Any

from kelp.agent.config import Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.parse import Unfit
from kelp.agent.plugin import Filter, ParsedLines, register
from kelp.agent.plugin.accessor import Accessor, UnreachableError
from kelp.agent.plugin.parser import Parsed
from kelp.common.errors import KelpError


class ParserFilterError(KelpError):
    """A field that is missing or does not parse."""


@register("filter", "parser")
class ParserFilter(Filter):
    """Parse the text of one field and put the result in the record's place, or beside it."""

    makes_records = True

    flat_options = ("parser",)

    key_name: str = param.string(
        description="Field whose text is parsed: a name, or a path such as $.kubernetes.log."
    )
    reserve_data: bool = param.boolean(False, description="Keep the other fields of the record.")
    reserve_time: bool = param.boolean(False, description="Keep the time of the event.")
    remove_key_name_field: bool = param.boolean(False, description="Remove `key_name` once it was parsed.")
    inject_key_prefix: str | None = param.string(
        None, description="Text put before the name of every parsed field."
    )
    replace_invalid_sequence: bool = param.boolean(
        False, description="Accepted: text that is not UTF-8 is parsed all the same."
    )
    hash_value_field: str | None = param.string(
        None, description="Field that takes all parsed fields as one hash."
    )
    emit_invalid_record_to_error: bool = param.boolean(
        True, description="Send records that do not parse to @ERROR; without it they are dropped silently."
    )
    parse: Element | None = param.element(
        "parse", required=True, plugin_kind="parser", description="How the text is parsed."
    )

    def configure(self) -> None:
        try:
            self._field = Accessor(self.key_name)
        except ValueError as error:
            raise self.error(f"option 'key_name' must be {error}", "key_name") from None
        self._get = self._field.getter()
        self._reach = self._field.reach if self._field.is_nested else self._get
        self._parser = self.create_parser(self.parse)
        # Parsing many texts at once gives the present for an unknown time, which is what parsers do by default.
        self._takes_many = self.reserve_time or self._parser.estimates_time

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        texts = [self._get(record) for record in batch.records]
        if self._takes_many and set(map(type, texts)) == {str}:
            found = self._parser.parse_texts(texts)
            if not found.errors and not found.unmatched and len(found.lines) == len(texts):
                return self._replaced(batch, found)
        return self._one_by_one(tag, batch)

    def _replaced(self, batch: Batch, found: ParsedLines) -> Batch:
        """The fast path: every text gave one event."""
        if self.remove_key_name_field:
            self._remove_field(batch)
        pairs = zip(batch.records, found.records, strict=True)
        plain = self.inject_key_prefix is None and self.hash_value_field is None
        if self.reserve_data and plain and not batch.shared:
            records = batch.records
            for record, values in pairs:
                record.update(values)
        else:
            records = [self._combined(record, values) for record, values in pairs]
        return Batch(batch.times if self.reserve_time else found.times, records)

    def _remove_field(self, batch: Batch) -> None:
        if self._field.is_nested:
            for record in batch.records:
                self._field.delete(record)
            return
        key: Any = self._field.keys[0]
        for record in batch.records:
            record.pop(key, None)

    def _one_by_one(self, tag: str, batch: Batch) -> Batch:
        out = Batch()
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                value = self._reach(record)
            except UnreachableError as error:
                self.fail(tag, time, record, error, out)
                continue
            try:
                if value is None:
                    self._unmatched(tag, time, record, f"{self.key_name} does not exist", out)
                else:
                    self._parse(tag, time, record, value, out)
            except Unfit as error:
                if self.reserve_data:
                    self._unmatched(tag, time, record, str(error), out)
                elif self.emit_invalid_record_to_error:
                    self.fail(tag, time, record, error, out)
            except (KelpError, ValueError, TypeError, ArithmeticError) as error:
                if self.emit_invalid_record_to_error:
                    self.fail(tag, time, record, error, out)
        return out

    def _parse(self, tag: str, time: int, record: Record, value: Any, out: Batch) -> None:
        if type(value) is not str:
            if (parsed := self._parser.parse_value(value)) is not None:
                self._take(time, record, parsed, out)
                return
            problem = f"cannot parse {self.key_name}: it is a {type(value).__name__}, not text"
            self._unmatched(tag, time, record, problem, out)
            return
        for parsed in self._parser.parse_all(value):
            if parsed is None:
                self._unmatched(tag, time, record, f"pattern not matched with data '{value}'", out)
            else:
                self._take(time, record, parsed, out)

    def _unmatched(self, tag: str, time: int, record: Record, problem: str, out: Batch) -> None:
        if self.emit_invalid_record_to_error:
            self.emit_error(tag, time, dict(record), ParserFilterError(problem))
        if self.reserve_data:
            out.append(time, self._combined(record, {}))

    def _take(self, time: int, record: Record, parsed: Parsed, out: Batch) -> None:
        parsed_time, values = parsed
        if self.remove_key_name_field:
            self._field.delete(record)
        kept_time = time if self.reserve_time or parsed_time is None else parsed_time
        out.append(kept_time, self._combined(record, values))

    def _combined(self, record: Record, values: Record) -> Record:
        if self.inject_key_prefix is not None:
            prefix = self.inject_key_prefix
            values = {prefix + key: value for key, value in values.items()}
        if self.hash_value_field is not None:
            values = {self.hash_value_field: values}
        return {**record, **values} if self.reserve_data else values
