"""A child process that is kept alive: started, watched, restarted after a crash, stopped in good order."""

import ctypes
import signal
import subprocess
import sys
import time
from pathlib import Path

from kelp.common.log import Log

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 60.0
RESTART_SECONDS = (1.0, 30.0)
STEADY_SECONDS = 60.0

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone, however it went."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One program of Kelp run as `python -m …` in a session of its own, so that Ctrl-C reaches the parent only."""

    def __init__(self, name: str, arguments: list[str], folder: Path) -> None:
        self.name = name
        self._arguments = arguments
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._restart_at = 0.0
        self._delay = RESTART_SECONDS[0]
        self._log = Log("up")

    def start(self) -> None:
        self._started = time.monotonic()
        self._restart_at = 0.0
        self._process = subprocess.Popen(
            [sys.executable, "-m", *self._arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def exit_code(self) -> int | None:
        """The code of a child that ended by itself, None while it runs."""
        return self._process.poll() if self._process else None

    def watch(self) -> None:
        """Restart the child if it died, waiting longer each time it dies soon after its start."""
        code = self.exit_code()
        if code is None:
            return
        now = time.monotonic()
        if not self._restart_at:
            if now - self._started > STEADY_SECONDS:
                self._delay = RESTART_SECONDS[0]
            self._restart_at = now + self._delay
            self._log.error(
                "a program ended by itself", program=self.name, status=code, restart_seconds=self._delay
            )
            self._delay = min(self._delay * 2, RESTART_SECONDS[1])
        elif now >= self._restart_at:
            self.start()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that did not help within `STOP_SECONDS`."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._log.error("a program did not stop in time, killing it", program=self.name)
            self._process.kill()
            self._process.wait()
