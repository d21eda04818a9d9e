"""Placeholders without Ruby: `${tag}`, `${tag_parts[1]}`, `${record["key"]}`, `${time}`, `${hostname}`."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from kelp.agent.event import Record
from kelp.agent.ruby.text import to_s
from kelp.agent.transform.scope import TagScope
from kelp.agent.transform.template import Constant, Function, Moment

_PLACEHOLDER = re.compile(r"(\$\{[^}]+\}|__[A-Z_]+__)")
_RECORD = re.compile(r'\$\{record\["(.*)"\]\}', re.DOTALL)
_RESERVED = frozenset(["tag", "tags", "tag_parts", "tag_prefix", "tag_suffix", "hostname", "time", "record"])
_INDEXED = re.compile(r"\$\{(tag_parts|tags|tag_prefix|tag_suffix)\[(0|-?[1-9][0-9]*)\]\}")
Warn = Callable[[str], None]


class PlaceholderTemplate:
    """Text with placeholders; a lone one keeps the type of its value unless `typecast` is off.

    `fields`: `${name}` stands for a field, as `${record["name"]}` does.
    """

    def __init__(self, text: str, *, typecast: bool, warn: Warn, fields: bool = False) -> None:
        self._fields = fields
        self._pieces = _PLACEHOLDER.split(text)
        self._alone = typecast and len(self._pieces) == 3 and self._pieces[0] == self._pieces[2] == ""
        self._warn = warn

    def bind(self, scope: TagScope) -> Function:
        if self._alone:
            return self._placeholder(self._pieces[1], scope)
        merged = _merge(
            self._placeholder(piece, scope) if at % 2 else Constant(piece)
            for at, piece in enumerate(self._pieces)
        )
        if len(merged) == 1 and isinstance(merged[0], str):
            return Constant(merged[0])
        return lambda record, time: "".join(
            [part if isinstance(part, str) else to_s(part(record, time)) for part in merged]
        )

    def _placeholder(self, text: str, scope: TagScope) -> Function:
        if found := _RECORD.fullmatch(text):
            return self._field(text, found[1])
        if text == "${time}":
            return lambda record, time: to_s(time)
        if text == "${tag}":
            return Constant(scope.tag)
        if text == "${hostname}":
            return Constant(scope.hostname)
        if found := _INDEXED.fullmatch(text):
            parts = {
                "tag_parts": scope.parts,
                "tags": scope.parts if self._fields else [],
                "tag_prefix": scope.prefixes,
                "tag_suffix": scope.suffixes,
            }[found[1]]
            at = int(found[2])
            if -len(parts) <= at < len(parts):
                return Constant(parts[at])
        if self._fields and text.startswith("${") and text[2:-1] not in _RESERVED:
            return self._field(text, text[2:-1])
        self._warn(text)
        return Constant(None)

    def _field(self, text: str, key: str) -> Function:
        def read(record: Record, time: Moment) -> Any:
            if key not in record:
                self._warn(text)
            return record.get(key)

        return read


def _merge(pieces: Iterable[Function]) -> list[str | Function]:
    """Join neighbouring constants."""
    merged: list[str | Function] = [""]
    for piece in pieces:
        text = to_s(piece.value) if isinstance(piece, Constant) else None
        if text is None:
            merged += [piece, ""]
        else:
            merged[-1] = f"{merged[-1]}{text}"
    return [piece for piece in merged if piece != ""] or [""]
