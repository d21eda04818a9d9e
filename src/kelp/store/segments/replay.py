"""What a crash left behind: segment files whose documents may or may not be in their tables."""

from pathlib import Path

import orjson

from kelp.common.log import Log
from kelp.store.engine.engine import Engine
from kelp.store.index.files import sync_folder
from kelp.store.ingest.lines import extra_of
from kelp.store.segments.log import Entry, IndexLog
from kelp.store.segments.segment import Segment, parse_name

log = Log("store.segments")


def replay(index_log: IndexLog, engine: Engine) -> int:
    """Take over the segment files of an index, oldest first; returns how many documents they hold."""
    if not index_log.folder.is_dir():
        return 0
    found = []
    for path in index_log.folder.iterdir():
        named = parse_name(path.name)
        if named is None:
            path.unlink()  # left by a rescue
        else:
            found.append((named, path))
    rows = 0
    for (number, created_ms), path in sorted(found):
        segment = Segment(number, path, created_ms)
        entries = _read(segment)
        if segment.rows == 0:
            path.unlink()
            continue
        # It may be in the table already: then only the file was left, or not even the deletions were done.
        segment.failures = 1
        index_log.restore(segment, entries)
        rows += segment.rows
    if found:
        sync_folder(index_log.folder)
        log.info("recovering segments", index=index_log.index.name, segments=len(found), documents=rows)
    return rows


def _read(segment: Segment) -> list[Entry]:
    """Count a segment's lines and read its ids; a torn end, which was never acknowledged, is cut off."""
    content = segment.path.read_bytes()
    entries: list[Entry] = []
    at = 0
    while at < len(content):
        end = content.find(b"\n", at)
        if end < 0:
            break
        line = content[at:end]
        try:
            extra = extra_of(line)
        except (orjson.JSONDecodeError, KeyError, TypeError):
            extra = {}  # unreadable lines are dealt with when the engine refuses the segment
        if "id" in extra:
            deleted = bool(extra.get("d"))
            version = extra.get("v", 1)
            replaces = version > 1 or deleted
            entries.append(Entry(segment.rows, extra["id"], version, deleted, replaces, b""))
        segment.rows += 1
        at = end + 1
    if at < len(content):
        log.warning(
            "cutting off the end of a segment that was being written",
            segment=segment.number,
            bytes=len(content) - at,
        )
        _truncate(segment.path, at)
    segment.size_bytes = at
    return entries


def _truncate(path: Path, size: int) -> None:
    with open(path, "r+b") as file:
        file.truncate(size)
        file.flush()
