"""Fluentd 0.12's flat options, lifted into the sections that hold them today."""

import re
from collections.abc import Callable, Mapping

from kelp.agent.config.element import Attr, Element
from kelp.agent.config.values import to_boolean, to_string
from kelp.agent.ruby.json_text import dump_json

# Flat name → name in the section; None: used to compute others.
_BUFFER: dict[str, str | None] = {
    "buffer_type": "@type",
    "buffer_path": "path",
    "num_threads": "flush_thread_count",
    "flush_interval": "flush_interval",
    "try_flush_interval": "flush_thread_interval",
    "queued_chunk_flush_interval": "flush_thread_burst_interval",
    "disable_retry_limit": "retry_forever",
    "retry_limit": "retry_max_times",
    "max_retry_wait": "retry_max_interval",
    "buffer_chunk_limit": "chunk_limit_size",
    "buffer_queue_limit": "queue_limit_length",
    "buffer_queue_full_action": "overflow_action",
    "flush_at_shutdown": "flush_at_shutdown",
    "time_slice_format": None,
    "time_slice_wait": "timekey_wait",
    "timezone": "timekey_zone",
}
_SAME_IN_PARSE = (
    "keys time_key time_format delimiter keep_time_key null_empty_string null_value_pattern json_parser "
    "label_delimiter format_firstline message_key with_priority message_format rfc5424_time_format"
)
_PARSE: dict[str, str | None] = dict.fromkeys(
    ("format", "types", "types_delimiter", "types_label_delimiter", "localtime", "utc")
) | {name: name for name in _SAME_IN_PARSE.split()}
_INJECT: dict[str, str | None] = {
    "include_time_key": None,
    "time_key": "time_key",
    "time_format": "time_format",
    "timezone": "timezone",
    "include_tag_key": None,
    "tag_key": "tag_key",
    "localtime": None,
    "utc": None,
}
_EXTRACT: dict[str, str | None] = {
    "time_key": "time_key",
    "time_format": "time_format",
    "timezone": "timezone",
    "tag_key": "tag_key",
    "localtime": None,
    "utc": None,
}
_SAME_IN_FORMAT = (
    "delimiter force_quotes keys fields json_parser label_delimiter output_time output_tag localtime utc timezone "
    "message_key add_newline output_type"
)
_FORMAT = {"format": "@type"} | {name: name for name in _SAME_IN_FORMAT.split()}
_SLICES = (("%S", "1"), ("%M", "60"), ("%H", "3600"), ("%d", "86400"))


def lift_flat_options(element: Element, kinds: tuple[str, ...], default_chunk_key: str = "") -> None:
    """Add the sections that the flat options of `element` describe, unless they stand there already.

    `kinds`: parser, buffer, inject, extract, formatter. Raises ConfigError.
    """
    for kind in kinds:
        _LIFTS[kind](element, default_chunk_key)


def _missing(element: Element, tag: str, names: Mapping[str, str | None]) -> bool:
    """Whether `tag` is to be made: it does not stand there and some flat option of it does."""
    return not any(e.name == tag for e in element.elements) and any(name in element.attrs for name in names)


def _copy(element: Element, tag: str, names: Mapping[str, str | None]) -> Element:
    """A new section with the renamed options, each still standing where it was written."""
    section = element.implied(tag)
    for flat, name in names.items():
        if flat in element.attrs:
            attr = element.attrs[flat]
            attr.used = True
            if name is not None:
                section.attrs[name] = Attr(attr.value, attr.file, attr.line)
    element.elements.append(section)
    return section


def _flag(element: Element, name: str) -> bool:
    return name in element.attrs and bool(to_boolean(element.get(name)))


def _set_zone(
    element: Element, section: Element, name: str, *, means_utc: bool = False, may_agree: bool = False
) -> None:
    """Turn flat `localtime`/`utc` into the section's option `name`; both may stand there if they `may_agree`."""
    local, utc = element.attr("localtime"), element.attr("utc")
    if local and utc and not (may_agree and (local.value == "false") != (utc.value == "false")):
        raise element.error("both utc and localtime are given, use only one", utc.place)
    if local or utc:
        is_local = _flag(element, "localtime") if local else not _flag(element, "utc")
        section.set(name, "true" if is_local != means_utc else "false", local or utc)


