"""A value of `<record>` as a function: constants, placeholders, Ruby, and JSON structures of these."""

from collections.abc import Callable
from typing import Any, Protocol

from kelp.agent.event import Record
from kelp.agent.ruby.modules_text import json_parse
from kelp.agent.ruby.text import to_s
from kelp.agent.ruby.values import EventMoment, RubyError, RubyTime
from kelp.agent.transform.scope import TagScope

# The time of an event, as expressions see it.
Moment = RubyTime | EventMoment
Function = Callable[[Record, Moment], Any]
NEVER = RubyTime(0)


class Constant:
    """A value that is the same for every event of a tag."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, record: Record, time: Moment) -> Any:
        return self.value


class Template(Protocol):
    """A value that knows its placeholders; bound to a tag it is a function of the event."""

    def bind(self, scope: TagScope) -> Function:
        """The function for the events of one tag; a Constant where nothing depends on the event."""


class Compile(Protocol):
    """Turns text into a Template; keys of hashes are always text."""

    def __call__(self, text: str, *, is_key: bool) -> Template: ...


class HashTemplate:
    """A JSON object (or the whole `<record>`): keys and values are templates."""

    def __init__(self, pairs: list[tuple[Template, Template]]) -> None:
        self._pairs = pairs

    def bind(self, scope: TagScope) -> Function:
        bound = [(key.bind(scope), value.bind(scope)) for key, value in self._pairs]
        fields = [(to_s(key.value), value) for key, value in bound if isinstance(key, Constant)]
        if len(fields) == len(bound):
            return lambda record, time: {key: value(record, time) for key, value in fields}
        return lambda record, time: {to_s(key(record, time)): value(record, time) for key, value in bound}


class ArrayTemplate:
    """A JSON array of templates."""

    def __init__(self, items: list[Template]) -> None:
        self._items = items

    def bind(self, scope: TagScope) -> Function:
        bound = [item.bind(scope) for item in self._items]
        return lambda record, time: [item(record, time) for item in bound]


class Literal:
    """A number, boolean or null of a JSON structure."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def bind(self, scope: TagScope) -> Function:
        return Constant(self._value)


def build(value: Any, compile_text: Compile) -> Template:
    """The template of a JSON value whose strings are templates."""
    if isinstance(value, str):
        return compile_text(value, is_key=False)
    if isinstance(value, list):
        return ArrayTemplate([build(item, compile_text) for item in value])
    if isinstance(value, dict):
        return HashTemplate(
            [(compile_text(k, is_key=True), build(v, compile_text)) for k, v in value.items()]
        )
    return Literal(value)


def structure(value: Any) -> Any:
    """A value that begins as JSON is JSON; what does not parse stays text, as in Fluentd."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json_parse(value)
        except RubyError:
            return value
    return value
