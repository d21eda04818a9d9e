"""systemd's journal, read through the system's own library."""

import contextlib
import ctypes
import ctypes.util
import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LOCAL_ONLY = 1


class Journal:
    """An open journal. Raises OSError when the library or the journal is missing or unreadable."""

    def __init__(self, path: str | None, matches: Sequence[Mapping[str, Any]] = ()) -> None:
        name = ctypes.util.find_library("systemd")
        if name is None:
            raise OSError(errno.ENOENT, "libsystemd is not installed")
        self._lib = ctypes.CDLL(name)
        self._handle = ctypes.c_void_p()
        if path is not None:
            if not os.path.isdir(path):
                raise FileNotFoundError(errno.ENOENT, "there is no journal", path)
            self._check(self._lib.sd_journal_open_directory(ctypes.byref(self._handle), os.fsencode(path), 0))
        else:
            self._check(self._lib.sd_journal_open(ctypes.byref(self._handle), _LOCAL_ONLY))
        for index, match in enumerate(matches):
            if index:
                self._call("add_disjunction")
            for field, values in match.items():
                for value in values if isinstance(values, list) else [values]:
                    data = f"{field}={value}".encode()
                    self._call("add_match", data, ctypes.c_size_t(len(data)))

    @staticmethod
    def _check(result: int) -> int:
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result

    def _call(self, name: str, *arguments: Any) -> int:
        return self._check(getattr(self._lib, f"sd_journal_{name}")(self._handle, *arguments))

    def seek(self, cursor: str | None, *, from_head: bool) -> None:
        """Stand before the entry to read first: the one behind `cursor`, else the oldest, else the newest, as in Fluentd."""
        if cursor is not None:
            self._call("seek_cursor", cursor.encode())
            # the entry of the cursor itself was read; where it is gone, the next one stands in its place
            if self._call("next") and self._lib.sd_journal_test_cursor(self._handle, cursor.encode()) <= 0:
                self._call("previous")
        elif from_head:
            self._call("seek_head")
        else:
            self._call("seek_tail")
            self._call("previous_skip", ctypes.c_uint64(2))

    def entries(self, most: int) -> Iterator[tuple[int, dict[str, str]]]:
        """Up to `most` entries: time in nanoseconds, and fields as the journal names them."""
        for _ in range(most):
            if not self._call("next"):
                return
            micros = ctypes.c_uint64()
            self._call("get_realtime_usec", ctypes.byref(micros))
            yield micros.value * 1000, self._fields()

    def _fields(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        data, length = ctypes.c_void_p(), ctypes.c_size_t()
        self._lib.sd_journal_restart_data(self._handle)
        while self._call("enumerate_data", ctypes.byref(data), ctypes.byref(length)):
            name, _, value = ctypes.string_at(data.value or 0, length.value).partition(b"=")
            fields[name.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
        return fields

    def cursor(self) -> str:
        """Where the entry read last stands."""
        text = ctypes.c_char_p()
        self._call("get_cursor", ctypes.byref(text))
        try:
            return (text.value or b"").decode()
        finally:
            free = ctypes.CDLL(None).free
            free.argtypes = [ctypes.c_void_p]
            free(ctypes.cast(text, ctypes.c_void_p))

    def wait(self, seconds: float) -> None:
        """Wait until entries came, at most so long."""
        self._call("wait", ctypes.c_uint64(int(seconds * 1_000_000)))

    def close(self) -> None:
        with contextlib.suppress(AttributeError):
            self._lib.sd_journal_close(self._handle)
