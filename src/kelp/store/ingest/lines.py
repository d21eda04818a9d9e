"""Segment lines: a document's JSON, with what the store adds spliced in at its start."""

from typing import Any

import orjson

from kelp.store.mapping.merge import RESERVED_KEY

_OPENING = b'{"' + RESERVED_KEY.encode() + b'":'


def with_extra(document: bytes, extra: dict[str, Any]) -> bytes:
    """The line of a document: unchanged when there is nothing to add."""
    if not extra:
        return document
    rest = document.lstrip()[1:].lstrip()
    comma = b"" if rest.startswith(b"}") else b","
    return _OPENING + orjson.dumps(extra) + comma + rest


def deletion(document_id: str, version: int) -> bytes:
    """The line that says a document was deleted."""
    return _OPENING + orjson.dumps({"id": document_id, "v": version, "d": 1}) + b"}"


def extra_of(line: bytes) -> dict[str, Any]:
    """What was spliced into a line; `{}` when nothing was."""
    if not line.startswith(_OPENING):
        return {}
    extra: dict[str, Any] = orjson.loads(line)[RESERVED_KEY]
    return extra


def without_extra(line: bytes, extra: dict[str, Any]) -> bytes:
    """The document of a line that `with_extra` made with `extra`, as it was."""
    if not extra:
        return line
    rest = line[len(_OPENING) + len(orjson.dumps(extra)) :]
    return b"{" + rest.removeprefix(b",")
