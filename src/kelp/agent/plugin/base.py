"""What every plugin has: declared options, a log, a place to emit to, and a life cycle."""

import itertools
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, cast

from kelp.agent.config import ConfigError, Configurable, Element
from kelp.agent.config.compat import lift_flat_options
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import registry
from kelp.common.log import LEVELS, Log

if TYPE_CHECKING:
    from kelp.agent.plugin.filter import Filter
    from kelp.agent.plugin.formatter import Formatter
    from kelp.agent.plugin.output import Output
    from kelp.agent.plugin.parser import Parser


class Router(Protocol):
    """Where a plugin's events go."""

    def emit(self, tag: str, batch: Batch) -> None:
        """Pass a batch through the filters of `tag` to its output; returns once the output has it."""

    def emit_error(self, tag: str, time: int, record: Record, error: Exception) -> None:
        """Send a record that cannot be processed to `@ERROR`, or log it where there is no such label."""

    def emit_after(self, stage: "Filter", tag: str, batch: Batch) -> None:
        """Pass a batch to what follows the filter `stage` on the way of `tag`."""

    def keeps_failed(self, tag: str) -> bool:
        """Whether events of `tag` that a filter fails at go on, besides going to `@ERROR`."""


class Context(Protocol):
    """What the running agent offers to its plugins."""

    @property
    def root_dir(self) -> Path | None:
        """Folder for what plugins keep."""

    @property
    def file_mode(self) -> int:
        """Permission of files that plugins make."""

    @property
    def dir_mode(self) -> int:
        """Permission of folders that plugins make."""

    @property
    def workers(self) -> int:
        """How many workers run the plugin."""

    @property
    def worker_id(self) -> int:
        """Number of this worker, from 0."""

    @property
    def config_path(self) -> str:
        """The configuration file."""

    @property
    def log_path(self) -> str | None:
        """The file of the agent's own log."""

    @property
    def has_error_label(self) -> bool:
        """Whether the configuration has a label `@ERROR`."""

    def plugins(self) -> "list[Plugin]":
        """The plugins of the configuration: inputs, then outputs and filters, the top level first."""

    def output_of(self, tag: str) -> "Output | None":
        """The output of a tag at the top level."""

    def router(self, label: str | None) -> Router:
        """The router of a label (`@name`), `None` or `@ROOT` for the top level. Raises ConfigError."""


PluginT = TypeVar("PluginT", bound="Plugin")
_serial = itertools.count(1)


