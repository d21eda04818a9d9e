"""Client libraries that are installed apart, because few agents need them and they are large."""

import importlib
from types import ModuleType

from kelp.agent.plugin.base import Plugin


def load(plugin: Plugin, module: str, extra: str) -> ModuleType:
    """The library `module`; raises ConfigError that says which extra to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise plugin.error(
            f"the {plugin.kind} {plugin.type_name} needs {module.partition('.')[0]}, which is not installed; "
            f"install it with: pip install 'kelp[{extra}]'"
        ) from error
