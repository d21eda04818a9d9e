"""Placeholders in options: `${tag}`, `${tag[1]}`, `${key}`, `${chunk_id}`, `%Y%m%d`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kelp.agent.buffer.metadata import Metadata
from kelp.agent.plugin import UnrecoverableError
from kelp.agent.timefmt import TimeFormatter, build_time_formatter
from kelp.common.log import Log

_KEY = re.compile(r"\$\{([-_.@$a-zA-Z0-9]+)\}")
_TAG = re.compile(r"\$\{(tag(?:\[-?\d+\])?)\}")
_CHUNK_ID = "${chunk_id}"
_INVALID_COMPONENT = re.compile(r"\.\.[/\\]|^[/\\]", re.MULTILINE)
_PARENT = re.compile(r"\.\.[/\\]")
_NOT_KEYS = ("tag", "chunk_id")
_BASE = 1_451_606_400  # 2016-01-01T00:00:00Z
_UNITS = ((1, "second", "%S"), (60, "minute", "%M"), (3600, "hour", "%H"), (86400, "day", "%d"))


@dataclass(slots=True)
class ChunkKeys:
    """The keys of `<buffer …>`: what the events of a chunk have in common."""

    tag: bool = False
    fields: tuple[str, ...] = ()
    timekey: int | None = None
    utc: bool = False
    timezone: str | None = None


def tag_parts(text: str) -> list[int]:
    """The positions of `${tag[n]}` in `text`, sorted; -1 also stands for `${tag}`."""
    found = []
    for name in _TAG.findall(text):
        found.append(-1 if name == "tag" else int(name[4:-1]))
    return sorted(found)


def field_keys(text: str) -> list[str]:
    """The chunk keys that `text` names, sorted."""
    return sorted(key for key in _KEY.findall(text) if key not in _NOT_KEYS)


def time_unit(text: str) -> tuple[int, str, str] | None:
    """(seconds, name, example) of the finest time placeholder in `text`, None if there is none."""
    render = build_time_formatter(time_format=text, utc=True)
    base = render(_BASE * 10**9)
    for unit in _UNITS:
        if render((_BASE + unit[0]) * 10**9) != base:
            return unit
    return None


def faults(name: str, text: str, keys: ChunkKeys) -> list[str]:
    """What is wrong with the placeholders of option `name`, in Fluentd's terms; empty if nothing is."""
    return [fault for fault in (
        time_fault(name, text, keys), _tag_fault(name, text, keys), _fields_fault(name, text, keys)
    ) if fault]  # fmt: skip


def depends_on_chunk(text: str, keys: ChunkKeys) -> bool:
    """Whether the time, the tag or the record keys in `text` are exactly those that tell chunks apart."""
    by_time = keys.timekey is not None and time_unit(text) is not None and not time_fault("", text, keys)
    by_tag = keys.tag and bool(tag_parts(text))
    by_fields = bool(keys.fields) and not _fields_fault("", text, keys)
    return by_time or by_tag or by_fields


def time_fault(name: str, text: str, keys: ChunkKeys) -> str | None:
    """What is wrong with the time placeholders."""
    unit = time_unit(text)
    option = f"option {name!r} ({text})"
    if unit is None:
        if keys.timekey is not None:
            return f"{option} has no time placeholder for timekey {keys.timekey}; add one such as %Y%m%d%H%M"
        return None
    if keys.timekey is None:
        return (
            f"{option} has time placeholders, but 'time' is no chunk key; write <buffer time> with a timekey"
        )
    if keys.timekey < unit[0]:
        return f"{option} has no placeholder for {unit[1]} ({unit[2]}), which timekey {keys.timekey} needs"
    return None


def _tag_fault(name: str, text: str, keys: ChunkKeys) -> str | None:
    parts = tag_parts(text)
    if keys.tag and not parts:
        return (
            f"option {name!r} ({text}) has no tag placeholder; add ${{tag}}, or take tag off the chunk keys"
        )
    if parts and not keys.tag:
        return f"option {name!r} ({text}) has tag placeholders, but 'tag' is no chunk key; write <buffer tag>"
    return None


