"""Input `monitor_agent`: a page with the state of all plugins, for people and for monitoring."""

import os
import time
from typing import Any

import orjson

from kelp import __version__
from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.listen.pages import Page, PageServer, Query
from kelp.agent.monitor.plugin_info import Info, describe, listed, type_of
from kelp.agent.plugin import Input, Plugin, register
from kelp.agent.plugin.clock import Ticker

_JSON = "application/json"


@register("input", "monitor_agent")
class MonitorAgentInput(Input):
    """Show the state of all plugins at `/api/plugins.json` and `/api/config.json`; emit it where `tag` is set.

    `/api/plugins` takes `@id=…`, `@type=…` and `tag=…`. Without `.json` the answer is LTSV.
    """

    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    port: int = param.integer(default=24220, description="Port to listen on, plus the number of the worker.")
    tag: str | None = param.string(
        default=None, description="Emit the state under this tag; without it, nothing is emitted."
    )
    emit_interval: float = param.time(default=60, description="Seconds between two such events.")
    include_config: bool = param.boolean(
        default=False, description="Show the options of each plugin; also `with_config=true` in a request."
    )
    include_retry: bool = param.boolean(
        default=False, description="Show the retries of each output; also `with_retry=true` in a request."
    )
    include_debug_info: bool = param.boolean(
        default=False, description="Let `debug=1` in a request show what plugins hold inside."
    )

    def configure(self) -> None:
        pages = {
            "/api/plugins": self._plugins_ltsv,
            "/api/plugins.json": self._plugins_json,
            "/api/config": lambda _query: _ltsv([self._agent_info()]),
            "/api/config.json": lambda query: _json(self._agent_info(), self._is_debug(query)),
        }
        self._server = PageServer(self.bind, self.port + self.context.worker_id, pages, self.log)
        seconds = self.emit_interval if self.tag else None
        self._ticker = Ticker(seconds, self._emit_state, self.log, "monitor-agent")

    def start(self) -> None:
        self._server.start()
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.stop()
        self._server.stop()

    def shutdown(self) -> None:
        self._ticker.join()

    def _emit_state(self) -> None:
        assert self.tag is not None
        batch = Batch()
        now = time.time_ns()
        for plugin in self._plugins():
            batch.append(now, describe(plugin))
        self.emit(self.tag, batch)

    def _plugins(self) -> list[Plugin]:
        return listed(self.context.plugins())

    def _plugins_ltsv(self, query: Query) -> Page:
        return _ltsv(self._selected(query))

    def _plugins_json(self, query: Query) -> Page:
        return _json({"plugins": self._selected(query)}, self._is_debug(query))

    def _is_debug(self, query: Query) -> bool:
        return self.include_debug_info and "debug" in query

    def _selected(self, query: Query) -> list[Info]:
        plugins = self._plugins()
        wanted_id = _first(query, "@id", "id")
        wanted_type = _first(query, "@type", "type")
        if (tag := _first(query, "tag")) is not None:
            output = self.context.output_of(tag)
            plugins = [] if output is None else [output]
        elif wanted_id is not None:
            plugins = [one for one in plugins if one.plugin_id == wanted_id][:1]
        elif wanted_type is not None:
            plugins = [one for one in plugins if type_of(one) == wanted_type]
        with_config = _flag(query, "with_config", self.include_config)
        with_retry = _flag(query, "with_retry", self.include_retry)
        found = [describe(one, with_config=with_config, with_retry=with_retry) for one in plugins]
        if self._is_debug(query):
            for info, plugin in zip(found, plugins, strict=True):
                info["instance_variables"] = _inside(plugin)
        elif self.include_debug_info and (names := _first(query, "with_ivars")):
            for info, plugin in zip(found, plugins, strict=True):
                held = _inside(plugin)
                info["instance_variables"] = {n: held[n] for n in names.split(",") if n in held}
        return found

    def _agent_info(self) -> Info:
        return {
            "pid": os.getpid(),
            "ppid": os.getppid(),
            "version": __version__,
            "config_path": self.context.config_path,
            "pid_file": None,
            "plugin_dirs": [],
            "log_path": self.context.log_path,
            "root_dir": self.context.root_dir and str(self.context.root_dir),
        }


def _inside(plugin: Plugin) -> Info:
    """The attributes of a plugin as text, secret options left out."""
    secret = {name for name, one in plugin.params.items() if one.secret}
    hidden = {"element", "context", "router", "log", "children", *secret}
    return {
        name.lstrip("_"): value
        if isinstance(value, str | int | float | bool) or value is None
        else repr(value)
        for name, value in vars(plugin).items()
        if name not in hidden
    }


def _first(query: Query, *names: str) -> str | None:
    return next((query[name][0] for name in names if name in query), None)


def _flag(query: Query, name: str, default: bool) -> bool:
    given = _first(query, name)
    return default if given is None else given in ("true", "yes", "1", "")


def _json(value: Any, indented: bool) -> Page:
    option = orjson.OPT_INDENT_2 if indented else 0
    return Page(orjson.dumps(value, default=repr, option=option | orjson.OPT_NON_STR_KEYS), _JSON)


def _ltsv(rows: list[Info]) -> Page:
    lines = []
    for row in rows:
        cells = []
        for key, value in row.items():
            if isinstance(value, dict):
                continue
            cells.append(f"{key}:{_cell(value)}")
        lines.append("\t".join(cells) + "\n")
    return Page("".join(lines).encode(), "text/plain")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_cell, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
