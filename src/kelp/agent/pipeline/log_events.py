"""The agent's own log as events: tags `fluent.info` … into `@FLUENT_LOG`, or whatever matches them."""

import logging
import queue
import threading
import time

from kelp.agent.event import Batch, Record
from kelp.agent.pipeline.assembly import LOG_LABEL, Assembly
from kelp.agent.ruby.text import inspect
from kelp.common.log import LEVELS

_NAMES = {number: name for name, number in LEVELS.items()}
_QUEUE_LIMIT = 10_000


class LogEvents(logging.Handler):
    """Hands log lines on as events, in a thread of its own: whoever logs must not wait for an output."""

    def __init__(self, assembly: Assembly) -> None:
        super().__init__()
        self._router = assembly.routers.get(LOG_LABEL) or assembly.routers[""]
        self._enabled = any(self._router.resolve(f"fluent.{level}").output for level in LEVELS)
        self._lines: queue.Queue[tuple[str, int, Record] | None] = queue.Queue(_QUEUE_LIMIT)
        self._thread = threading.Thread(target=self._run, name="log-events", daemon=True)

    def start(self) -> None:
        if self._enabled:
            self._thread.start()
            logging.getLogger("kelp").addHandler(self)

    def stop(self) -> None:
        """Hand on what was logged so far; later lines only go to the log itself."""
        if self._enabled and self._thread.is_alive():
            logging.getLogger("kelp").removeHandler(self)
            self._lines.put(None)
            self._thread.join()

    def emit(self, record: logging.LogRecord) -> None:
        # Lines about these events themselves would never end.
        if threading.current_thread() is self._thread:
            return
        event = (_NAMES.get(record.levelno, "info"), time.time_ns(), _record(record))
        try:
            self._lines.put_nowait(event)
        except queue.Full:
            return  # the line is in the log itself

    def _run(self) -> None:
        while (event := self._lines.get()) is not None:
            level, when, record = event
            tag = f"fluent.{level}"
            if self._router.resolve(tag).output is not None:
                try:
                    self._router.emit(tag, Batch([when], [record]))
                except Exception:  # noqa: BLE001 - the output that failed has logged it
                    continue


def _record(line: logging.LogRecord) -> Record:
    """The fields of a line, and the whole line as Fluentd would write it: `[id] text key="value"`."""
    fields = {key: _plain(value) for key, value in getattr(line, "fields", {}).items()}
    plugin_id = getattr(line, "plugin_id", None)
    message = line.getMessage() if plugin_id is None else f"[{plugin_id}] {line.getMessage()}"
    message += "".join(f" {key}={inspect(value)}" for key, value in fields.items())
    return {**fields, "message": message}


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | list | dict) or value is None else str(value)
