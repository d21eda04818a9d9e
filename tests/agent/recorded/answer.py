"""Answers recorded cases with Kelp, in the form in which `record.rb` answers them with Fluentd."""

import math
import re
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

from kelp.agent.buffer.chunk import Frame
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import ConfigError, Element, param
from kelp.agent.config.element import USE_DEFAULT
from kelp.agent.config.v0 import parse_v0
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch
from kelp.agent.output.elasticsearch.sender import request_body
from kelp.agent.pipeline.match import compile_tag_patterns
from kelp.agent.plugin.base import Plugin
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugin.filter import Filter
from kelp.agent.plugin.formatter import Formatter
from kelp.agent.plugin.output import Output
from kelp.agent.plugin.parser import ParsedLines, Parser
from kelp.agent.plugins.out_elasticsearch import ElasticsearchOutput

Case = dict[str, Any]
_RECENT_NS = 600 * 10**9


def answer(case: Case) -> Any:
    """`{"got": …}`, or `{"refused": …}` where the configuration is faulty."""
    try:
        return {"got": _KINDS[case["kind"]](case)}
    except ConfigError as error:
        return {"refused": str(error)}


def plain(value: Any) -> Any:
    """A value as JSON holds it: `$hex` for bytes that are no UTF-8, `$float` for NaN and infinities."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"$hex": value.hex()}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]}
    return value


def from_case(value: Any) -> Any:
    """The value a case writes."""
    if isinstance(value, dict):
        if "$hex" in value:
            return bytes.fromhex(value["$hex"])
        return {k: from_case(v) for k, v in value.items()}
    return [from_case(v) for v in value] if isinstance(value, list) else value


def moment(ns: int | None) -> Any:
    """A time within the last minutes is the present."""
    return "now" if ns is None or abs(time.time_ns() - ns) < _RECENT_NS else ns


def _driver(case: Case) -> Driver:
    driver = Driver(case["kind"], case["type"], case.get("options", ""), syntax=case.get("syntax", "v1"))
    driver.collector.has_error_label = True  # Fluentd's test driver takes events with errors, too
    return driver


def _parser(case: Case) -> list[Any]:
    plugin = _driver(case).plugin
    assert isinstance(plugin, Parser)
    lines = [text if isinstance(text, bytes) else text.encode() for text in from_case(case["input"])]
    got = _by_line(plugin.parse_lines(lines), len(lines))
    if all(isinstance(text, str) for text in case["input"]):
        assert _by_line(plugin.parse_texts(case["input"]), len(lines)) == got
    return got


def _by_line(parsed: ParsedLines, count: int) -> list[Any]:
    """What became of each line, as Fluentd's parsers yield it; None where the line does not match."""
    found: list[Any] = [[] for _ in range(count)]
    for line, at, record in zip(parsed.lines, parsed.times, parsed.records, strict=True):
        found[line].append([moment(at), plain(record)])
    for line in parsed.unmatched:
        found[line].append(None)
    for line in parsed.errors:
        found[line] = "raises"
    return found


def _formatter(case: Case) -> list[Any]:
    plugin = _driver(case).plugin
    assert isinstance(plugin, Formatter)
    return [
        plain(plugin.format_batch(tag, Batch([ns], [from_case(record)]))) for tag, ns, record in case["input"]
    ]


def _filter(case: Case) -> dict[str, Any]:
    driver = _driver(case)
    assert isinstance(driver.plugin, Filter)
    driver.start()
    out = Batch()
    for tag, batch in _batches(case):
        out.extend(driver.plugin.filter_batch(tag, batch))
    events = [[moment(t), plain(r)] for t, r in zip(out.times, out.records, strict=True)]
    driver.stop()
    return {"events": events, "later": _emitted(driver), "errors": _errors(driver)}


