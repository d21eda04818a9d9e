"""Fields of records by name or path: `log`, `$.kubernetes.labels.app`, `$['a b'][0]`."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.event import Record
from kelp.common.errors import KelpError

Key = str | int


class UnreachableError(KelpError):
    """A field's path leads through a value that holds no fields."""


def parse_path(path: str) -> list[Key]:
    """The keys of a field path: one for a bare name, several for `$.a.b` and `$['a'][0]`. Raises ValueError."""
    if path.startswith("$."):
        return _dotted(path)
    if path.startswith("$["):
        return _bracketed(path)
    return [path]


def _dotted(path: str) -> list[Key]:
    keys: list[Key] = []
    for part in path[2:].rstrip(".").split("."):
        name, bracket, rest = part.partition("[")
        if re.search(r"\s", name):
            raise ValueError(f"a field path without blanks, got {path!r}: write $['…']")
        keys += [] if bracket and not name else [name]
        keys += _in_brackets(rest, path, quotes=False) if bracket else []
    if not keys or path == "$.":
        raise ValueError(f"a field path with keys, got {path!r}")
    return keys


def _bracketed(path: str) -> list[Key]:
    keys = _in_brackets(path[2:], path, quotes=True)
    if not keys:
        raise ValueError(f"a field path with keys, got {path!r}")
    return keys


def _in_brackets(text: str, path: str, *, quotes: bool) -> list[Key]:
    """The keys of `'a'][0]['b']`, read as Fluentd does: what stands between a bracket and the next one is skipped."""
    keys: list[Key] = []
    while text:
        key, text = _one_key(text, path, quotes=quotes)
        keys.append(key)
        if text:
            _, bracket, text = text.partition("[")
            if not bracket:
                raise ValueError(f"a field path with matching brackets, got {path!r}")
    return keys


def _one_key(text: str, path: str, *, quotes: bool) -> tuple[Key, str]:
    """The key at the start of `text`, up to its closing bracket, and what follows."""
    if quotes and text[0] in "\"'":
        end = text.find("']")
        end = text.find('"]') if end < 0 else end
        if end < 0 or text[end] != text[0]:
            raise ValueError(f"a field path with matching brackets and quotes, got {path!r}")
        return text[1:end], text[end + 2 :]
    number, bracket, rest = text.partition("]")
    if not bracket or not re.fullmatch(r"\s*[+-]?\d+\s*", number):
        raise ValueError(f"a field path with matching brackets and quotes, got {path!r}")
    return int(number), rest


class Accessor:
    """Reads, sets and deletes one field of records. Raises ValueError for a broken path."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.keys = parse_path(path)
        self._last = self.keys[-1]
        self._parents = self.keys[:-1]

    @property
    def is_nested(self) -> bool:
        return len(self.keys) > 1

    def getter(self) -> Callable[[Record], Any]:
        """The fastest function from a record to the field's value (None when missing)."""
        if self.is_nested:
            return self.get
        key: Any = self._last
        return lambda record: record.get(key)

    def get(self, record: Record) -> Any:
        """The value of the field; None where it or something on its way is missing."""
        return _step(self._parent(record), self._last)

    def reach(self, record: Record) -> Any:
        """As `get`; raises UnreachableError where Ruby's `dig` would: `$.a.b` where `a` is text."""
        value: Any = record
        for key in self.keys:
            if value is None:
                return None
            if not isinstance(value, dict) and not (isinstance(value, list) and isinstance(key, int)):
                raise UnreachableError(f"cannot reach {self.path} in a {type(value).__name__}")
            value = _step(value, key)
        return value

    def set(self, record: Record, value: Any) -> None:
        """Set the field; no effect where its parent is missing."""
        parent, last = self._parent(record), self._last
        if isinstance(parent, list):
            if isinstance(last, int) and -len(parent) <= last < len(parent):
                parent[last] = value
        elif isinstance(parent, dict):
            parent[last] = value

    def delete(self, record: Record) -> None:
        """Delete the field where it is there."""
        parent = self._parent(record)
        if isinstance(parent, dict):
            parent.pop(self._last, None)
        elif (
            isinstance(parent, list)
            and isinstance(self._last, int)
            and -len(parent) <= self._last < len(parent)
        ):
            del parent[self._last]

    def _parent(self, record: Record) -> Any:
        value: Any = record
        for key in self._parents:
            value = _step(value, key)
        return value


def _step(value: Any, key: Key) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None
