"""One agent process: load, run, react to signals, stop."""

import queue
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kelp.agent.config import ConfigError
from kelp.agent.config.load import load_config
from kelp.agent.pipeline.assemble import Assembly, assemble
from kelp.agent.pipeline.lifecycle import Agent
from kelp.common.log import Log

_log = Log("agent")
EXIT_CONFIG = 1
# Ends the process for good: the supervisor must not try again with the same configuration.
EXIT_START = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says."""

    config: Path
    form: str = "auto"
    inline: str = ""
    without_source: bool = False


def load(settings: Settings) -> Assembly:
    """The configured agent. Raises ConfigError with all faults; logs what is unused."""
    assembly = assemble(load_config(settings.config, settings.form, settings.inline))
    if settings.without_source:
        assembly.system.without_source = True
    for warning in assembly.warnings:
        _log.warning(warning)
    return assembly


def describe_faults(error: ConfigError) -> str:
    """The faults of a configuration for a terminal."""
    faults = error.faults
    head = (
        "the configuration has a fault" if len(faults) == 1 else f"the configuration has {len(faults)} faults"
    )
    return "\n".join([f"error: {head}", *(str(fault) for fault in faults)])


class Worker:
    """Runs an agent until SIGTERM or SIGINT; SIGHUP and SIGUSR2 reload, SIGUSR1 flushes."""

    def __init__(self, settings: Settings, assembly: Assembly) -> None:
        self._settings = settings
        self._agent = Agent(assembly)
        # A queue that is safe to use from a signal handler, unlike locks and events.
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def stop_soon(self) -> None:
        """Ask the worker to stop, from any thread."""
        self._signals.put(signal.SIGTERM)

    def run(self) -> int:
        """Start, wait for signals, stop; the exit code."""
        for handled in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(handled, lambda number, frame: self._signals.put(number))
        if not self._start():
            return EXIT_START
        actions: dict[int, Callable[[], None]] = {
            signal.SIGHUP: self._reload,
            signal.SIGUSR2: self._reload,
            signal.SIGUSR1: lambda: self._agent.flush(),
        }
        while True:
            number = self._signals.get()
            if number not in actions:
                break
            actions[number]()
        _log.info("stopping")
        self._agent.stop()
        _log.info("stopped")
        return 0

    def _start(self) -> bool:
        try:
            self._agent.start()
        except Exception as error:  # noqa: BLE001 - a busy port, a folder that cannot be made
            _log.error(f"cannot start: {error}", error_class=type(error).__name__)
            return False
        _log.info("agent is running", config=self._settings.config)
        return True

    def _reload(self) -> None:
        """Take the configuration as it is now; with a fault in it the old one goes on."""
        _log.info("reloading the configuration", config=self._settings.config)
        try:
            assembly = load(self._settings)
        except ConfigError as error:
            _log.error(describe_faults(error) + "\nthe agent goes on with the old configuration")
            return
        self._agent.stop()
        self._agent = Agent(assembly)
        if not self._start():
            self._signals.put(signal.SIGTERM)
