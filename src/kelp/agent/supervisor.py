"""The parent process: starts workers again when they crash, passes signals on, answers RPC."""

import os
import select
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kelp.agent.rpc import RpcServer
from kelp.agent.worker import EXIT_CONFIG, EXIT_START
from kelp.common.log import Log

_log = Log("agent.supervisor")
_CRASH_PAUSE_SECONDS = 1.0
_CRASHED = 70
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_RELOADING = (signal.SIGHUP, signal.SIGUSR2)
_HANDLED = (*_STOPPING, *_RELOADING, signal.SIGUSR1, signal.SIGCHLD)
# (function to call when the supervisor is gone) → None
WatchParent = Callable[[Callable[[], None]], None]
Work = Callable[[int, WatchParent], int]
"""(worker id, watch parent) → exit code; runs in a process of its own."""


@dataclass(slots=True)
class Orders:
    """What the supervisor is to do.

    `count` gives the number of workers as the configuration has it now, None where it cannot be read; `reopen_log`
    is called for SIGUSR1; `pause` is the time between a crash and the next start, in seconds.
    """

    work: Work
    count: Callable[[], int | None]
    reopen_log: Callable[[], None]
    rpc: RpcServer | None = None
    pause: float = 0.0


@dataclass(slots=True)
class _State:
    workers: dict[int, int] = field(default_factory=dict)  # process id → worker id
    lifelines: dict[int, int] = field(default_factory=dict)  # process id → our end of its pipe
    due: dict[int, float] = field(default_factory=dict)  # worker id → when it is started again
    leaving: set[int] = field(default_factory=set)  # process ids that were told to end
    count: int = 0
    stopping: bool = False
    code: int = 0


class Supervisor:
    """Forks workers and keeps them running until SIGTERM or SIGINT, or until one cannot start."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._state = _State()
        self._signals: deque[int] = deque()

    def run(self, workers: int) -> int:
        """Start so many workers and supervise; the exit code."""
        self._wake, wake = socket.socketpair()
        self._wake.setblocking(False)
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self._inherited = [self._wake, wake]
        for number in _HANDLED:
            signal.signal(number, lambda number, frame: self._signals.append(number))
        self._state.count = workers
        for worker_id in range(workers):
            self._start(worker_id)
        state = self._state
        while state.workers or (state.due and not state.stopping):
            self._wait()
            while self._signals:
                self._handle(self._signals.popleft())
            now = time.monotonic()
            for worker_id in [one for one, due in state.due.items() if due <= now and not state.stopping]:
                del state.due[worker_id]
                self._start(worker_id)
        return state.code

    def _wait(self) -> None:
        rpc = self._orders.rpc
        readable: list[socket.socket | RpcServer] = [self._wake] if rpc is None else [self._wake, rpc]
        due = min(self._state.due.values(), default=None)
        seconds = None if due is None else max(0.0, due - time.monotonic())
        ready, _, _ = select.select(readable, [], [], seconds)
        if self._wake in ready:
            self._wake.recv(4096)
        if rpc is not None and rpc in ready:
            rpc.serve_one()

    def _handle(self, number: int) -> None:
        if number == signal.SIGCHLD:
            self._reap()
        elif number in _STOPPING:
            self._state.stopping = True
            self._tell_all(number)
        elif number in _RELOADING:
            self._reload(number)
        else:
            self._orders.reopen_log()
            self._tell_all(number)

    def _tell_all(self, number: int) -> None:
        for process in self._state.workers:
            os.kill(process, number)

    def _reload(self, number: int) -> None:
        """Pass the signal on; where the number of workers changed, let all end and start the new ones.

        Workers share ports only with workers that know of each other: old and new ones cannot run side by side.
        """
        state = self._state
        count = self._orders.count()
        if count is None or state.stopping or count == state.count:
            self._tell_all(number)
            return
        _log.info("the number of workers changes: all start anew", workers=count)
        state.count = count
        state.due.clear()
        state.leaving.update(state.workers)
        self._tell_all(signal.SIGTERM)

    def _reap(self) -> None:
        state = self._state
        while state.workers:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            worker_id = state.workers.pop(process)
            os.close(state.lifelines.pop(process))
            code = os.waitstatus_to_exitcode(status)
            if process in state.leaving:
                state.leaving.discard(process)
                if not state.leaving and not state.stopping:
                    state.due = dict.fromkeys(range(state.count), time.monotonic())
            elif state.stopping:
                state.code = state.code or max(code, 0)
            elif code in (EXIT_CONFIG, EXIT_START):
                # Another try would end alike.
                state.code, state.stopping = code, True
                self._tell_all(signal.SIGTERM)
            else:
                pause = self._orders.pause or _CRASH_PAUSE_SECONDS
                say, what = (_log.error, "crashed") if code else (_log.warning, "ended")
                say(
                    f"worker {what}, starting it again", worker=worker_id, exit_code=code, pause_seconds=pause
                )
                state.due[worker_id] = time.monotonic() + pause

    def _start(self, worker_id: int) -> None:
        lifeline, keep = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal that comes before the child has handlers of its own must not run those of its parent.
        signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
        child = os.fork()
        if child == 0:
            os.close(keep)
            os._exit(self._be_worker(worker_id, lifeline))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        os.close(lifeline)
        self._state.lifelines[child] = keep
        self._state.workers[child] = worker_id

    def _be_worker(self, worker_id: int, lifeline: int) -> int:
        self._leave_parent()

        def watch_parent(stop: Callable[[], None]) -> None:
            """Stop when the supervisor is gone: the pipe then reads as ended."""

            def wait() -> None:
                os.read(lifeline, 1)
                stop()

            threading.Thread(target=wait, name="lifeline", daemon=True).start()

        os.environ["SERVERENGINE_WORKER_ID"] = str(worker_id)
        try:
            return self._orders.work(worker_id, watch_parent)
        except BaseException:  # noqa: BLE001 - the process ends here either way
            _log.exception("worker failed")
            return _CRASHED
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    def _leave_parent(self) -> None:
        """Give up what belongs to the parent: its signal handlers, its sockets, its ends of other lifelines.

        Signals that ask a worker to do something stay blocked until it has handlers of its own: none gets lost.
        """
        signal.set_wakeup_fd(-1)
        ending = (*_STOPPING, signal.SIGCHLD)
        for number in ending:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)
        for sock in self._inherited:
            sock.close()
        if self._orders.rpc is not None:
            self._orders.rpc.close()
        for keep in self._state.lifelines.values():
            os.close(keep)
