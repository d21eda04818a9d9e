"""The parent process: starts the worker again when it crashes, passes signals on."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from kelp.agent.worker import EXIT_CONFIG, EXIT_START
from kelp.common.log import Log

_log = Log("agent.supervisor")
_CRASH_PAUSE_SECONDS = 1.0
_PASSED_ON = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


class Supervisor:
    """Forks workers that run `work` (returning an exit code), one at a time."""

    def __init__(self, work: Callable[[Callable[[Callable[[], None]], None]], int]) -> None:
        self._work = work
        self._child = 0
        self._stopping = threading.Event()

    def run(self) -> int:
        """Supervise until SIGTERM or SIGINT, or until a worker ends by its own will; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for number in _PASSED_ON:
            signal.signal(number, self._pass_on)
        while True:
            code = self._run_worker()
            if self._stopping.is_set() or code in (0, EXIT_CONFIG, EXIT_START):
                return code
            _log.error(
                "worker crashed, starting it again", exit_code=code, pause_seconds=_CRASH_PAUSE_SECONDS
            )
            time.sleep(_CRASH_PAUSE_SECONDS)
            if self._stopping.is_set():
                return 0

    def _run_worker(self) -> int:
        lifeline, keep = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            os.close(keep)
            os._exit(self._be_worker(lifeline))
        os.close(lifeline)
        self._child = child
        if self._stopping.is_set():
            os.kill(child, signal.SIGTERM)
        _, status = os.waitpid(child, 0)
        self._child = 0
        os.close(keep)
        return os.waitstatus_to_exitcode(status)

    def _be_worker(self, lifeline: int) -> int:
        def watch_parent(stop: Callable[[], None]) -> None:
            """Stop when the supervisor is gone: the pipe then reads as ended."""

            def wait() -> None:
                os.read(lifeline, 1)
                stop()

            threading.Thread(target=wait, name="lifeline", daemon=True).start()

        try:
            return self._work(watch_parent)
        except BaseException:  # noqa: BLE001 - the process ends here either way
            _log.exception("worker failed")
            return 70
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    def _stop(self, number: int, frame: object) -> None:
        self._stopping.set()
        if self._child:
            os.kill(self._child, signal.SIGTERM)

    def _pass_on(self, number: int, frame: object) -> None:
        if self._child:
            os.kill(self._child, number)
