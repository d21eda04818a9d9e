"""Starting and stopping a configured agent so that nothing on its way is lost."""

import gc
import threading
from collections.abc import Callable

from kelp.agent.pipeline.assembly import Assembly, all_plugins
from kelp.agent.pipeline.log_events import LogEvents
from kelp.agent.plugin import Output, Plugin
from kelp.common.log import Log

_log = Log("agent")
# Records have no cycles: looking for those at each few hundred of them would cost a tenth of the time.
_GC_THRESHOLDS = (50_000, 20, 20)
_LARGE_BLOCK_BYTES = 16 << 20


class Agent:
    """The running plugins of one configuration."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self._log_events = LogEvents(assembly)

    def start(self) -> None:
        """Start outputs and filters from the end of the flow to its beginning, then the inputs.

        What was started is stopped again when a plugin cannot start; its exception goes on.
        """
        started: list[Plugin] = []
        inputs = [] if self.assembly.system.without_source else list(self.assembly.inputs)
        try:
            for plugin in [
                *reversed(all_plugins([*self.assembly.stages])),
                *reversed(all_plugins([*inputs])),
            ]:
                plugin.start()
                started.append(plugin)
        except BaseException:
            for step in ("stop", "shutdown", "close"):
                for plugin in reversed(started):
                    _attempt(plugin, step)
            raise
        self._log_events.start()
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        # glibc returns each block of memory larger than any freed before to the system, so that getting the next one
        # costs a page fault every 4 KiB: a twentieth of the time. This one is never touched, and thus takes no room.
        bytes(_LARGE_BLOCK_BYTES)

    def stop(self) -> None:
        """Stop inputs first, let filters hand on what they hold, flush outputs, then close everything."""
        inputs = all_plugins([*self.assembly.inputs])
        for step in ("stop", "shutdown"):
            _each(inputs, step)
        self._log_events.stop()
        stages = self.assembly.stages
        # Stages that hold events for others come first, in the order of the flow.
        for stage in stages:
            if not _is_buffered(stage):
                _attempt(stage, "stop")
                _attempt(stage, "shutdown")
        # Only now is it known how far what was read has come; a sink that is away must not hold this up.
        _each(inputs, "close")
        for in_error_label in (False, True):
            self._flush([one for one in stages if self.assembly.is_error_stage(one) == in_error_label])
        _each(all_plugins([*stages]), "close")

    def _flush(self, stages: "list[Plugin]") -> None:
        """Shut down buffered outputs side by side: a sink that is away must not hold up the others."""
        buffered = [p for stage in stages for p in all_plugins([stage]) if _is_buffered(p) or p is not stage]
        threads = [threading.Thread(target=_shut_down, args=(plugin,), daemon=True) for plugin in buffered]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def flush(self) -> None:
        """Write out what the buffers hold, soon."""
        for plugin in all_plugins([*self.assembly.stages]):
            if isinstance(plugin, Output):
                _guarded(plugin, "flush", plugin.flush)


def _is_buffered(plugin: Plugin) -> bool:
    return isinstance(plugin, Output) and plugin.buffered and not plugin.hands_on


def _shut_down(plugin: Plugin) -> None:
    _attempt(plugin, "stop")
    _attempt(plugin, "shutdown")


def _each(plugins: list[Plugin], step: str) -> None:
    for plugin in plugins:
        _attempt(plugin, step)


def _attempt(plugin: Plugin, step: str) -> None:
    _guarded(plugin, step, getattr(plugin, step))


def _guarded(plugin: Plugin, step: str, call: Callable[[], None]) -> None:
    """Call one step of the life cycle; its failure must not keep the other plugins from theirs."""
    try:
        call()
    except Exception:  # noqa: BLE001 - see above
        _log.exception(f"cannot {step} plugin", plugin=plugin.plugin_id)
