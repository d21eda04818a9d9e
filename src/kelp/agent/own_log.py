"""Where the agent's own log goes: `<log>` of `<system>`, `-o`, `-v` and `-q`."""

import json
import logging
from pathlib import Path
from typing import Any

from kelp.agent.log_file import AGES, LogFile
from kelp.agent.pipeline.system import SystemSection
from kelp.agent.timefmt import build_time_formatter
from kelp.common import log

_KEPT_FILES = 5
_REMEMBERED = 1000
_NAMES = {number: name for name, number in log.LEVELS.items()}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, message and the fields of the line."""

    def __init__(self, stamp: log.Stamp) -> None:
        super().__init__()
        self._stamp = stamp

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        line = {
            "time": self._stamp(record.created),
            "level": _NAMES.get(record.levelno, str(record.levelno)),
            "component": record.name.removeprefix("kelp."),
            "message": record.getMessage(),
            **{k: v if isinstance(v, dict | list) else str(v) for k, v in fields.items()},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=repr)


class RepeatFilter(logging.Filter):
    """Leaves out lines that were logged already.

    `repeated` seconds: the same line directly behind itself; `same` seconds: the same line at all; `errors` seconds:
    further lines about events an output refused. None switches each of them off.
    """

    def __init__(self, repeated: float | None, same: float | None, errors: float | None) -> None:
        super().__init__()
        self._repeated, self._same, self._errors = repeated, same, errors
        self._last = ("", 0.0)
        self._seen: dict[str, float] = {}
        self._next_error = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        now = record.created
        if self._errors is not None and record.getMessage() == "emit transaction failed":
            if now < self._next_error:
                return False
            self._next_error = now + self._errors
        if self._repeated is None and self._same is None:
            return True
        text = f"{record.levelno} {record.name} {record.getMessage()} {getattr(record, 'fields', None)}"
        return not self._was_logged(text, now)

    def _was_logged(self, text: str, now: float) -> bool:
        if self._repeated is not None and self._last[0] == text and now - self._last[1] < self._repeated:
            return True
        if self._same is not None and now - self._seen.get(text, -self._same) < self._same:
            return True
        self._last = (text, now)
        if self._same is not None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[text] = now
        return False


def send_own_log(system: SystemSection, level: str | None, file: str | None) -> None:
    """Send the agent's log where the configuration wants it; `level` and `file` of the command line win.

    Raises OSError where the file cannot be written.
    """
    log.setup(level or system.log_level or "info")
    root = logging.getLogger("kelp")
    path = file or system.log.path
    if path not in (None, "-"):
        assert path is not None
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        root.handlers[:] = [_file_handler(path, system)]
    handler = root.handlers[0]
    stamp = _stamp(system.log.time_format)
    handler.setFormatter(JsonFormatter(stamp) if system.log.format == "json" else log.LineFormatter(stamp))
    handler.addFilter(
        RepeatFilter(
            system.ignore_repeated_log_interval,
            system.ignore_same_log_interval,
            system.emit_error_log_interval,
        )
    )


def _stamp(time_format: str | None) -> log.Stamp:
    """How a line shows its time: in the local zone with a format, else ISO 8601 in UTC."""
    if time_format is None:
        return log.utc_stamp
    write = build_time_formatter(time_format=time_format)
    return lambda seconds: str(write(int(seconds * 1_000_000_000)))


def _file_handler(path: str, system: SystemSection) -> LogFile:
    age = system.log.rotate_age
    if age in AGES:
        return LogFile(path, age=age, most_bytes=None, kept=_KEPT_FILES)
    return LogFile(path, age=None, most_bytes=system.log.rotate_size, kept=int(age) if age else _KEPT_FILES)


def reopen_own_log() -> None:
    """Go on with the log file that has the name now (SIGUSR1)."""
    for handler in logging.getLogger("kelp").handlers:
        if isinstance(handler, LogFile):
            try:
                handler.reopen()
            except OSError as error:
                log.Log("agent").error("cannot open the log again: the old file goes on", error=error)