def _lift_buffer(element: Element, default_chunk_key: str) -> None:
    if not _missing(element, "buffer", _BUFFER):
        return
    buffer = _copy(element, "buffer", _BUFFER)
    buffer.arg = default_chunk_key
    if buffer.attrs.get("overflow_action") and buffer.attrs["overflow_action"].value == "exception":
        buffer.attrs["overflow_action"].value = "throw_exception"
    slice_format = element.attr("time_slice_format")
    if slice_format is not None:
        text = to_string(slice_format.value)
        timekey = next((seconds for unit, seconds in _SLICES if unit in text), None)
        if timekey is None:
            raise element.error("time_slice_format with only %Y or %m is too long", slice_format.place)
        buffer.arg = "time"
        buffer.set("timekey", timekey, slice_format)
        _set_zone(element, buffer, "timekey_use_utc", means_utc=True)
    elif default_chunk_key == "time":
        buffer.set("timekey", "86400")


def _lift_parser(element: Element, _: str) -> None:
    if not _missing(element, "parse", _PARSE):
        return
    parse = _copy(element, "parse", _PARSE)
    form = element.attr("format")
    if form is not None and form.value is not None:
        text = to_string(form.value)
        if text.startswith("/") and text.endswith("/"):
            parse.set("@type", "regexp", form)
            parse.set("expression", text[1:-1], form)
        else:
            parse.set("@type", text, form)
    # Fluentd's own multiline parser takes its numbered patterns straight from the flat form.
    for name in [name for name in element.attrs if re.fullmatch(r"format\d+", name)]:
        parse.set(name, element.get(name), element.attr(name))
    if parse.get("@type") == "multi_format":
        parse.elements += element.children("pattern")
    types = element.attr("types")
    if types is not None:
        delimiter = element.get("types_delimiter") or ","
        label = element.get("types_label_delimiter") or ":"
        pairs = [pair.split(label, 1) for pair in to_string(types.value).split(delimiter) if pair]
        parse.set("types", dump_json({pair[0]: pair[1] if pair[1:] else None for pair in pairs}), types)
    _set_zone(element, parse, "localtime")


def _lift_inject(element: Element, _: str) -> None:
    if not _missing(element, "inject", _INJECT):
        return
    inject = _copy(element, "inject", _INJECT)
    if _flag(element, "include_time_key"):
        inject.attrs.setdefault("time_key", Attr("time"))
        inject.attrs.setdefault("time_type", Attr("string"))
    if _flag(element, "time_as_epoch"):
        inject.attrs.setdefault("time_key", Attr("time"))
        inject.set("time_type", "unixtime")
    _set_zone(element, inject, "localtime", may_agree=True)
    if _flag(element, "include_tag_key"):
        inject.attrs.setdefault("tag_key", Attr("tag"))


def _lift_extract(element: Element, _: str) -> None:
    if not _missing(element, "extract", _EXTRACT | {"format": None}):
        return
    form = element.get("format")
    extract = _copy(element, "extract", _EXTRACT)
    if _flag(element, "time_as_epoch"):
        extract.attrs.setdefault("time_key", Attr("time"))
        extract.set("time_type", "unixtime")
    elif isinstance(form, str) and form.startswith("/") and form.endswith("/"):
        extract.attrs.setdefault("time_key", Attr("time"))
        extract.attrs.setdefault("time_type", Attr("string"))
    _set_zone(element, extract, "localtime")


def _lift_formatter(element: Element, _: str) -> None:
    if not _missing(element, "format", _FORMAT):
        return
    section = _copy(element, "format", _FORMAT)
    if _flag(element, "time_as_epoch"):
        section.set("time_type", "unixtime")


_LIFTS: dict[str, Callable[[Element, str], None]] = {
    "parser": _lift_parser,
    "buffer": _lift_buffer,
    "inject": _lift_inject,
    "extract": _lift_extract,
    "formatter": _lift_formatter,
}
