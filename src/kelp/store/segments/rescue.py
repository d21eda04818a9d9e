"""What to do with a segment that the engine refuses: read every line again, and isolate those it cannot read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from kelp.common.log import Log
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.ingest.lines import with_extra, without_extra
from kelp.store.ingest.normalise import Normaliser
from kelp.store.mapping import dates
from kelp.store.mapping.mapping import Mapping
from kelp.store.mapping.merge import RESERVED_KEY
from kelp.store.segments.segment import Segment

log = Log("store.segments")


class Rescue:
    """A copy of a segment, line by line in normal form; `path` is its file."""

    def __init__(self, index: Index, segment: Segment) -> None:
        self.path = segment.path.with_suffix(".rescue")
        self._index = index
        self._segment = segment
        self._lines = segment.path.read_bytes().split(b"\n")[:-1]

    def normalise(self) -> None:
        """Write every line in normal form; the index's `schema_lock` is held."""
        normaliser = Normaliser(self._index)
        for at, line in enumerate(self._lines):
            try:
                document, extra, raw = _parts(line, self._index.mapping)
                written, more = normaliser.line(document, raw)
            except ApiError:
                self._lines[at] = self._source_only(line)
            except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
                log.error("a line is no JSON", segment=self._segment.number, row=at, error=str(error))
                text = orjson.dumps({"unreadable": line.decode("utf-8", "backslashreplace")})
                self._lines[at] = with_extra(b"{}", {"s": text.decode(), "i": ["unreadable"]})
            else:
                self._lines[at] = with_extra(written, {**more, **extra})
        self._write(self.path, self._lines)

    def isolate(self, readable: Callable[[Path], bool]) -> None:
        """Find the lines that `readable` still refuses and keep those documents as `_source` alone."""
        odd = self._refused(0, len(self._lines), readable)
        for at in odd:
            log.warning(
                "keeping a document without columns",
                index=self._index.name,
                segment=self._segment.number,
                row=at,
            )
            self._lines[at] = self._source_only(self._lines[at])
        if odd:
            self._write(self.path, self._lines)

    def _refused(self, start: int, end: int, readable: Callable[[Path], bool]) -> list[int]:
        probe = self.path.with_suffix(".probe")
        self._write(probe, self._lines[start:end])
        fine = readable(probe)
        probe.unlink()
        if fine:
            return []
        if end - start == 1:
            return [start]
        middle = (start + end) // 2
        return self._refused(start, middle, readable) + self._refused(middle, end, readable)

    def _source_only(self, line: bytes) -> bytes:
        document, extra, raw = _parts(line, self._index.mapping)
        overflow: dict[str, list[str]] = {}
        _flatten(document, "", overflow)
        kept: dict[str, Any] = {name: extra[name] for name in ("id", "v") if name in extra}
        self._index.mapping.overflow_paths |= set(overflow)
        return with_extra(b"{}", {**kept, "s": raw.decode("utf-8"), "i": list(overflow), "o": overflow})

    @staticmethod
    def _write(path: Path, lines: list[bytes]) -> None:
        path.write_bytes(b"\n".join(lines) + b"\n")


def _parts(line: bytes, mapping: Mapping) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """The document of a line as it was sent, its id and version, and its JSON text."""
    document = orjson.loads(line)
    extra = document.pop(RESERVED_KEY, {})
    if extra.get("s"):
        raw = extra["s"].encode("utf-8")
    elif _put_back(document, extra.get("a", {}), mapping):
        raw = orjson.dumps(document)
    else:
        raw = without_extra(line, extra)
    kept = {name: extra[name] for name in ("id", "v", "d") if name in extra}
    return orjson.loads(raw), kept, raw


def _put_back(document: dict[str, Any], arrays: dict[str, Any], mapping: Mapping) -> bool:
    """Undo the normal form: arrays stand under the reserved key, dates as `nanoseconds|form`. True if any did."""
    changed = False
    for item in mapping.columns_of_fields():
        level = document
        for key in item.keys[:-1]:
            level = level.get(key) or {}
        value = level.get(item.keys[-1])
        if item.kind == "date" and isinstance(value, str) and "|" in value:
            nanoseconds, _, form = value.partition("|")
            level[item.keys[-1]] = dates.write(int(nanoseconds), form)
            changed = True
        if item.array_column in arrays:
            _put(document, item.keys, arrays[item.array_column])
            changed = True
    return changed


def _put(document: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        document = document.setdefault(key, {})
    document[keys[-1]] = value


def _flatten(value: Any, path: str, into: dict[str, list[str]]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, f"{path}.{key}" if path else key, into)
    elif isinstance(value, list):
        for inner in value:
            _flatten(inner, path, into)
    elif value is not None:
        into.setdefault(path, []).append(value if isinstance(value, str) else orjson.dumps(value).decode())
