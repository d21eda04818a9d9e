"""Fields of records by name or path: `log`, `$.kubernetes.labels.app`, `$['a b'][0]`."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.event import Record

_QUOTED = re.compile(r"\[(?:'([^']*)'|\"([^\"]*)\"|(-?\d+))\]")
_DOTTED = re.compile(r"([^\[\]]*)((?:\[-?\d+\])*)\Z")
Key = str | int


def parse_path(path: str) -> list[Key]:
    """The keys of a field path: one for a bare name, several for `$.a.b` and `$['a'][0]`. Raises ValueError."""
    if path.startswith("$."):
        return _dotted(path)
    if path.startswith("$["):
        return _bracketed(path)
    return [path]


def _dotted(path: str) -> list[Key]:
    keys: list[Key] = []
    for part in path[2:].split("."):
        found = _DOTTED.match(part)
        if found is None:
            raise ValueError(f"a field path with matching brackets, got {path!r}")
        if re.search(r"\s", found[1]):
            raise ValueError(f"a field path without blanks, got {path!r}: write $['…']")
        keys += [found[1]] if found[1] else []
        keys += [int(number) for number in re.findall(r"-?\d+", found[2])]
    if not keys:
        raise ValueError(f"a field path with keys, got {path!r}")
    return keys


def _bracketed(path: str) -> list[Key]:
    keys: list[Key] = []
    at = 1
    while at < len(path):
        found = _QUOTED.match(path, at)
        if found is None:
            raise ValueError(f"a field path with matching brackets and quotes, got {path!r}")
        keys.append(int(found[3]) if found[3] is not None else found[1] if found[1] is not None else found[2])
        at = found.end()
    return keys


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
        key = self._last
        return lambda record: record.get(key)  # type: ignore[arg-type]

    def get(self, record: Record) -> Any:
        """The value of the field; None where it or something on its way is missing."""
        return _step(self._parent(record), self._last)

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
