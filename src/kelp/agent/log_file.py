"""The file of the agent's own log: shared by several processes, rotated by one of them."""

import fcntl
import logging
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

AGES = ("daily", "weekly", "monthly")


class LogFile(logging.Handler):
    """Appends lines to a file; before it grows over `most_bytes`, or when its period is over, it is rotated.

    `age` is daily, weekly or monthly, or None. `kept` old files stay: `path.1` is the newest of them.
    """

    def __init__(self, path: str, *, age: str | None, most_bytes: int | None, kept: int) -> None:
        super().__init__()
        self._path = Path(path).absolute()
        self._age = age
        self._most_bytes = most_bytes
        self._kept = kept
        self._open()

    def _open(self) -> None:
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        status = os.fstat(self._fd)
        self._inode = status.st_ino
        began = status.st_mtime if status.st_size else time.time()
        self._ends = period_end(datetime.fromtimestamp(began), self._age).timestamp() if self._age else None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode("utf-8", "replace")
            if self._is_due(len(line)):
                self._rotate(len(line))
            os.write(self._fd, line)
        except Exception:  # noqa: BLE001 - a log that cannot be written must not end the agent
            self.handleError(record)

    def _is_due(self, more: int) -> bool:
        if self._ends is not None and time.time() >= self._ends:
            return True
        if self._most_bytes is None:
            return False
        size = os.fstat(self._fd).st_size
        return size > 0 and size + more > self._most_bytes

    def _rotate(self, more: int) -> None:
        """Rotate the file, unless another process did while we waited for the lock."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            if not self._was_moved():
                for number in range(self._kept - 1, 0, -1):
                    if os.path.exists(self._numbered(number)):
                        os.replace(self._numbered(number), self._numbered(number + 1))
                if self._kept > 0:
                    os.replace(self._path, self._numbered(1))
                else:
                    self._path.unlink()
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        self.reopen()

    def _was_moved(self) -> bool:
        try:
            return os.stat(self._path).st_ino != self._inode
        except FileNotFoundError:
            return True

    def _numbered(self, number: int) -> str:
        return f"{self._path}.{number}"

    def reopen(self) -> None:
        """Go on with the file that has the name now: someone else may have moved the old one away. Raises OSError."""
        self.acquire()
        try:
            old = self._fd
            self._open()
            os.close(old)
        finally:
            self.release()

    def close(self) -> None:
        os.close(self._fd)
        super().close()


def period_end(moment: datetime, age: str) -> datetime:
    """When the day, week (it begins on Sunday) or month of `moment` is over."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if age == "daily":
        return day + timedelta(days=1)
    if age == "weekly":
        return day + timedelta(days=7 - (day.weekday() + 1) % 7)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
