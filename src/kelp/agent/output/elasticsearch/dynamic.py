"""Options whose `${…}` are Ruby expressions of each event, and the documents they make."""

import copy
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from kelp.agent.event import Record
from kelp.agent.output.elasticsearch.actions import Names
from kelp.agent.output.elasticsearch.bulk import (
    TIMESTAMP,
    BadRecord,
    BulkFormatter,
    IdMissing,
    OnError,
    clean,
    flatten,
    nested_key,
)
from kelp.agent.output.elasticsearch.options import ElasticsearchOptions
from kelp.agent.output.elasticsearch.times import NANOS, Moment, build_record_time, iso8601, local_moment
from kelp.agent.output.json_text import dump_clean
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.compile import Expression, compile_expression
from kelp.agent.ruby.splitting import split
from kelp.agent.ruby.text import text_of
from kelp.agent.ruby.values import EventMoment, RubyError
from kelp.agent.timefmt import TimeFormatter, build_time_formatter

OPERATIONS = ("index", "create", "update", "upsert")
# The options that may hold expressions: those of text.
DYNAMIC = (
    "hosts", "host", "logstash_prefix", "logstash_dateformat", "time_key", "index_name", "tag_key", "type_name_",
    "id_key", "parent_key", "routing_key", "write_operation",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\$\{(.+?)\}")
# Placeholders with these, and those behind them, depend on the event.
_OF_EVENT = re.compile(r"record\[.+\]|tag_parts\[.+\]|time")
_NAMES = ("tag", "tag_parts", "time", "record")

Scope = dict[str, Any]


class DynamicText:
    """Text whose placeholders are Ruby. Raises RubySyntaxError.

    What an expression gives is never looked through for placeholders.
    """

    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        pieces = _PLACEHOLDER.split(text)
        self._sources = pieces[1::2]
        self._parts: list[str | Expression] = [
            compile_expression(piece, (*_NAMES, *variables)) if at % 2 else piece
            for at, piece in enumerate(pieces)
        ]
        self._variables = variables

    def check(self) -> None:
        """Run what depends on no event, as the plugin does when it starts. Raises RubyError."""
        scope = {**dict.fromkeys(_NAMES), **self._variables}
        for source, code in zip(self._sources, self._parts[1::2], strict=True):
            if _OF_EVENT.search(source):
                return
            assert isinstance(code, Expression)
            text_of(code(scope))

    def fill(self, scope: Scope) -> str:
        """The text for an event. Raises RubyError."""
        out = []
        for part in self._parts:
            if isinstance(part, Expression):
                lent = copy.deepcopy(scope) if part.changes else dict(scope)
                part = text_of(part({**lent, **self._variables}))
            out.append(part)
        return "".join(out)


class DynamicOptions:
    """The values that a plugin's options have for one event. Raises RubySyntaxError and RubyError."""

    def __init__(self, options: ElasticsearchOptions, delimiter: str) -> None:
        values = {name: getattr(options, name) for name in DYNAMIC}
        variables = {f"@{name.rstrip('_')}": value for name, value in values.items()}
        self.texts = {
            name: DynamicText(value, variables)
            for name, value in values.items()
            if isinstance(value, str) and _PLACEHOLDER.search(value)
        }
        for text in self.texts.values():
            text.check()
        self._fixed = values
        self._delimiter = delimiter

    def scope(self, tag: str, time: int, record: Record) -> Scope:
        """The variables of the expressions."""
        return {
            "tag": tag,
            "tag_parts": split(tag, self._delimiter),
            "time": EventMoment(time),
            "record": record,
        }

    def fill(self, scope: Scope, *leave: str) -> dict[str, Any]:
        """The values, by the options' names; those to `leave` stay as they are. Raises RubyError."""
        filled = {name: text.fill(scope) for name, text in self.texts.items() if name not in leave}
        return {**self._fixed, **filled}


class DynamicFormatter(BulkFormatter):
    """Documents whose index, id and so on depend on each event."""

    _routing = "routing"
    # Options whose values do not count, so that what their expressions would raise does not, either.
    _unused: tuple[str, ...] = ("type_name_",)

    def __init__(
        self,
        options: ElasticsearchOptions,
        dynamic: DynamicOptions,
        extract: Callable[..., str],
        on_error: OnError,
    ) -> None:
        super().__init__(options, extract, on_error)
        self._dynamic = dynamic
        self._simple = False
        self._time_format = None
        self._record_time = build_record_time(None)

    def set_major_version(self, major: int | None) -> None:
        super().set_major_version(major)
        typed = major is not None and major < 7
        self._routing = "_routing" if typed else "routing"
        self._unused = () if typed else ("type_name_",)

    def _meta_accessors(self, major: int | None) -> list[tuple[str, Callable[[Record], Any]]]:
        """None: they depend on the event. Raises ValueError for a broken path that does not."""
        for name in ("id_key", "parent_key", "routing_key"):
            path = getattr(self._options, name)
            if path and not _PLACEHOLDER.search(path):
                _field(path)
        return []

    def _format_one(self, tag: str, time: int, original: Record, names: Names) -> bytes:
        options = self._options
        record = (
            flatten(original, options.flatten_hashes_separator) if options.flatten_hashes else dict(original)
        )
        try:
            values = self._dynamic.fill(self._dynamic.scope(tag, time, record), *self._unused)
        except RubyError as error:
            raise BadRecord(str(error)) from error
        operation = values["write_operation"]
        if operation not in OPERATIONS:
            raise BadRecord(f"cannot write a document: write_operation {operation!r} is none")
        moment = self._stamped(tag, time, record, values["time_key"]) if self._stamps else local_moment(time)
        index = self._index(moment, values)
        if options.include_tag_key:
            record[values["tag_key"]] = clean(tag)
        meta: dict[str, Any] = {"_index": index.lower()}
        self._actions.set_type(meta, values["type_name_"], values["type_name_"])
        meta.update(self._found(record, values))
        if operation != "index" and "_id" not in meta:
            if options.emit_error_for_missing_id:
                raise IdMissing(self._without_removed(record), options)
            return b""
        self._without_removed(record)
        action = dump_clean({"update" if operation == "upsert" else operation: meta}) + b"\n"
        return self._lines(action, self._body(record, operation), original)

    def _stamped(self, tag: str, time: int, record: Record, time_key: str | None) -> Moment:
        """As `_stamp`, but the field's value becomes `@timestamp` as it is."""
        if TIMESTAMP in record:
            return self._read_time(record[TIMESTAMP], time, tag)
        if time_key is not None and time_key in record:
            if not self._options.time_key_exclude_timestamp:
                record[TIMESTAMP] = record[time_key]
            return self._read_time(record[time_key], time, tag)
        moment = local_moment(time)
        record[TIMESTAMP] = iso8601(moment, self._options.time_precision)
        return moment

    def _index(self, moment: Moment, values: dict[str, Any]) -> str:
        options = self._options
        if not options.logstash_format:
            return str(values["index_name"])
        ns = moment.ns if options.utc_index else moment.ns + moment.offset * NANOS
        date = _date_formatter(values["logstash_dateformat"])(ns)
        return f"{values['logstash_prefix']}{options.logstash_prefix_separator}{date}"

    def _found(self, record: Record, values: dict[str, Any]) -> dict[str, Any]:
        """The id and the like that the record has."""
        wanted = {"_id": "id_key", "_parent": "parent_key", self._routing: "routing_key"}
        found = {}
        for name, option in wanted.items():
            value = _field(values[option])(record) if values[option] else None
            if value is not None and value is not False:
                found[name] = value
        return found


@lru_cache(maxsize=256)
def _date_formatter(form: str) -> TimeFormatter:
    return build_time_formatter(time_format=form, utc=True)


@lru_cache(maxsize=256)
def _field(key: str) -> Callable[[Record], Any]:
    return Accessor(nested_key(key)).getter()
