"""Answers recorded cases with Kelp, in the form in which `record.rb` answers them with Fluentd."""

import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from kelp.agent.buffer.chunk import Frame
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import ConfigError, Element, param
from kelp.agent.config.compat import lift_flat_options
from kelp.agent.config.element import USE_DEFAULT
from kelp.agent.config.v0 import parse_v0
from kelp.agent.config.v1 import parse_v1
from kelp.agent.config.values import strict_values
from kelp.agent.config.yaml_form import parse_yaml
from kelp.agent.event import Batch
from kelp.agent.output.elasticsearch.sender import request_body
from kelp.agent.pipeline.assemble import Assembly, assemble
from kelp.agent.pipeline.match import compile_tag_patterns
from kelp.agent.pipeline.router import Route
from kelp.agent.plugin.base import Plugin
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugin.filter import Filter
from kelp.agent.plugin.formatter import Formatter
from kelp.agent.plugin.output import Output
from kelp.agent.plugin.parser import ParsedLines, Parser
from kelp.agent.plugins.out_elasticsearch import ElasticsearchOutput
from kelp.common.errors import KelpError

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
    if isinstance(value, str) and _has_bytes(value):
        return {"$hex": value.encode("utf-8", "surrogateescape").hex()}
    if isinstance(value, dict):
        return {k if isinstance(k, str) else str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]}
    return value


def _has_bytes(text: str) -> bool:
    """Whether text holds bytes that were no UTF-8."""
    return any("\udc80" <= char <= "\udcff" for char in text)


def from_case(value: Any) -> Any:
    """The value a case writes."""
    if isinstance(value, dict):
        if "$hex" in value:
            return bytes.fromhex(value["$hex"])
        return {k: from_case(v) for k, v in value.items()}
    return [from_case(v) for v in value] if isinstance(value, list) else value


