"""Runs a command for each chunk."""

import shlex
import subprocess
import tempfile
from typing import ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.config import Element, param
from kelp.agent.output.formatted import FormattedOutput
from kelp.agent.output.inject import TIME_TYPES, InjectSection
from kelp.agent.plugin import register
from kelp.agent.program import Program
from kelp.common.errors import KelpError


class CommandFailed(KelpError):
    """The command did not end with status 0."""


class ExecInjectSection(InjectSection):
    """Fields added to every record; times are texts in UTC by default."""

    time_type: str = param.enum(TIME_TYPES, default="string", description="The form of the time.")
    localtime: bool = param.boolean(default=False, description="Write times in the local zone.")


@register("output", "exec")
class ExecOutput(FormattedOutput):
    """Writes a chunk to a file and runs the command with its path behind; a status other than 0 means: try again."""

    takes_label = False

    flat_options: ClassVar[tuple[str, ...]] = ("formatter", "inject", "buffer")
    default_chunk_key: ClassVar[str] = "time"
    default_format: ClassVar[str] = "tsv"

    command: str = param.string(description="Command line for the shell; the path is added.")
    command_timeout: float = param.time(default=270, description="Limit for the command, in seconds.")
    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type tsv by default."
    )
    inject: ExecInjectSection | None = param.section(
        "inject", ExecInjectSection, description="Fields to add."
    )

    def write(self, chunk: Chunk) -> None:
        with tempfile.NamedTemporaryFile(prefix="kelp-exec-") as file:
            file.write(chunk.read())
            file.flush()
            self._run(f"{self.command} {shlex.quote(file.name)}")

    def _run(self, command: str) -> None:
        program = Program(command)
        try:
            status = program.wait(self.command_timeout)
        except subprocess.TimeoutExpired:
            program.end()
            program.wait()
            raise CommandFailed(
                f"cannot run {self.command!r}: not done after {self.command_timeout} s"
            ) from None
        if status != 0:
            raise CommandFailed(f"cannot run {self.command!r}: it ended with status {status}")
