"""`rpc_endpoint`: controlling the agent over HTTP, with Fluentd's paths."""

import json
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from kelp.agent.pipeline.system import RPC_ENDPOINT
from kelp.common.errors import KelpError
from kelp.common.log import Log

_log = Log("agent.rpc")
_REQUEST_SECONDS = 2.0
_MOST_BYTES = 16 << 10
Answer = dict[str, Any]
Action = Callable[[], Answer | None]


def actions(dump: Callable[[], str], *, with_dump: bool) -> dict[str, Action]:
    """What the paths do: signals to this process, and the configuration as text."""
    found: dict[str, Action] = {
        "/api/processes.interruptWorkers": _signals(signal.SIGINT),
        "/api/processes.killWorkers": _signals(signal.SIGTERM),
        "/api/processes.flushBuffersAndKillWorkers": _signals(signal.SIGUSR1, signal.SIGTERM),
        "/api/processes.zeroDowntimeRestart": _signals(signal.SIGUSR2),
        "/api/plugins.flushBuffers": _signals(signal.SIGUSR1),
        "/api/config.reload": _signals(signal.SIGHUP),
        "/api/config.gracefulReload": _signals(signal.SIGUSR2),
        "/api/config.dump": lambda: _log.info("the configuration:\n" + dump()),
    }
    if with_dump:
        found["/api/config.getDump"] = lambda: {"conf": dump()}
    return found


def _signals(*numbers: int) -> Action:
    def send() -> None:
        for number in numbers:
            os.kill(os.getpid(), number)

    return send


class RpcServer:
    """Answers one request at a time, when its owner finds `fileno` readable. Raises KelpError for an address it cannot have."""

    def __init__(self, endpoint: str, actions: Mapping[str, Action]) -> None:
        found = RPC_ENDPOINT.fullmatch(endpoint)
        if found is None:
            raise KelpError(f"cannot listen for RPC: rpc_endpoint must be HOST:PORT, got {endpoint!r}")
        self._actions = actions
        host, port = found["host"], int(found["port"])
        self._sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._sock.bind((host, port))
        except OSError as error:
            self._sock.close()
            raise KelpError(f"cannot listen for RPC on {endpoint}: {error.strerror or error}") from error
        self._sock.listen()

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()

    def serve_one(self) -> None:
        """Accept a connection and answer its request."""
        try:
            sock, _address = self._sock.accept()
        except OSError as error:
            _log.warning("cannot accept connection", error=error)
            return
        with sock:
            sock.settimeout(_REQUEST_SECONDS)
            try:
                status, answer = self._answer(_read_head(sock))
                body = json.dumps(answer, separators=(",", ":")).encode()
                head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
                sock.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
            except OSError as error:
                _log.debug("connection broke", error=error)

    def _answer(self, head: str) -> tuple[str, Answer]:
        words = head.split(" ")
        if len(words) < 2:
            return "400 Bad Request", {"ok": False, "message": "this is no HTTP request"}
        action = self._actions.get(words[1].partition("?")[0])
        if action is None:
            return "404 Not Found", {"ok": False, "message": f"there is no {words[1]}"}
        return "200 OK", {**(action() or {}), "ok": True}

    def serve_in_thread(self) -> None:
        """Answer requests from now on, for owners without a loop of their own."""

        def run() -> None:
            while True:
                select.select([self], [], [])
                self.serve_one()

        threading.Thread(target=run, name="rpc", daemon=True).start()


def _read_head(sock: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _MOST_BYTES:
        block = sock.recv(4096)
        if not block:
            break
        data += block
    return data.decode("latin-1")
