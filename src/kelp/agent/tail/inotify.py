"""Linux inotify through the C library; where it is missing or exhausted, files are polled."""

import contextlib
import ctypes
import ctypes.util
import os
import struct

IN_MODIFY = 0x2
IN_ATTRIB = 0x4
IN_MOVED_FROM = 0x40
IN_MOVED_TO = 0x80
IN_CREATE = 0x100
IN_DELETE = 0x200
IN_DELETE_SELF = 0x400
IN_MOVE_SELF = 0x800

FOLDER_EVENTS = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE

_HEADER = struct.Struct("iIII")


class Inotify:
    """An inotify instance; `fd` becomes readable when something happened. Raises OSError where unsupported."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6", use_errno=True)
        if not hasattr(self._c, "inotify_init1"):
            raise OSError("this system has no inotify")
        self.fd = int(self._c.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def watch(self, path: str, mask: int) -> int:
        """Watch what `path` leads to; returns its descriptor. Raises OSError (ENOSPC: the limit is reached)."""
        descriptor = self._c.inotify_add_watch(self.fd, os.fsencode(path), mask)
        if descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
        return int(descriptor)

    def unwatch(self, descriptor: int) -> None:
        """Forget a descriptor; one that is already gone is no error."""
        self._c.inotify_rm_watch(self.fd, descriptor)

    def read(self) -> list[tuple[int, int, str]]:
        """What happened since the last call: descriptor (-1: news were lost), mask, name within a folder."""
        happened: list[tuple[int, int, str]] = []
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self.fd, 65536):
                position = 0
                while position < len(data):
                    descriptor, mask, _cookie, length = _HEADER.unpack_from(data, position)
                    position += _HEADER.size
                    name = os.fsdecode(data[position : position + length].rstrip(b"\0"))
                    position += length
                    happened.append((descriptor, mask, name))
        return happened

    def close(self) -> None:
        os.close(self.fd)
