"""Calling something at intervals."""

import threading
from collections.abc import Callable

from kelp.common.log import Log


class Ticker:
    """Calls `action` every `seconds`, first after one interval, in a thread of its own; its faults are logged.

    Without `seconds` it never does.
    """

    def __init__(self, seconds: float | None, action: Callable[[], None], log: Log, name: str) -> None:
        """`name` is that of the thread."""
        self._seconds = seconds
        self._action = action
        self._log = log
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        if self._seconds is not None:
            self._thread.start()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self._action()
            except Exception:  # noqa: BLE001 - the next turn may succeed
                self._log.exception("cannot do what is due at intervals")

    def stop(self) -> None:
        """Make no more calls."""
        self._stopping.set()

    def join(self) -> None:
        """After `stop`: wait for a call that is under way."""
        if self._thread.is_alive():
            self._thread.join()
