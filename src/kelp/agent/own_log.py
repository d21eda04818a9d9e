"""Where the agent's own log goes: `<log>` of `<system>`, `-o`, `-v` and `-q`."""

import json
import logging
import time
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path
from typing import Any

from kelp.agent.pipeline.system import SystemSection
from kelp.common import log

_KEPT_FILES = 5
_NEVER_BYTES = 0
_AGES = {"daily": ("midnight", 1), "weekly": ("W0", 1), "monthly": ("midnight", 30)}
_NAMES = {number: name for name, number in log.LEVELS.items()}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, message and the fields of the line."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields: dict[str, Any] = getattr(record, "fields", {})
        line = {
            "time": f"{stamp}.{int(record.msecs):03d}Z",
            "level": _NAMES.get(record.levelno, str(record.levelno)),
            "component": record.name.removeprefix("kelp."),
            "message": record.getMessage(),
            **{key: str(value) for key, value in fields.items()},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def send_own_log(system: SystemSection, level: str | None, file: str | None) -> None:
    """Send the agent's log where the configuration wants it; `level` and `file` of the command line win.

    Raises OSError where the file cannot be written.
    """
    log.setup(level or system.log_level or "info")
    root = logging.getLogger("kelp")
    path = file or system.log.path
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        root.handlers[:] = [_file_handler(path, system)]
    root.handlers[0].setFormatter(JsonFormatter() if system.log.format == "json" else log.LineFormatter())


def _file_handler(path: str, system: SystemSection) -> logging.Handler:
    age = system.log.rotate_age
    if age in _AGES:
        when, interval = _AGES[age]
        return TimedRotatingFileHandler(
            path, when=when, interval=interval, backupCount=_KEPT_FILES, encoding="utf-8"
        )
    kept = int(age) if age else _KEPT_FILES
    return RotatingFileHandler(
        path, maxBytes=system.log.rotate_size or _NEVER_BYTES, backupCount=kept, encoding="utf-8"
    )