def _output(case: Case) -> dict[str, Any]:
    driver = _driver(case)
    assert isinstance(driver.plugin, Output)
    driver.start()
    for tag, batch in _batches(case):
        driver.plugin.emit_batch(tag, batch)
    driver.stop()
    return {"events": _emitted(driver), "errors": _errors(driver)}


def _chunk(case: Case) -> dict[str, Any]:
    """What a chunk holds of the events; of the elasticsearch outputs, the lines of their bulk requests."""
    driver = Driver("output", case["type"], case.get("options", ""), syntax=case.get("syntax", "v1"))
    plugin = driver.plugin
    assert isinstance(plugin, BufferedOutput)
    frames = []
    for tag, batch in _batches(case):
        for metadata, part in plugin.sorter.split(tag, batch):
            data = b"".join(plugin.format_records(tag, part, metadata))
            frames.append(Frame(data, len(part)))
    data = (
        request_body(frames) if isinstance(plugin, ElasticsearchOutput) else b"".join(f.data for f in frames)
    )
    return {"data": plain(data), "errors": _errors(driver)}


def _setup(case: Case) -> str:
    """Whether a plugin takes its options; nothing is started."""
    Driver(
        case.get("plugin", "output"), case["type"], case.get("options", ""), syntax=case.get("syntax", "v1")
    )
    return "accepted"


def _batches(case: Case) -> list[tuple[str, Batch]]:
    """The events of a case; neighbours of one tag form a batch."""
    return [
        (tag, Batch([ns for _, ns, _ in group], [from_case(record) for _, _, record in group]))
        for tag, group in ((tag, list(events)) for tag, events in groupby(case["input"], lambda one: one[0]))
    ]


def _emitted(driver: Driver) -> list[Any]:
    return [[tag, moment(ns), plain(record)] for tag, ns, record in driver.collector.events]


def _errors(driver: Driver) -> list[Any]:
    return [[tag, moment(ns), plain(record)] for tag, ns, record, _ in driver.collector.errors]


def _config(case: Case) -> list[Any]:
    parse = parse_v0 if case.get("syntax") == "v0" else parse_v1
    return _tree(parse(case["text"], "case.conf", Path.cwd()))[2:]


def _tree(element: Element) -> list[Any]:
    attrs = [
        [name, {"$": "default"} if attr.value is USE_DEFAULT else attr.value]
        for name, attr in element.attrs.items()
    ]
    return [element.name, element.arg, attrs, [_tree(one) for one in element.elements]]


def _match(case: Case) -> list[bool]:
    matches = compile_tag_patterns(case["pattern"])
    return [matches(tag) for tag in case["input"]]


_DECLARE: dict[str, Callable[..., Any]] = {
    "string": param.string,
    "integer": param.integer,
    "float": param.float,
    "size": param.size,
    "time": param.time,
    "bool": param.boolean,
    "regexp": param.regexp,
    "array": param.array,
    "hash": param.hash,
}


def _value(case: Case) -> list[Any]:
    options = dict(case.get("with", {}))
    if "value_type" in options:
        options["value_type"] = {"bool": "boolean"}.get(options["value_type"], options["value_type"])
    if case["type"] == "enum":
        option = param.enum(options["list"], description="An option.")
    else:
        option = _DECLARE[case["type"]](description="An option.", **options)
    owner = type("Owner", (Plugin,), {"a": option})
    return [_converted(owner, text) for text in case["input"]]


def _converted(owner: type[Plugin], text: str) -> Any:
    element = parse_v1(f"a {text}\n", "case.conf", Path.cwd())
    plugin = owner()
    try:
        plugin.load(element)
    except ConfigError:
        return "raises"
    value = plugin.a  # type: ignore[attr-defined]
    if isinstance(value, re.Pattern):
        return "a pattern"
    return plain(value)


_KINDS: dict[str, Callable[[Case], Any]] = {
    "parser": _parser,
    "formatter": _formatter,
    "filter": _filter,
    "output": _output,
    "config": _config,
    "chunk": _chunk,
    "setup": _setup,
    "match": _match,
    "value": _value,
}
