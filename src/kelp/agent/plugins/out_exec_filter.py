"""Hands events to programs and sends on what they write."""

import subprocess
import threading
import time
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.listen.messages import ExtractSection, extracted
from kelp.agent.listen.program import Events, read_events
from kelp.agent.output.formatted import FormattedOutput
from kelp.agent.parse import RecordParser
from kelp.agent.plugin import register
from kelp.agent.plugin.base import Router
from kelp.agent.plugin.clock import Ticker
from kelp.agent.program import Program
from kelp.common.errors import KelpError

_RESPAWN_PAUSE = 0.2
_END_SECONDS = 10.0
_FOREVER = -1
# Fluentd 0.12's flat options by section, and their names there.
_SECTIONS = {
    "inject": {"in_tag_key": "tag_key", "in_time_key": "time_key", "in_time_format": "time_format"},
    "format": {"in_format": "@type", "in_keys": "keys"},
    "parse": {"out_format": "@type", "out_keys": "keys"},
    "extract": {"out_tag_key": "tag_key", "out_time_key": "time_key", "out_time_format": "time_format"},
}


class NoProgram(KelpError):
    """None of the programs takes events."""


class Child:
    """One running program, or none."""

    def __init__(self, respawns: int) -> None:
        self.program: Program | None = None
        self.respawns = respawns  # how often it may still be started again
        self.reader: threading.Thread | None = None


