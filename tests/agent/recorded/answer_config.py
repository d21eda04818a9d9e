"""Answers the recorded cases about configurations: how they are read, what they build, what options and patterns mean."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from kelp.agent.config import ConfigError, Element, param
from kelp.agent.config.compat import lift_flat_options
from kelp.agent.config.element import USE_DEFAULT
from kelp.agent.config.v0 import parse_v0
from kelp.agent.config.v1 import parse_v1
from kelp.agent.config.values import strict_values
from kelp.agent.config.yaml_form import parse_yaml
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.assembly import Assembly
from kelp.agent.pipeline.match import compile_tag_patterns
from kelp.agent.pipeline.router import Route
from kelp.agent.plugin.base import Plugin
from tests.agent.recorded.values import Case, plain


def _config(case: Case) -> list[Any]:
    with _parsed(case) as root:
        return _tree(root)[2:]


@contextmanager
def _parsed(case: Case) -> Iterator[Element]:
    """The tree of a case's `text`; its `files` and `env` are there as long as it is used."""
    parse = {"v0": parse_v0, "yaml": parse_yaml}.get(case.get("syntax", "v1"), parse_v1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in case.get("files", {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        with patch.dict(os.environ, {"CASE_DIR": name, **case.get("env", {})}):
            yield parse(case["text"], "case.conf", folder)


def _flat(case: Case) -> list[Any]:
    """The sections made of flat options."""
    with _parsed(case) as root:
        lift_flat_options(root, tuple(case["kinds"]), case.get("chunk_key", ""))
        return [_tree(one) for one in root.elements]


def _agent(case: Case) -> dict[str, Any]:
    assembly = _assembly(case, case.get("worker", 0))
    for other in range(1, assembly.workers if "worker" not in case else 1):
        _assembly(case, other)
    unused = {_unused(warning) for warning in assembly.warnings}
    routes = {
        name or "@ROOT": {tag: _way(router.resolve(tag)) for tag in case.get("tags", [])}
        for name, router in assembly.routers.items()
    }
    return {"unused": sorted(one for one in unused if one), "routes": routes}


def _assembly(case: Case, worker_id: int) -> Assembly:
    with _parsed(case) as root, patch.dict(os.environ, {"SERVERENGINE_WORKER_ID": str(worker_id)}):
        if case.get("strict"):
            system = next((one for one in root.elements if one.name == "system"), Element("system"))
            system.set("strict_config_value", "true")
            root.elements = [*(one for one in root.elements if one is not system), system]
        return assemble(root, worker_id)


def _unused(warning: str) -> str | None:
    """The option or section that a warning is about; None for other warnings."""
    if "<system>: " in warning:
        return None  # Fluentd says nothing about these
    found = re.search(
        r"option '(.+?)' is not used|section (<\S+?)(?: .*)?> (?:is not used|has no effect)", warning
    )
    return found and (found[1] or found[2] + ">")


def _way(route: Route) -> list[str]:
    stages = [*route.filters, *([route.output] if route.output else [])]
    return [one.plugin_id if one.has_own_id else one.type_name for one in stages]


def _tree(element: Element) -> list[Any]:
    attrs = [
        [name, {"$": "default"} if attr.value is USE_DEFAULT else plain(attr.value)]
        for name, attr in element.attrs.items()
    ]
    return [element.name, element.arg, attrs, [_tree(one) for one in element.elements]]


def _match(case: Case) -> list[bool]:
    try:
        matches = compile_tag_patterns(case["pattern"])
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return [matches(tag) for tag in case["input"]]


_DECLARE: dict[str, Callable[..., Any]] = {
    "string": param.string,
    "integer": param.integer,
    "float": param.float,
    "size": param.size,
    "time": param.time,
    "bool": param.boolean,
    "regexp": param.regexp,
    "array": param.array,
    "hash": param.hash,
}


def _value(case: Case) -> list[Any]:
    options = dict(case.get("with", {}))
    if "value_type" in options:
        options["value_type"] = {"bool": "boolean"}.get(options["value_type"], options["value_type"])
    if case["type"] == "enum":
        option = param.enum(options.pop("list"), description="An option.", **options)
    else:
        option = _DECLARE[case["type"]](description="An option.", **options)
    owner = type("Owner", (Plugin,), {"a": option})
    return [_converted(owner, text, strict=case.get("strict", False)) for text in case["input"]]


def _converted(owner: type[Plugin], text: str, *, strict: bool) -> Any:
    plugin = owner()
    try:
        with strict_values(strict):
            plugin.load(parse_v1(f"a {text}\n", "case.conf", Path.cwd()))
    except ConfigError:
        return "raises"
    return _without_patterns(plugin.a)  # type: ignore[attr-defined]


def _without_patterns(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_patterns(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_patterns(v) for v in value]
    return "a pattern" if hasattr(value, "fullmatch") else plain(value)


KINDS: dict[str, Callable[[Case], Any]] = {
    "config": _config,
    "flat": _flat,
    "agent": _agent,
    "match": _match,
    "value": _value,
}
"""The answer to each kind of case. Raises ConfigError."""
