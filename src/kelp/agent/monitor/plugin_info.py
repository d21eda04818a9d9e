"""What is told about each plugin, under the names that Fluentd's monitor_agent gives."""

import time
from collections.abc import Sequence
from typing import Any

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config.dump import MASK, is_secret
from kelp.agent.output.stores import MultiOutput
from kelp.agent.plugin import Output, Plugin

Info = dict[str, Any]


def listed(plugins: Sequence[Plugin]) -> list[Plugin]:
    """The plugins that are shown: those of the configuration, and the stores of outputs that have some."""
    shown: list[Plugin] = []
    for plugin in plugins:
        shown.append(plugin)
        if isinstance(plugin, MultiOutput):
            shown += listed(plugin.stores)
    return shown


def describe(plugin: Plugin, *, with_config: bool = False, with_retry: bool = False) -> Info:
    """Id, category, type and figures of a plugin."""
    info: Info = {
        "plugin_id": plugin.plugin_id,
        "plugin_category": category(plugin),
        "type": type_of(plugin),
    }
    if with_config:
        info["config"] = masked_options(plugin)
    info["output_plugin"] = isinstance(plugin, Output)
    info.update(plugin.statistics())
    retry = info.pop("retry", None)
    if with_retry and isinstance(plugin, BufferedOutput):
        info["retry"] = {} if retry is None else {key: _moment(key, retry[key]) for key in _RETRY}
    return info


_RETRY = ("start", "steps", "next_time")


def _moment(key: str, value: Any) -> Any:
    """Times as Ruby writes them."""
    return value if key == "steps" else time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(value))


def category(plugin: Plugin) -> str:
    """input, output or filter."""
    return plugin.kind or "unknown"


def type_of(plugin: Plugin) -> str:
    """The type as the configuration names it."""
    return str(plugin.element.get("@type") or plugin.type_name)


def masked_options(plugin: Plugin) -> Info:
    """The options as written, secret ones hidden."""
    secret = {param.name for param in plugin.params.values() if param.secret}
    secret |= {param.alias for param in plugin.params.values() if param.secret and param.alias}
    attrs = plugin.element.attrs
    return {name: MASK if name in secret or is_secret(name) else attr.value for name, attr in attrs.items()}
