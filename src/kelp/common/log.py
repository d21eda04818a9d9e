"""Structured logging: one line per event on standard error, as `time level component message key=value`."""

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

LEVELS = {"trace": 5, "debug": 10, "info": 20, "warn": 30, "error": 40, "fatal": 50}
_NAMES = {number: name for name, number in LEVELS.items()}


Stamp = Callable[[float], str]
"""Seconds since the epoch → text."""


def utc_stamp(seconds: float) -> str:
    """The time in ISO 8601, UTC, with milliseconds."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{text}.{int(seconds * 1000) % 1000:03d}Z"


class LineFormatter(logging.Formatter):
    """Render a record as `2026-11-23T10:00:00.123Z info agent.tail following file path=/var/log/a.log`."""

    def __init__(self, stamp: Stamp | None = None) -> None:
        super().__init__()
        self._stamp = stamp or utc_stamp

    def format(self, record: logging.LogRecord) -> str:
        level = _NAMES.get(record.levelno, str(record.levelno))
        name = record.name.removeprefix("kelp.")
        line = f"{self._stamp(record.created)} {level} {name} {record.getMessage()}"
        fields: dict[str, Any] = getattr(record, "fields", {})
        for key, value in fields.items():
            line += f" {key}={_quote(value)}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _quote(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=repr)
    text = str(value)
    if text and not any(c.isspace() or c in '"=' for c in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class Log:
    """A logger whose keyword arguments become `key=value` fields."""

    def __init__(self, name: str, plugin_id: str | None = None) -> None:
        """`plugin_id` is the id that a configuration gave to the plugin whose log it is."""
        self._logger = logging.getLogger(f"kelp.{name}")
        self._plugin_id = plugin_id

    def set_level(self, level: str) -> None:
        """Log from `level` (a key of LEVELS) upwards, whatever the program's own level is."""
        self._logger.setLevel(LEVELS[level])

    def trace(self, message: str, **fields: object) -> None:
        self._emit(LEVELS["trace"], message, fields)

    def debug(self, message: str, **fields: object) -> None:
        self._emit(logging.DEBUG, message, fields)

    def info(self, message: str, **fields: object) -> None:
        self._emit(logging.INFO, message, fields)

    def warning(self, message: str, **fields: object) -> None:
        self._emit(logging.WARNING, message, fields)

    def error(self, message: str, **fields: object) -> None:
        self._emit(logging.ERROR, message, fields)

    def exception(self, message: str, **fields: object) -> None:
        """Log at error level with the traceback of the exception being handled."""
        self._emit(logging.ERROR, message, fields, exc_info=True)

    def _emit(self, level: int, message: str, fields: dict[str, object], exc_info: bool = False) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(
                level,
                "%s",
                message,
                extra={"fields": fields, "plugin_id": self._plugin_id},
                exc_info=exc_info,
            )


def setup(level: str = "info") -> None:
    """Send Kelp's own log to standard error from `level` (a key of LEVELS) upwards."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger("kelp")
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    root.propagate = False
