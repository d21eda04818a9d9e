"""Programs that plugins run."""

import os
import signal
import subprocess
from contextlib import suppress


class Program(subprocess.Popen[bytes]):
    """A command line that runs in a shell, in a session of its own: so its whole pipeline can be ended."""

    def __init__(
        self, command: str, *, stdin: int | None = None, stdout: int | None = None, stderr: int | None = None
    ) -> None:
        super().__init__(
            command, shell=True, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
        )

    def end(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to all of it, unless it was seen to end."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)