@register("output", "exec_filter")
class ExecFilterOutput(FormattedOutput):
    """Writes chunks to the standard input of a program, in turns to several, and emits what they write.

    A chunk is done once a program has it.
    """

    hands_on = True
    flat_options: ClassVar[tuple[str, ...]] = ("buffer",)
    default_format: ClassVar[str] = "tsv"

    command: str = param.string(description="Command line for the shell.")
    tag: str | None = param.string(default=None, description="Tag of what the program writes.")
    num_children: int = param.integer(default=1, description="How often the program runs at a time.")
    child_respawn: str | None = param.string(
        default=None, description="How often a program that ended is started again: a number, none or inf."
    )
    read_block_size: int = param.size(default=10240, description="Bytes read at a time (JSON, MessagePack).")
    suppress_error_log_interval: float = param.time(
        default=0, description="Time between two messages about events that cannot be sent on, in seconds."
    )
    remove_prefix: str | None = param.string(
        default=None, deprecated="use @label", description="What to take off the tags written."
    )
    add_prefix: str | None = param.string(
        default=None, deprecated="use @label", description="What to put before the tags read."
    )
    extract: ExtractSection | None = param.section(
        "extract", ExtractSection, description="Tag and time from fields of what is read."
    )
    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type tsv by default."
    )
    parse_element: Element | None = param.element(
        "parse", plugin_kind="parser", description="How to parse what is read; type tsv by default."
    )

    def load(self, element: Element) -> None:
        for name in ("tag_key", "time_key", "time_format"):
            if name in element:
                for side in ("in_", "out_"):
                    element.set(side + name, element.get(name), element.attr(name))
        for tag, names in _SECTIONS.items():
            given = [name for name in names if name in element]
            if given and not element.children(tag):
                section = element.implied(tag)
                for name in given:
                    section.set(names[name], element.get(name), element.attr(name))
                element.elements.append(section)
        for tag, default in (("inject", "unixtime"), ("extract", "float")):
            for section in element.children(tag):
                if "time_type" not in section:
                    section.set("time_type", "string" if "time_format" in section else default)
        super().load(element)

    def fill_buffer(self, buffer: Element, element: Element) -> None:
        if "flush_mode" not in buffer:
            buffer.set("flush_mode", "interval")
            if "flush_interval" not in buffer:
                buffer.set("flush_interval", 1)

    def configure(self) -> None:
        super().configure()
        if self.tag is None and (self.extract is None or self.extract.tag_key is None):
            raise self.error("one of 'tag' and 'tag_key' in <extract> is needed")
        if self.num_children < 1:
            raise self.error("option 'num_children' must be at least 1", "num_children")
        self._respawns = self._read_respawns()
        self._parser = self._make_parser()
        self._children: list[Child] = []
        self._lock = threading.Lock()
        self._turn = 0
        self._ending = threading.Event()
        seconds = _RESPAWN_PAUSE if self._respawns else None
        self._monitor = Ticker(seconds, self._respawn, self.log, f"exec-{self.plugin_id}")
        self._silent_until = 0.0

    def _read_respawns(self) -> int:
        text = self.child_respawn
        if text in (None, "none", "0"):
            return 0
        if text in ("inf", "-1"):
            return _FOREVER
        if not str(text).isdigit():
            raise self.error(
                f"option 'child_respawn' must be a number, none or inf, got {text!r}", "child_respawn"
            )
        return int(str(text))

    def _make_parser(self) -> RecordParser:
        element = self.parse_element or self.element.implied("parse")
        if "estimate_current_event" not in element:
            element.set("estimate_current_event", "false")  # what has no time may get one from <extract>
        parser = self.create_parser(element, "tsv")
        if not isinstance(parser, RecordParser):
            raise self.error(f"<parse> cannot be of type {parser.type_name!r}")
        if "time_key" not in element:
            parser.time_key = None
        return parser

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        prefix = f"{self.remove_prefix}." if self.remove_prefix else None
        if prefix and tag.startswith(prefix):
            tag = tag.removeprefix(prefix)
        return super().format_records(tag, batch, metadata)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        return [(self.router, self.tag or "…")]

    def start(self) -> None:
        self._children = [Child(self._respawns) for _ in range(self.num_children)]
        for child in self._children:
            self._spawn(child)
        self._monitor.start()
        super().start()

    def _spawn(self, child: Child) -> None:
        child.program = Program(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.reader = threading.Thread(target=self._read, args=(child, child.program), daemon=True)
        child.reader.start()

    def _respawn(self) -> None:
        for child in self._children:
            if child.program is None and child.respawns and not self._ending.is_set():
                child.respawns -= child.respawns > 0
                self.log.info("starting program again", command=self.command)
                self._spawn(child)

    def _read(self, child: Child, program: Program) -> None:
        assert program.stdout is not None
        try:
            for events in read_events(program.stdout, self._parser, "utf-8", self.read_block_size, self.log):
                self._hand_on(events)
        except Exception:
            self.log.exception("cannot read what the program writes", command=self.command)
        status = program.wait()
        if not self._ending.is_set():
            self.log.warning("program ended", command=self.command, status=status)
        with self._lock:
            child.program = None
        for stream in (program.stdin, program.stdout):
            if stream is not None:
                _close(stream)

    def _hand_on(self, events: Events) -> None:
        try:
            for event in events:
                if event is None:
                    self._complain(KelpError("pattern not matched"))
                    continue
                tag, when, record = extracted(event, self.extract)
                if tag is not None and self.add_prefix:
                    tag = f"{self.add_prefix}.{tag}"
                self.emit(tag or self.tag or "", Batch([when], [record]))
        except Exception as error:  # noqa: BLE001 - one event's fault is no one else's
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + self.suppress_error_log_interval
            self.log.error("cannot send on what the program writes", command=self.command, error=error)

    def write(self, chunk: Chunk) -> None:
        data = chunk.read()
        failure: Exception | None = None
        for _ in self._children:
            with self._lock:
                self._turn = (self._turn + 1) % len(self._children)
                program = self._children[self._turn].program
            if program is None or program.stdin is None:
                continue
            try:
                program.stdin.write(data)
                program.stdin.flush()
            except (OSError, ValueError) as error:
                failure = error
                continue
            return
        raise NoProgram(f"cannot write to {self.command!r}: no program runs") from failure

    def shutdown(self) -> None:
        super().shutdown()
        self._ending.set()
        self._monitor.stop()
        self._monitor.join()
        for child in self._children:
            if (program := child.program) is not None and program.stdin is not None:
                _close(program.stdin)
        deadline = time.monotonic() + _END_SECONDS
        for child in self._children:
            if child.reader is None:
                continue
            child.reader.join(max(0.1, deadline - time.monotonic()))
            if child.reader.is_alive() and (program := child.program) is not None:
                self.log.warning("program does not end: it is killed", command=self.command)
                program.end()
                child.reader.join(1.0)


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:
        return  # the program is gone, and what was still to be flushed with it
