"""Answers recorded cases with Kelp, in the form in which `record.rb` answers them with Fluentd."""

import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

from kelp.agent.buffer.chunk import Frame, MemoryChunk
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch
from kelp.agent.output.elasticsearch.sender import request_body
from kelp.agent.parse.record_parser import decode_line
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.assembly import all_plugins
from kelp.agent.plugin import register
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugin.filter import Filter
from kelp.agent.plugin.formatter import Formatter
from kelp.agent.plugin.output import Output
from kelp.agent.plugin.parser import ParsedLines, Parser
from kelp.agent.plugins.out_elasticsearch import ElasticsearchOutput
from kelp.agent.plugins.out_elasticsearch_dynamic import ElasticsearchDynamicOutput
from kelp.common.errors import KelpError
from tests.agent.recorded.answer_config import KINDS
from tests.agent.recorded.values import Case, as_read, from_case, moment, plain


def answer(case: Case) -> Any:
    """`{"got": …}`, or `{"refused": …}` where the configuration is faulty."""
    try:
        return {"got": _KINDS[case["kind"]](case)}
    except ConfigError as error:
        return {"refused": str(error)}


def _driver(case: Case, kind: str | None = None) -> Driver:
    driver = Driver(
        kind or case["kind"], case["type"], case.get("options", ""), syntax=case.get("syntax", "v1")
    )
    driver.collector.has_error_label = True  # Fluentd's test driver takes events with errors, too
    return driver


def _parser(case: Case) -> list[Any]:
    plugin = _driver(case).plugin
    assert isinstance(plugin, Parser)
    texts = [decode_line(text) if isinstance(text, bytes) else text for text in from_case(case["input"])]
    got = [_by_itself(plugin, text) for text in texts]
    if plugin.estimates_time:
        assert _as_inputs(_by_line(plugin.parse_texts(texts), len(texts)), got)
    return got


def _as_inputs(by_line: list[Any], by_itself: list[Any]) -> bool:
    """Whether lines give what each gives by itself; those at which Fluentd's parser breaks may be unmatched."""
    return all(
        one == other or (one == [None] and other == "raises")
        for one, other in zip(by_line, by_itself, strict=True)
    )


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
    driver = _driver(case, "output")
    plugin = driver.plugin
    assert isinstance(plugin, BufferedOutput)
    if isinstance(plugin, ElasticsearchDynamicOutput):
        return _dynamic_chunk(driver, plugin, case)
    frames = []
    for tag, batch in _batches(case):
        for metadata, part in plugin.sorter.split(tag, batch):
            data = b"".join(plugin.format_records(tag, part, metadata))
            frames.append(Frame(data, len(part)))
    data = b"".join(frame.data for frame in frames)
    if isinstance(plugin, ElasticsearchOutput):
        data = _bulk_pairs(request_body(frames))
    return {"data": plain(data), "errors": _errors(driver)}


def _dynamic_chunk(driver: Driver, plugin: ElasticsearchDynamicOutput, case: Case) -> dict[str, Any]:
    """The bulk lines of each host."""
    found: dict[str, list[Frame]] = {}
    for tag, batch in _batches(case):
        for metadata, part in plugin.sorter.split(tag, batch):
            for group in plugin.group(tag, part, metadata):
                chunk = MemoryChunk(group.metadata)
                host, hosts = plugin.hosts_of(chunk)
                address = hosts or f"{host}:{plugin.port}"
                found.setdefault(address, []).append(Frame(b"".join(group.data), len(group.data)))
    hosts = {address: plain(_bulk_pairs(request_body(frames))) for address, frames in found.items()}
    return {"hosts": hosts, "errors": _errors(driver)}


def _bulk_pairs(body: bytes) -> bytes:
    """Action and document lines, in the order of the indexes: requests are made index by index."""
    lines = body.splitlines(keepends=True)
    pairs = [b"".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
    index = re.compile(rb'"_index":"([^"]*)"')
    return b"".join(sorted(pairs, key=lambda pair: found[1] if (found := index.search(pair)) else b""))


def _setup(case: Case) -> str:
    """Whether a plugin takes its options; nothing is started."""
    _driver(case, case.get("plugin", "output"))
    return "accepted"


def _batches(case: Case) -> list[tuple[str, Batch]]:
    """The events of a case; neighbours of one tag form a batch."""
    batches = []
    for tag, events in groupby(case["input"], lambda event: event[0]):
        batch = Batch()
        for _, ns, record in events:
            batch.append(ns, as_read(from_case(record)))
        batches.append((tag, batch))
    return batches


@register("output", "kept")
class _Kept(Output):
    """Keeps what it gets, in the form of an answer."""

    def configure(self) -> None:
        self.got: list[Any] = []

    def process(self, tag: str, batch: Batch) -> None:
        events = zip(batch.times, batch.records, strict=True)
        self.got += [[tag, moment(time), plain(record)] for time, record in events]


def _flow(case: Case) -> dict[str, Any]:
    """What each output of type `kept` gets of events, by its id."""
    assembly = assemble(parse_v1(case["text"], "case.conf", Path.cwd()))
    outputs = [one for one in all_plugins(list(assembly.stages)) if isinstance(one, Output)]
    for stage in assembly.stages:
        stage.start()
    for tag, batch in _batches(case):
        assembly.router(None).emit(tag, batch)
    for stage in assembly.stages:
        stage.stop()
        stage.shutdown()
    return {one.plugin_id: one.got for one in outputs if isinstance(one, _Kept) and one.got}


def _emitted(driver: Driver) -> list[Any]:
    return [[tag, moment(ns), plain(record)] for tag, ns, record in driver.collector.events]


def _errors(driver: Driver) -> list[Any]:
    return [[tag, moment(ns), plain(record)] for tag, ns, record, _ in driver.collector.errors]


_KINDS: dict[str, Callable[[Case], Any]] = {
    "parser": _parser,
    "formatter": _formatter,
    "filter": _filter,
    "output": _output,
    "chunk": _chunk,
    "setup": _setup,
    "flow": _flow,
    **KINDS,
}
