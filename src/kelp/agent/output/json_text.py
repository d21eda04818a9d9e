"""Records as JSON text, whatever they hold."""

import json
from typing import Any

import orjson

from kelp.agent.event import Record
from kelp.agent.ruby.text import to_s

_GAP = b"\n" * 8  # the longer, the faster it is found
_BREAK = orjson.Fragment(_GAP)


def dump(record: Record) -> bytes:
    """Compact JSON in UTF-8. Bytes that were no UTF-8 when read come out as they were."""
    try:
        return orjson.dumps(record)
    except TypeError:
        return _slow(record).encode("utf-8", "surrogateescape")


def dump_clean(record: Record | list[Any]) -> bytes:
    """Compact JSON in valid UTF-8: what was no UTF-8 becomes U+FFFD."""
    try:
        return orjson.dumps(record)
    except TypeError:
        return _slow(record).encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def dump_open(records: list[Record]) -> list[bytes]:
    """Each record as `dump_clean` writes it but for its closing brace, so that fields can be added.

    All are encoded at one go, apart by newlines, which no JSON text of orjson has.
    """
    if not records:
        return []
    mixed: list[Any] = [_BREAK] * (2 * len(records))
    mixed[::2] = records
    try:
        texts = orjson.dumps(mixed).split(b"}," + _GAP + b",")
    except TypeError:
        return [dump_clean(record)[:-1] for record in records]
    texts[0] = texts[0].removeprefix(b"[")
    texts[-1] = texts[-1].removesuffix(b"}," + _GAP + b"]")
    return texts


def _slow(record: Record | list[Any]) -> str:
    """For what orjson refuses: lone surrogates, integers beyond 64 bits, bytes, keys that are no strings."""
    return json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else to_s(key)
