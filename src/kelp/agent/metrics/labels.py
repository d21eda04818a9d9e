"""Label values of events: constants, field paths (`$.a.b`) and placeholders (`${tag}`, `${key}`)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from kelp.agent.event import Record
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.text import to_s
from kelp.agent.transform.scope import TagScope

_PLACEHOLDER = re.compile(r"\$\{[^\[}]+(?:\[[^\]]+\])?\}")
_INDEXED = re.compile(r"\$\{(tag_parts|tag_prefix|tag_suffix)\[(-?\d+)\]\}")
_OF_TAG = re.compile(r"\$\{tag(?:_parts|_prefix|_suffix)?(?:\[[^\]]*\])?\}")
_FIELD = re.compile(r"\$\{([^\[}]+)(?:\[(?:\"([^\"]*)\"|(-?\d+))\])?\}")

# From an event's record to the value of one label.
LabelFunction = Callable[[Record], str]
Values = tuple[str, ...]


class Label:
    """The value of one label, yet to be bound to a tag. Raises ValueError for a broken field path."""

    def __init__(self, text: str, worker_id: int, warn: Callable[[str], None]) -> None:
        self.text = text
        self.accessor = Accessor(text) if text.startswith(("$.", "$[")) else None
        self._worker_id = str(worker_id)
        self._warn = warn

    @property
    def is_dynamic(self) -> bool:
        """Whether it depends on the event, so that its values are unknown before the first one."""
        return self.accessor is not None or (
            self.text.startswith("${") and self.text not in ("${worker_id}", "${hostname}")
        )

    def constant(self) -> str:
        """The value of a label that depends on no event."""
        return to_s(self.bind(TagScope.of("")))

    def bind(self, scope: TagScope) -> str | LabelFunction:
        """The value for a tag: text where no field is used."""
        if self.accessor is not None:
            get = self.accessor.getter()
            return lambda record: to_s(get(record))
        pieces: list[str | LabelFunction] = []
        end = 0
        for found in _PLACEHOLDER.finditer(self.text):
            pieces += [self.text[end : found.start()], self._placeholder(found[0], scope)]
            end = found.end()
        pieces.append(self.text[end:])
        if all(isinstance(piece, str) for piece in pieces):
            return "".join(map(str, pieces))
        return lambda record: "".join([one if isinstance(one, str) else one(record) for one in pieces])

    def _placeholder(self, text: str, scope: TagScope) -> str | LabelFunction:
        known = {"${tag}": scope.tag, "${hostname}": scope.hostname, "${worker_id}": self._worker_id}
        if text in known:
            return known[text]
        if _OF_TAG.fullmatch(text):
            value = _tag_part(text, scope)
            if value is None:
                self._warn(text)
            return text if value is None else value
        found = _FIELD.fullmatch(text)
        if found is None:
            self._warn(text)
            return text
        return self._field(text, found)

    def _field(self, text: str, found: re.Match[str]) -> LabelFunction:
        name, key, index = found[1], found[2], found[3]

        def read(record: Record) -> str:
            value: Any = record.get(name, _MISSING)
            if key is not None:
                value = value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
            elif index is not None:
                fits = isinstance(value, list) and -len(value) <= int(index) < len(value)
                value = value[int(index)] if fits else _MISSING
            elif isinstance(value, list | dict):
                value = _MISSING
            if value is _MISSING:
                self._warn(text)
                return text
            return to_s(value)

        return read


_MISSING = object()


def _tag_part(text: str, scope: TagScope) -> str | None:
    """The part of the tag; prefixes and suffixes count from the front only, and suffixes by their length."""
    found = _INDEXED.fullmatch(text)
    if found is None:
        return None
    at = int(found[2])
    parts = {
        "tag_parts": scope.parts,
        "tag_prefix": scope.prefixes,
        "tag_suffix": scope.suffixes[::-1],
    }[found[1]]
    least = -len(parts) if found[1] == "tag_parts" else 0
    return parts[at] if least <= at < len(parts) else None


class LabelSet:
    """The labels of a metric, bound to tags as they appear."""

    _CACHE_LIMIT = 4096

    def __init__(self, labels: Mapping[str, Label]) -> None:
        self.labels = dict(labels)
        self._bound: dict[str, Values | list[str | LabelFunction]] = {}

    def bind(self, tag: str) -> Values | Callable[[Record], Values]:
        """The values for a tag, or a function from a record to them."""
        bound = self._bound.get(tag)
        if bound is None:
            if len(self._bound) >= self._CACHE_LIMIT:
                self._bound.clear()
            scope = TagScope.of(tag)
            functions = [label.bind(scope) for label in self.labels.values()]
            fixed = tuple(one for one in functions if isinstance(one, str))
            bound = self._bound[tag] = fixed if len(fixed) == len(functions) else functions
        if isinstance(bound, tuple):
            return bound
        functions = bound
        return lambda record: tuple([one if isinstance(one, str) else one(record) for one in functions])
