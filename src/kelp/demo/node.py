"""A node's log folder as the kubelet keeps it: pods/…/0.log, rotated by rename, and symlinks in containers/."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, BinaryIO

from kelp.demo.shop import APPS, Line

_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
CRI_PART_BYTES = 16 * 1024
KEEP_ROTATED = 3


class ContainerLog:
    """One container's log file; `docker` writes json-file lines, otherwise CRI lines."""

    def __init__(
        self, root: Path, pod: str, namespace: str, container: str, docker: bool, rotate_bytes: int
    ) -> None:
        digest = hashlib.sha256(f"{namespace}/{pod}/{container}".encode()).hexdigest()
        self._folder = (
            root
            / "pods"
            / f"{namespace}_{pod}_{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
            / container
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path = self._folder / "0.log"
        link = root / "containers" / f"{pod}_{namespace}_{container}-{digest}.log"
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(os.path.relpath(self._path, link.parent))
        self._docker = docker
        self._rotate_bytes = rotate_bytes
        self._file: BinaryIO = open(self._path, "ab", buffering=0)  # noqa: SIM115 (lives as long as the pod)

    def write(self, stream: str, text: str, time_ns: int) -> None:
        """Append every line of `text`, then rotate if the file has grown past the limit."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time_ns // 10**9)) + f".{time_ns % 10**9:09d}Z"
        render = self._docker_lines if self._docker else self._cri_lines
        self._file.write(b"".join(render(stream, line, stamp) for line in text.split("\n")))
        if self._file.tell() >= self._rotate_bytes:
            self._rotate()

    def close(self) -> None:
        self._file.close()

    @staticmethod
    def _docker_lines(stream: str, line: str, stamp: str) -> bytes:
        return json.dumps({"log": line + "\n", "stream": stream, "time": stamp}, **_COMPACT).encode() + b"\n"

    @staticmethod
    def _cri_lines(stream: str, line: str, stamp: str) -> bytes:
        data = line.encode()
        parts = [data[at : at + CRI_PART_BYTES] for at in range(0, len(data), CRI_PART_BYTES)] or [b""]
        head = f"{stamp} {stream} ".encode()
        return b"".join(head + (b"F " if part is parts[-1] else b"P ") + part + b"\n" for part in parts)

    def _rotate(self) -> None:
        self._file.close()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        self._path.rename(self._folder / f"0.log.{stamp}-{time.time_ns() % 10**9:09d}")
        self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115
        for old in sorted(self._folder.glob("0.log.*"))[:-KEEP_ROTATED]:
            old.unlink()


class Node:
    """All containers of the shop on one node, writing below `root`."""

    def __init__(self, root: Path, rotate_bytes: int = 10 * 1024 * 1024) -> None:
        self._logs: dict[str, list[ContainerLog]] = {}
        for number, app in enumerate(APPS):
            seed = hashlib.sha256(app.name.encode()).hexdigest()
            pods = [f"{app.name}-{seed[:9]}-{seed[10 + 5 * i : 15 + 5 * i]}" for i in range(app.replicas)]
            self._logs[app.name] = [
                ContainerLog(
                    root, pod, app.namespace, app.name, docker=number % 4 == 3, rotate_bytes=rotate_bytes
                )
                for pod in pods
            ]
        self._turn = 0

    def write(self, line: Line, time_ns: int) -> None:
        """Give the line to one of the app's pods, in turn."""
        self._turn += 1
        logs = self._logs[line.app]
        logs[self._turn % len(logs)].write(line.stream, line.text, time_ns)

    def close(self) -> None:
        for logs in self._logs.values():
            for log in logs:
                log.close()
