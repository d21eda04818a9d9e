"""Input `exec`: what a program writes to its standard output."""

import codecs
import signal
import subprocess
import threading

from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.listen.messages import ExtractSection, extracted
from kelp.agent.listen.program import Events, read_events
from kelp.agent.parse import RecordParser
from kelp.agent.plugin.input import BufferOverflow, Input
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register
from kelp.agent.program import Program
from kelp.common.errors import KelpError

_STOP_SECONDS = 10.0
_WAIT_SECONDS = 1.0


@register("input", "exec")
class ExecInput(Input):
    """Run a program and parse what it writes: at intervals, or once, where it is to run on and on."""

    flat_options = ("extract", "parser")

    command: str = param.string(description="Command line for the shell.")
    connect_mode: str = param.enum(
        ["read", "read_with_stderr"], default="read", description="Whether standard error is read, too."
    )
    tag: str | None = param.string(default=None, description="Tag of the events.")
    run_interval: float | None = param.time(
        default=None, description="Seconds between two runs; without it, the program runs once."
    )
    command_timeout: float | None = param.time(
        default=None, description="Seconds after which a program run at intervals is ended."
    )
    read_block_size: int = param.size(default=10240, description="Bytes read at a time (JSON, MessagePack).")
    encoding: str | None = param.string(default=None, description="Encoding of the output (default: UTF-8).")
    extract: ExtractSection | None = param.section(
        "extract", ExtractSection, description="Tag and time from fields."
    )
    parse: Element | None = param.element(
        "parse",
        description="How to parse the output: a line is an event; tsv by default.",
        plugin_kind="parser",
    )

    def configure(self) -> None:
        if self.tag is None and (self.extract is None or self.extract.tag_key is None):
            raise self.error("one of 'tag' and 'tag_key' in <extract> is needed")
        try:
            self._codec = codecs.lookup(self.encoding or "utf-8").name
        except LookupError:
            raise self.error(f"unknown encoding {self.encoding!r}", "encoding") from None
        self._parser = self._make_parser(self.parse)
        self._stopping = threading.Event()
        self._program: Program | None = None
        self._thread: threading.Thread | None = None

    def _make_parser(self, parse: Element | None) -> RecordParser:
        element = parse or self.element.implied("parse")
        if "time_type" not in element:
            element.set("time_type", "string" if "time_format" in element else "float")
        has_time = "time_key" in element
        parser = self.create_parser(element, "tsv")
        assert isinstance(parser, RecordParser)
        if not has_time:
            parser.time_key = None
        if "estimate_current_event" not in element:
            parser.estimate_current_event = False  # what has no time may get one from <extract>
        return parser

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"exec-{self.plugin_id}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        if self.run_interval is None:
            self._attempt()
            return
        while not self._stopping.wait(self.run_interval):
            self._attempt()

    def _attempt(self) -> None:
        try:
            self._run_once()
        except Exception:
            self.log.exception("cannot run program", command=self.command)

    def _run_once(self) -> None:
        errors = subprocess.STDOUT if self.connect_mode == "read_with_stderr" else None
        program = self._program = Program(self.command, stdout=subprocess.PIPE, stderr=errors)
        timer = None
        if self.command_timeout is not None and self.run_interval is not None:
            timer = threading.Timer(self.command_timeout, self._end_late, [program])
            timer.start()
        try:
            assert program.stdout is not None
            for events in read_events(
                program.stdout, self._parser, self._codec, self.read_block_size, self.log
            ):
                self._hand_on(events)
            status = program.wait()
        finally:
            if timer is not None:
                timer.cancel()
            program.end()
            self._program = None
        if status != 0 and not self._stopping.is_set():
            self.log.warning("program did not end well", command=self.command, status=status)

    def _end_late(self, program: Program) -> None:
        self.log.warning(
            "program takes too long: it is ended", command=self.command, seconds=self.command_timeout
        )
        program.end()

    def _hand_on(self, events: Events) -> None:
        try:
            for event in events:
                if event is None:
                    self.log.warning("pattern not matched")
                    continue
                self._emit(event)
        except KelpError as error:
            self.log.warning("invalid output", error=error)

    def _emit(self, event: Parsed) -> None:
        tag, when, record = extracted(event, self.extract)
        batch = Batch([when], [record])
        while True:
            try:
                self.emit(tag or self.tag or "", batch)
                return
            except BufferOverflow:
                self.log.warning("the buffer is full: reading waits")
                if self._stopping.wait(_WAIT_SECONDS):
                    return
            except Exception as error:  # noqa: BLE001 - as in Fluentd, one event's fault is no one else's
                self.log.error("cannot emit event", error=error)
                return

    def stop(self) -> None:
        self._stopping.set()
        if (program := self._program) is not None:
            program.end(signal.SIGTERM)

    def shutdown(self) -> None:
        if self._thread is None:
            return
        self._thread.join(_STOP_SECONDS)
        if (program := self._program) is not None:
            program.end()
            self._thread.join(_STOP_SECONDS)