def _as_read(value: Any) -> Any:
    """Bytes that are not UTF-8 as inputs hand them on."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, dict):
        return {k: _as_read(v) for k, v in value.items()}
    return [_as_read(v) for v in value] if isinstance(value, list) else value


def moment(ns: int) -> Any:
    """A time within the last minutes is the present."""
    return "now" if abs(time.time_ns() - ns) < _RECENT_NS else ns


def _driver(case: Case) -> Driver:
    driver = Driver(case["kind"], case["type"], case.get("options", ""), syntax=case.get("syntax", "v1"))
    driver.collector.has_error_label = True  # Fluentd's test driver takes events with errors, too
    return driver


def _parser(case: Case) -> list[Any]:
    plugin = _driver(case).plugin
    assert isinstance(plugin, Parser)
    lines = [text if isinstance(text, bytes) else text.encode() for text in from_case(case["input"])]
    texts = [line.decode("utf-8", "surrogateescape") for line in lines]
    got = [_by_itself(plugin, text) for text in texts]
    if plugin.estimates_time:
        assert _by_line(plugin.parse_lines(lines), len(lines)) == got
        assert _by_line(plugin.parse_texts(texts), len(lines)) == got
    return got


def _by_itself(plugin: Parser, text: str) -> Any:
    """What `parse_all` makes of a text."""
    try:
        found = list(plugin.parse_all(text))
    except KelpError:
        return "raises"
    return [None if one is None else [one[0] and moment(one[0]), plain(one[1])] for one in found]


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
    data = b"".join(frame.data for frame in frames)
    if isinstance(plugin, ElasticsearchOutput):
        data = _bulk_pairs(request_body(frames))
    return {"data": plain(data), "errors": _errors(driver)}


def _bulk_pairs(body: bytes) -> bytes:
    """Action and document lines, in the order of the indexes: requests are made index by index."""
    lines = body.splitlines(keepends=True)
    pairs = [b"".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
    index = re.compile(rb'"_index":"([^"]*)"')
    return b"".join(sorted(pairs, key=lambda pair: found[1] if (found := index.search(pair)) else b""))


def _setup(case: Case) -> str:
    """Whether a plugin takes its options; nothing is started."""
    Driver(
        case.get("plugin", "output"), case["type"], case.get("options", ""), syntax=case.get("syntax", "v1")
    )
    return "accepted"


def _batches(case: Case) -> list[tuple[str, Batch]]:
    """The events of a case; neighbours of one tag form a batch."""
    return [
        (tag, Batch([ns for _, ns, _ in group], [_as_read(from_case(record)) for _, _, record in group]))
        for tag, group in ((tag, list(events)) for tag, events in groupby(case["input"], lambda one: one[0]))
    ]


def _emitted(driver: Driver) -> list[Any]:
    return [[tag, moment(ns), plain(record)] for tag, ns, record in driver.collector.events]


def _errors(driver: Driver) -> list[Any]:
    return [[tag, moment(ns), plain(record)] for tag, ns, record, _ in driver.collector.errors]


def _config(case: Case) -> list[Any]:
    with _parsed(case) as root:
        return _tree(root)[2:]


@contextmanager
def _parsed(case: Case) -> Iterator[Element]:
    """The tree of a case's `text`; its `files` and `env` are there as long as it is used."""
    parse = {"v0": parse_v0, "yaml": parse_yaml}.get(case.get("syntax", "v1"), parse_v1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in case.get("files", {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        with patch.dict(os.environ, {"CASE_DIR": name, **case.get("env", {})}):
            yield parse(case["text"], "case.conf", folder)


def _flat(case: Case) -> list[Any]:
    """The sections made of flat options."""
    with _parsed(case) as root:
        lift_flat_options(root, tuple(case["kinds"]), case.get("chunk_key", ""))
        return [_tree(one) for one in root.elements]


def _agent(case: Case) -> dict[str, Any]:
    assembly = _assembly(case, case.get("worker", 0))
    for other in range(1, assembly.workers if "worker" not in case else 1):
        _assembly(case, other)
    unused = {_unused(warning) for warning in assembly.warnings}
    routes = {
        name or "@ROOT": {tag: _way(router.resolve(tag)) for tag in case.get("tags", [])}
        for name, router in assembly.routers.items()
    }
    return {"unused": sorted(one for one in unused if one), "routes": routes}


def _assembly(case: Case, worker_id: int) -> Assembly:
    with _parsed(case) as root, patch.dict(os.environ, {"SERVERENGINE_WORKER_ID": str(worker_id)}):
        if case.get("strict"):
            system = next((one for one in root.elements if one.name == "system"), Element("system"))
            system.set("strict_config_value", "true")
            root.elements = [*(one for one in root.elements if one is not system), system]
        return assemble(root, worker_id)


def _unused(warning: str) -> str | None:
    """The option or section that a warning is about; None for other warnings."""
    if "<system>: " in warning:
        return None  # Fluentd says nothing about these
    found = re.search(
        r"option '(.+?)' is not used|section (<\S+?)(?: .*)?> (?:is not used|has no effect)", warning
    )
    return found and (found[1] or found[2] + ">")


def _way(route: Route) -> list[str]:
    stages = [*route.filters, *([route.output] if route.output else [])]
    return [one.plugin_id if one.has_own_id else one.type_name for one in stages]


def _tree(element: Element) -> list[Any]:
    attrs = [
        [name, {"$": "default"} if attr.value is USE_DEFAULT else plain(attr.value)]
        for name, attr in element.attrs.items()
    ]
    return [element.name, element.arg, attrs, [_tree(one) for one in element.elements]]


def _match(case: Case) -> list[bool]:
    try:
        matches = compile_tag_patterns(case["pattern"])
    except ValueError as error:
        raise ConfigError(str(error)) from None
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
        option = param.enum(options.pop("list"), description="An option.", **options)
    else:
        option = _DECLARE[case["type"]](description="An option.", **options)
    owner = type("Owner", (Plugin,), {"a": option})
    return [_converted(owner, text, strict=case.get("strict", False)) for text in case["input"]]


def _converted(owner: type[Plugin], text: str, *, strict: bool) -> Any:
    plugin = owner()
    try:
        with strict_values(strict):
            plugin.load(parse_v1(f"a {text}\n", "case.conf", Path.cwd()))
    except ConfigError:
        return "raises"
    return _without_patterns(plugin.a)  # type: ignore[attr-defined]


def _without_patterns(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_patterns(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_patterns(v) for v in value]
    return "a pattern" if hasattr(value, "fullmatch") else plain(value)


_KINDS: dict[str, Callable[[Case], Any]] = {
    "parser": _parser,
    "formatter": _formatter,
    "filter": _filter,
    "output": _output,
    "config": _config,
    "chunk": _chunk,
    "setup": _setup,
    "match": _match,
    "agent": _agent,
    "flat": _flat,
    "value": _value,
}