def _fields_fault(name: str, text: str, keys: ChunkKeys) -> str | None:
    named = set(field_keys(text))
    missing = sorted(set(keys.fields) - named)
    if missing:
        return f"option {name!r} ({text}) has no placeholders for the chunk keys {', '.join(missing)}"
    unknown = sorted(named - set(keys.fields))
    if unknown:
        return f"option {name!r} ({text}) has placeholders that are no chunk keys: {', '.join(unknown)}"
    return None


@dataclass(slots=True)
class Placeholders:
    """Fills placeholders from a chunk's metadata; keeps the compiled time formats."""

    keys: ChunkKeys
    log: Log
    _formats: dict[str, TimeFormatter] = field(default_factory=dict)

    def uses(self, text: str) -> bool:
        """Whether `text` depends on the chunk."""
        if self.keys.timekey is not None and time_unit(text) is not None:
            return True
        return _CHUNK_ID in text or bool(_KEY.search(text) or _TAG.search(text))

    def extract(self, text: str, metadata: Metadata, chunk_id: str = "") -> str:
        """`text` with its placeholders filled.

        Unknown ones are logged and left (tag) or emptied (keys), as in Fluentd. Raises UnrecoverableError when a
        value would lead out of the folder (`../` or a leading slash).
        """
        if metadata == (None, None, None):
            return text.replace(_CHUNK_ID, chunk_id, 1)
        out = text
        if self.keys.timekey is not None and metadata.timekey is not None:
            out = self._time(text, metadata.timekey)
        if self.keys.tag and metadata.tag is not None and "${tag" in text:
            out = self._tag(out, text, metadata.tag)
        out = out.replace(_CHUNK_ID, chunk_id, 1)
        if metadata.variables:
            out = self._fields(out, text, metadata.variables)
        if left := _KEY.search(out):
            self.log.warning("chunk key placeholder not replaced", placeholder=left[1], template=text)
        return out

    def _time(self, text: str, timekey: int) -> str:
        formatter = self._formats.get(text)
        if formatter is None:
            keys = self.keys
            zone = "+0000" if keys.utc else keys.timezone
            formatter = self._formats[text] = build_time_formatter(time_format=text, timezone=zone)
        return formatter(timekey * 1_000_000_000)

    def _tag(self, out: str, text: str, tag: str) -> str:
        _check_component("tag", tag)
        parts = tag.split(".")
        values = {"tag": tag}
        for number, part in enumerate(parts):
            values[f"tag[{number}]"] = values[f"tag[{number - len(parts)}]"] = part

        def replace(match: re.Match[str]) -> str:
            if match[1] not in values:
                self.log.warning("tag placeholder not replaced", placeholder=match[1], tag=tag, template=text)
            return values.get(match[1], "")

        return _TAG.sub(replace, out)

    def _fields(self, out: str, text: str, variables: Sequence[tuple[str, object]]) -> str:
        values = dict(variables)

        def replace(match: re.Match[str]) -> str:
            if match[1] in _NOT_KEYS:
                return match[0]
            if match[1] not in values:
                self.log.warning("chunk key placeholder not replaced", placeholder=match[1], template=text)
            value = _text(values.get(match[1]))
            _check_component(match[0], value)
            return value

        filled = _KEY.sub(replace, out)
        if len(_PARENT.findall(filled)) > len(_PARENT.findall(text)):
            raise UnrecoverableError(
                f"cannot fill placeholders of {text!r}: the result {filled!r} leaves its folder"
            )
        return filled


def _text(value: object) -> str:
    """A value as Ruby's to_s writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _check_component(name: str, value: str) -> None:
    if _INVALID_COMPONENT.search(value):
        raise UnrecoverableError(f"cannot fill placeholder {name} with {value!r}: it would leave its folder")
