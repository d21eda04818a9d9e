"""Plugin classes by kind and type name; a plugin's file is imported when its type is first asked for."""

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kelp.agent.plugin.known import INSTEAD

if TYPE_CHECKING:
    from kelp.agent.plugin.base import Plugin

_PACKAGE = "kelp.agent.plugins"
# Kind → prefix of the plugin files' names.
PREFIXES = {
    "input": "in",
    "filter": "filter",
    "output": "out",
    "parser": "parser",
    "formatter": "formatter",
    "buffer": "buf",
}
# Further type names of a plugin, by kind.
ALIASES = {
    ("input", "dummy"): "sample",
    ("input", "journald"): "systemd",
    ("parser", "klog"): "kubernetes",
    ("buffer", "file_single"): "file",
}
_classes: "dict[tuple[str, str], type[Plugin]]" = {}
P = TypeVar("P", bound="type[Plugin]")


def register(kind: str, type_name: str) -> Callable[[P], P]:
    """Class decorator: `@register("filter", "grep")`; further names of a plugin are rows of ALIASES."""

    def decorate(cls: P) -> P:
        if kind not in PREFIXES:
            raise ValueError(f"cannot register {cls.__name__}: unknown kind {kind!r}")
        cls.kind = kind
        cls.type_name = type_name
        _classes[kind, type_name] = cls
        return cls

    return decorate


def find(kind: str, type_name: str) -> "type[Plugin] | None":
    """The class of a plugin type, imported if need be; None when there is no such type."""
    type_name = ALIASES.get((kind, type_name), type_name)
    if (kind, type_name) not in _classes:
        module = f"{_PACKAGE}.{PREFIXES[kind]}_{type_name}"
        if not type_name.isidentifier() or importlib.util.find_spec(module) is None:
            return None
        importlib.import_module(module)
    return _classes.get((kind, type_name))


def type_names(kind: str) -> list[str]:
    """The type names that have a file, sorted."""
    package = importlib.import_module(_PACKAGE)
    prefix = PREFIXES[kind] + "_"
    found = {
        m.name.removeprefix(prefix)
        for m in pkgutil.iter_modules(package.__path__)
        if m.name.startswith(prefix)
    }
    return sorted(found | {alias for alias_kind, alias in ALIASES if alias_kind == kind})


def suggestion(kind: str, type_name: str) -> str:
    """How to mend an unknown type: the nearest known name, or all of them."""
    instead = INSTEAD.get(kind, {}).get(type_name)
    if instead is not None:
        return f"Kelp has none; use {instead} instead"
    names = type_names(kind)
    near = difflib.get_close_matches(type_name, names, 1, 0.6)
    return f"did you mean {near[0]!r}?" if near else "known types: " + ", ".join(names)
