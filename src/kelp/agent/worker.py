"""One agent process: load, run, react to signals, stop."""

import faulthandler
import os
import signal
import socket
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kelp.agent.config import ConfigError, Element
from kelp.agent.config.load import load_config
from kelp.agent.own_log import reopen_own_log
from kelp.agent.pipeline.assemble import assemble, read_system
from kelp.agent.pipeline.assembly import Assembly
from kelp.agent.pipeline.lifecycle import Agent
from kelp.agent.pipeline.system import SystemSection
from kelp.common.log import Log

_log = Log("agent")
_HANDLED = (
    signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT,
)  # fmt: skip
EXIT_CONFIG = 1
# Ends the process for good: the supervisor must not try again with the same configuration.
EXIT_START = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says; `system` and `log` replace options of `<system>` and its `<log>`."""

    config: Path
    form: str = "auto"
    inline: str = ""
    log_file: str | None = None
    system: dict[str, str] = field(default_factory=dict)
    log: dict[str, str] = field(default_factory=dict)


def load_tree(settings: Settings) -> Element:
    """The configuration's sections, with what the command line says. Raises ConfigError."""
    root = load_config(settings.config, settings.form, settings.inline)
    if settings.system or settings.log:
        system = _section(root, "system")
        for name, value in settings.system.items():
            system.set(name, value)
        if settings.log:
            section = _section(system, "log")
            for name, value in settings.log.items():
                section.set(name, value)
    return root


def _section(parent: Element, name: str) -> Element:
    for child in parent.elements:
        if child.name == name:
            return child
    parent.elements.append(Element(name, file="the command line"))
    return parent.elements[-1]


def load_system(settings: Settings) -> tuple[SystemSection, Element]:
    """The options of the whole agent, and the configuration they stand in. Raises ConfigError."""
    root = load_tree(settings)
    return read_system(root), root


def load(settings: Settings, worker_id: int = 0) -> Assembly:
    """The configured agent. Raises ConfigError with all faults; the first worker logs what is unused."""
    assembly = assemble(load_tree(settings), worker_id)
    _make_root_folder(assembly.system)
    assembly.config_path = str(settings.config)
    assembly.log_path = settings.log_file or assembly.system.log.path
    for warning in assembly.warnings if worker_id == 0 else ():
        _log.warning(warning)
    return assembly


def _make_root_folder(system: SystemSection) -> None:
    if system.root_path is None:
        return
    try:
        system.root_path.mkdir(system.dir_mode, parents=True, exist_ok=True)
    except OSError as error:
        what = "is no folder" if isinstance(error, FileExistsError) else f"cannot be made: {error.strerror}"
        raise system.error(f"'root_dir' {system.root_path} {what}", "root_dir") from None


def describe_faults(error: ConfigError) -> str:
    """The faults of a configuration for a terminal."""
    faults = error.faults
    head = (
        "the configuration has a fault" if len(faults) == 1 else f"the configuration has {len(faults)} faults"
    )
    return "\n".join([f"error: {head}", *(str(fault) for fault in faults)])


def _dump_threads() -> None:
    """Write what every thread is doing to a file, as Ruby's sigdump does."""
    path = Path(tempfile.gettempdir()) / f"sigdump-{os.getpid()}.log"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
            faulthandler.dump_traceback(file, all_threads=True)
    except OSError as error:
        _log.warning("cannot write what the threads are doing", path=path, error=error)


class Worker:
    """Runs an agent until SIGTERM or SIGINT.

    SIGHUP and SIGUSR2 reload, SIGUSR1 flushes and opens the log again, SIGCONT writes what the threads are doing to
    `sigdump-PID.log` in the folder for temporary files.
    """

    def __init__(self, settings: Settings, assembly: Assembly) -> None:
        self._settings = settings
        self._worker_id = assembly.worker_id
        self._agent = Agent(assembly)
        self._code = 0
        self._signals: deque[int] = deque()
        # A signal may be delivered to any thread: writing to this wakes the one that waits for it.
        self._wait_end, self._wake_end = socket.socketpair()
        self._wake_end.setblocking(False)

    def stop_soon(self) -> None:
        """Ask the worker to stop, from any thread."""
        self._signals.append(signal.SIGTERM)
        self._wake_end.send(b"\0")

    def _next_signal(self) -> int:
        while not self._signals:
            self._wait_end.recv(4096)
        return self._signals.popleft()

    def run(self) -> int:
        """Start, wait for signals, stop; the exit code."""
        for handled in _HANDLED:
            signal.signal(handled, lambda number, frame: self._signals.append(number))
        signal.set_wakeup_fd(self._wake_end.fileno(), warn_on_full_buffer=False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)  # those that came while it was loading
        if not self._start():
            return EXIT_START
        actions: dict[int, Callable[[], None]] = {
            signal.SIGHUP: self._reload,
            signal.SIGUSR2: self._reload,
            signal.SIGUSR1: self._flush,
            signal.SIGCONT: _dump_threads,
        }
        while True:
            number = self._next_signal()
            if number not in actions:
                break
            actions[number]()
        _log.info("stopping", **self._who())
        self._agent.stop()
        _log.info("stopped", **self._who())
        return self._code

    def _who(self) -> dict[str, object]:
        """The number of the worker, where there are several."""
        return {"worker": self._worker_id} if self._agent.assembly.workers > 1 else {}

    def _start(self) -> bool:
        try:
            self._agent.start()
        except Exception as error:  # noqa: BLE001 - a busy port, a folder that cannot be made
            _log.error(f"cannot start: {error}", error_class=type(error).__name__)
            return False
        _log.info("agent is running", config=self._settings.config, pid=os.getpid(), **self._who())
        return True

    def _flush(self) -> None:
        reopen_own_log()
        _log.info("flushing the buffers", **self._who())
        self._agent.flush()

    def _reload(self) -> None:
        """Take the configuration as it is now; with a fault in it the old one goes on."""
        _log.info("reloading the configuration", config=self._settings.config, **self._who())
        try:
            assembly = load(self._settings, self._worker_id)
        except ConfigError as error:
            _log.error(describe_faults(error) + "\nthe agent goes on with the old configuration")
            return
        if self._worker_id >= assembly.workers:
            return  # the supervisor ends this worker
        self._agent.stop()
        self._agent = Agent(assembly)
        if not self._start():
            self._code = EXIT_START
            self._signals.append(signal.SIGTERM)
