"""Where records go that a plugin could not process: `@ERROR`, or the agent's own log."""

import json
import threading
import time as clock
from typing import Any

from kelp.agent.event import Batch, Record
from kelp.agent.pipeline.router import LabelRouter
from kelp.common.log import Log

_log = Log("agent.error")
_SHOWN_CHARACTERS = 1000
_SHOWN_VALUE = 300
_PAUSE = 1.0


class Throttled:
    """Warnings of one kind (message and error class) are logged once a second at most, with the number unsaid.

    A configuration that does not fit its logs would otherwise write more than the logs themselves.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def warn(self, message: str, error: Exception, tag: str, **fields: object) -> None:
        """Log now, or count."""
        kind = type(error).__name__
        more = self._allow((message, kind))
        if more is None:
            return
        if more:
            fields["more"] = more
        _log.warning(message, error_class=kind, error=_cut(str(error), _SHOWN_CHARACTERS), tag=tag, **fields)

    def allows(self, message: str, error: Exception) -> bool:
        """Whether a warning would be logged now; costly fields need not be made for others."""
        until, _ = self._kinds.get((message, type(error).__name__), (0.0, 0))
        return clock.monotonic() >= until

    def _allow(self, kind: tuple[str, str]) -> int | None:
        """How many went unsaid since the last one that was logged; None: be quiet."""
        now = clock.monotonic()
        with self._lock:
            until, unsaid = self._kinds.get(kind, (0.0, 0))
            if now < until:
                self._kinds[kind] = until, unsaid + 1
                return None
            self._kinds[kind] = now + _PAUSE, 0
            return unsaid


class LoggedErrors:
    """Without an `@ERROR` label: records are logged, refused batches raise to their source."""

    def __init__(self) -> None:
        self._log = Throttled()

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        message = "dump an error event"
        shown = show(record) if self._log.allows(message, error) else {}
        self._log.warn(message, error, tag, time=time, record=shown)

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        self._log.warn("emit transaction failed", error, tag, records=len(batch))
        raise error


class RoutedErrors:
    """With an `@ERROR` label: records and batches go there under their tag."""

    def __init__(self, router: LabelRouter) -> None:
        self._router = router
        self._log = Throttled()

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        self._log.warn("send an error event to @ERROR", error, tag)
        self._router.emit(tag, Batch([time], [record]))

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        self._log.warn("send an error event stream to @ERROR", error, tag)
        self._router.emit(tag, batch)


class ErrorSink:
    """What labels hold; becomes a RoutedErrors once the `@ERROR` label was seen."""

    def __init__(self) -> None:
        self.target: LoggedErrors | RoutedErrors = LoggedErrors()

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        self.target.handle_record(tag, time, record, error)

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        self.target.handle_batch(tag, batch, error)


def show(record: Record) -> Record:
    """A record for the log, about 1 kB of it: long values are cut, so that every field has a chance to show."""
    shown: Record = {}
    left = _SHOWN_CHARACTERS
    for key, value in record.items():
        if left <= 0:
            shown["…"] = f"{len(record) - len(shown)} more fields"
            break
        shown[key], used = _shorten(value)
        left -= len(key) + used
    return shown


def _shorten(value: Any) -> tuple[Any, int]:
    """A value that fits, and about how many characters it takes."""
    if isinstance(value, str):
        return _cut(value, _SHOWN_VALUE), min(len(value), _SHOWN_VALUE)
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return (value, len(text)) if len(text) <= _SHOWN_VALUE else (_cut(text, _SHOWN_VALUE), _SHOWN_VALUE)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
