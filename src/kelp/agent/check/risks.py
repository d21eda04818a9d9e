"""Settings that may lose events, or that feed the agent its own words."""

import fnmatch
from collections.abc import Callable, Iterator

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.check.flow import source_tag, start_of, way
from kelp.agent.config import Place
from kelp.agent.pipeline.assembly import Assembly, all_plugins
from kelp.agent.plugin import Input, Plugin
from kelp.agent.plugins.in_tail import TailInput
from kelp.agent.plugins.out_file import FileOutput

_CONTAINER_LOGS = "/var/log/containers/"
# Their chunks go nowhere that could fail for long.
_HARMLESS = ("null", "stdout", "buffered_null")
Rule = Callable[[Plugin], Iterator[tuple[str | None, str]]]
"""plugin → (option it is about, what may happen and how to mend it)."""


def risks(assembly: Assembly) -> Iterator[str]:
    """A line `file:line: …` for each risk."""
    plugins = all_plugins([*assembly.inputs, *assembly.stages])
    for plugin in plugins:
        for rule in RULES:
            for option, text in rule(plugin):
                yield f"{_place(plugin, option)}: {plugin.element.title()}: {text}"
    yield from _own_words(assembly, plugins)
    yield from _loops(assembly)


def _place(plugin: Plugin, option: str | None) -> Place:
    """Where the option stands, in the section itself or in its <buffer>; else the section."""
    sections = [plugin.buffer.element] if isinstance(plugin, BufferedOutput) else [plugin.element]
    if option is not None:
        for section in sections:
            if option in section.attrs:
                return section.place_of(option)
    return plugin.element.place


def _has_buffer(plugin: Plugin) -> bool:
    return isinstance(plugin, BufferedOutput) and plugin.has_buffer and plugin.type_name not in _HARMLESS


def memory_buffer(plugin: Plugin) -> Iterator[tuple[str | None, str]]:
    """What is in memory goes with the process."""
    if isinstance(plugin, BufferedOutput) and _has_buffer(plugin) and not plugin.storage.persistent:
        yield "@type", "its buffer is in memory: a crash loses what it holds; write <buffer> with @type file"
        if plugin.buffer.flush_at_shutdown is False:
            yield (
                "flush_at_shutdown",
                "a buffer in memory that is not flushed at shutdown loses what it holds",
            )


def overflow(plugin: Plugin) -> Iterator[tuple[str | None, str]]:
    """What happens when the buffer is full."""
    if not (isinstance(plugin, BufferedOutput) and _has_buffer(plugin)):
        return
    if plugin.buffer.overflow_action == "drop_oldest_chunk":
        yield (
            "overflow_action",
            "a full buffer drops its oldest events; overflow_action block makes inputs wait",
        )


def retries(plugin: Plugin) -> Iterator[tuple[str | None, str]]:
    """When a chunk is given up."""
    if not (isinstance(plugin, BufferedOutput) and _has_buffer(plugin)):
        return
    buffer = plugin.buffer
    if buffer.retry_forever or plugin.secondary is not None:
        return
    limit = f"{_span(buffer.retry_timeout)} of failures"
    option = "retry_timeout"
    if buffer.retry_max_times is not None:
        limit, option = f"{buffer.retry_max_times} retries", "retry_max_times"
    yield option, f"events are lost after {limit}; write retry_forever true, or a <secondary>"


def positions(plugin: Plugin) -> Iterator[tuple[str | None, str]]:
    """Inputs that forget where they stopped."""
    if isinstance(plugin, TailInput) and plugin.pos_file is None:
        yield None, "without pos_file lines are missing or doubled after a restart"
    if isinstance(plugin, TailInput) and plugin.max_line_size is not None:
        yield "max_line_size", "longer lines are thrown away"
    if plugin.kind == "input" and plugin.type_name == "systemd" and not _keeps_position(plugin):
        yield None, "without <storage> entries are missing or doubled after a restart"


def _keeps_position(plugin: Plugin) -> bool:
    return any(getattr(plugin, name, None) is not None for name in ("storage", "pos_file"))


RULES: tuple[Rule, ...] = (memory_buffer, overflow, retries, positions)


def _span(seconds: float) -> str:
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} seconds"


def _own_words(assembly: Assembly, plugins: list[Plugin]) -> Iterator[str]:
    """Output that an input reads again: each event makes another one."""
    tails = [one for one in plugins if isinstance(one, TailInput)]
    for tail in tails:
        patterns = [path.strip() for path in tail.path.split(tail.path_delimiter)]
        for plugin in plugins:
            if isinstance(plugin, FileOutput) and any(_covers(pattern, plugin.path) for pattern in patterns):
                yield (
                    f"{plugin.element.place}: {plugin.element.title()} writes to {plugin.path}, which "
                    f"{tail.element.title()} at {tail.element.place} reads again: a loop; use another folder"
                )
        if not any(pattern.startswith(_CONTAINER_LOGS) for pattern in patterns) or tail.exclude_path:
            continue
        for plugin in plugins:
            if plugin.type_name == "stdout" and plugin.kind in ("output", "filter"):
                yield (
                    f"{plugin.element.place}: {plugin.element.title()} prints events; in a container "
                    f"{tail.element.title()} at {tail.element.place} reads them again: a loop; set exclude_path there"
                )


def _covers(pattern: str, path: str) -> bool:
    """Whether files that begin with `path` may be among those of a glob."""
    return any(
        fnmatch.fnmatchcase(path + end, pattern) for end in ("", ".log", ".20260101.log", ".20260101_0.log")
    )


def _loops(assembly: Assembly) -> Iterator[str]:
    """Tags that come back to where they were."""
    seen: set[str] = set()
    for source in assembly.inputs:
        tag = source_tag(source) or "any.tag"
        for line in _looping(source, assembly, "any.tag" if tag.startswith("…") else tag):
            if line not in seen:
                seen.add(line)
                yield line


def _looping(source: Input, assembly: Assembly, tag: str) -> Iterator[str]:
    lines = list(way(start_of(source, assembly), tag))
    if lines and any("a loop:" in line for line in lines):
        element = source.element
        yield f"{element.place}: events of {element.title()} with tag {tag} go round in circles; see the flow"