class Plugin(Configurable):
    """Base of all plugins.

    Life cycle: `configure` → `start` → `stop` (ask threads to end) → `shutdown` (last flush) → `close`.
    The pipeline drives the plugins in `children` (made with `create_…`) along with their owner.
    """

    kind: ClassVar[str] = ""
    type_name: ClassVar[str] = ""
    # Whether several workers may run it at once; if not, it needs a <worker N> section where there are several.
    multi_workers_ready: ClassVar[bool] = True
    # Whether it emits events, so that `@label` has a meaning.
    takes_label: ClassVar[bool] = True
    # Which of Fluentd 0.12's flat options to lift: parser, buffer, inject, extract, formatter.
    flat_options: ClassVar[tuple[str, ...]] = ()
    # Chunk key of a lifted <buffer>: "" or "time".
    default_chunk_key: ClassVar[str] = ""

    plugin_id: str
    log: Log
    router: Router
    context: Context
    children: "list[Plugin]"

    def setup(self, element: Element, context: Context, router: Router) -> None:
        """Take the options from `element` and configure. Raises ConfigError with all faults."""
        self.context = context
        self.router = router
        self.children = []
        self.element = element
        for reserved in ("@type", "@id", "@log_level"):
            element.attr(reserved)
        element.known.update(("@type", "@id", "@label", "@log_level"))
        given_id = element.get("@id")
        self.plugin_id = given_id or f"{self.type_name}:{next(_serial)}"
        self.log = Log(f"agent.{given_id or self.type_name}", given_id)
        self._set_log_level(element)
        if context.workers > 1 and not self.multi_workers_ready:
            raise element.error(
                f"plugin {self.type_name!r} does not support several workers; put it into a section <worker 0>"
            )
        try:
            lift_flat_options(element, self.flat_options, self.default_chunk_key)
            self.load(element)
            self.configure()
        except ConfigError as error:
            raise error.at(element.place) from error.__cause__

    def _set_log_level(self, element: Element) -> None:
        level = element.get("@log_level")
        if level is None:
            return
        if level.lower() not in LEVELS:
            wanted = ", ".join(LEVELS)
            message = f"option '@log_level' must be one of {wanted}, got {level!r}"
            raise element.error(message, element.place_of("@log_level"))
        self.log = Log(f"agent.{self.plugin_id}", element.get("@id"))
        self.log.set_level(level.lower())

    @property
    def has_own_id(self) -> bool:
        """Whether the configuration names this plugin with `@id` (some storage needs a lasting name)."""
        return "@id" in self.element or "id" in self.element

    @property
    def hostname(self) -> str:
        return socket.gethostname()

    def configure(self) -> None:
        """Check what spans options and compile them; called once the options are set."""

    def start(self) -> None:
        """Open what is needed and start threads."""

    def stop(self) -> None:
        """Ask threads to end; no new work is taken."""

    def shutdown(self) -> None:
        """Wait for threads and hand on everything still held."""

    def close(self) -> None:
        """Release files and sockets."""

    def statistics(self) -> dict[str, Any]:
        """Counters and sizes under the names that monitor_agent shows."""
        return {}

    def emit(self, tag: str, batch: Batch) -> None:
        """Send events on their way from the top of this plugin's router."""
        self.router.emit(tag, batch)

    def emit_error(self, tag: str, time: int, record: Record, error: Exception) -> None:
        """Send one record that cannot be processed to `@ERROR`."""
        self.router.emit_error(tag, time, record, error)

    def create_plugin(self, kind: str, element: Element, default_type: str | None = None) -> "Plugin":
        """Build and configure the plugin of `kind` that a section describes; it lives along with this one."""
        type_name = element.get("@type") or default_type
        child = build(kind, type_name, element, self.context, self.router)
        self.children.append(child)
        return child

    def create_parser(self, element: Element | None, default_type: str | None = None) -> "Parser":
        """The parser of a `<parse>` section; without one, `default_type` with its defaults."""
        return cast("Parser", self._create("parser", "parse", element, default_type))

    def create_formatter(self, element: Element | None, default_type: str | None = None) -> "Formatter":
        """The formatter of a `<format>` section; without one, `default_type` with its defaults."""
        return cast("Formatter", self._create("formatter", "format", element, default_type))

    def _create(self, kind: str, tag: str, element: Element | None, default_type: str | None) -> "Plugin":
        if element is None:
            if default_type is None:
                raise self.error(f"section <{tag}> is required")
            element = self.element.implied(tag)
        return self.create_plugin(kind, element, default_type)


def label_of(kind: str, element: Element) -> str | None:
    """The `@label` of a section; None where it has none, or where its plugin emits nothing and thus ignores it."""
    cls = registry.find(kind, str(element.get("@type")))
    label = element.get("@label") if cls is not None and cls.takes_label else None
    return None if label is None else str(label)


def build(kind: str, type_name: Any, element: Element, context: Context, router: Router) -> Plugin:
    """Make and set up the plugin of `kind` and `type_name`. Raises ConfigError."""
    if not type_name:
        raise element.error("option '@type' is required")
    cls = registry.find(kind, str(type_name))
    if cls is None:
        mend = registry.suggestion(kind, str(type_name))
        raise element.error(f"unknown {kind} plugin {type_name!r}; {mend}", element.place_of("@type"))
    plugin = cls()
    plugin.setup(element, context, router)
    return plugin
