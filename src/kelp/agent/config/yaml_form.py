"""Fluentd's YAML form: `system:` and a `config:` list of source, filter, match, label and worker.

See https://docs.fluentd.org/configuration/config-file-yaml. `!include` takes the lists of other files, `!fluent/s` a
string with `#{…}`, `!fluent/json` a value handed on as JSON; other tags have no effect.
"""

import os
from pathlib import Path
from typing import Any, Final

import yaml

from kelp.agent.config.element import Attr, Element
from kelp.agent.config.embedded import evaluate_text
from kelp.agent.config.errors import ConfigError, Place
from kelp.agent.config.include import read_config, ruby_glob
from kelp.agent.config.yaml_scalar import resolve_scalar
from kelp.agent.ruby.json_text import dump_json
from kelp.agent.ruby.text import to_s
from kelp.common.log import Log

# In the order in which Fluentd takes them from one item of the list.
_SECTIONS: Final = ("label", "source", "filter", "match", "worker")
_RESERVED: Final = {"$type": "@type", "$label": "@label", "$id": "@id", "$log_level": "@log_level"}
_SEQUENCE: Final = "tag:yaml.org,2002:seq"
_TEXT: Final = "tag:yaml.org,2002:str"
# Tells which tag an unquoted scalar gets by itself: another one was written there.
_IMPLICIT: Final = yaml.SafeLoader("")
_log = Log("agent.config")


def parse_yaml(text: str, file: str, folder: Path) -> Element:
    """The tree of a configuration. Raises ConfigError."""
    root = Element("ROOT", file=file)
    for key, value in _pairs(_compose(text, file, folder, ())):
        if key not in ("system", "config"):
            _log.warning("only 'system' and 'config' have an effect at the top", key=key, place=_place(value))
        elif _is_nothing(value):
            continue
        elif key == "system":
            root.elements.append(_section("system", value))
        else:
            root.elements += _sections(value)
    return root


def _compose(text: str, file: str, folder: Path, including: tuple[str, ...]) -> yaml.Node:
    """The first document of a text, its includes replaced by what they name."""
    try:
        loader = yaml.SafeLoader(text)
        loader.name = file
        node = loader.get_node() if loader.check_node() else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError(f"cannot read YAML: {error.problem}", Place(file, line)) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"cannot read YAML: {error}", Place(file, 1)) from None
    if node is None:
        raise ConfigError("the configuration is empty", Place(file, 1))
    return _expand(node, folder, including, set())


def _expand(node: yaml.Node, folder: Path, including: tuple[str, ...], seen: set[int]) -> yaml.Node:
    if node.tag == "!include":
        return _include(node, folder, including)
    if id(node) in seen:  # an alias
        return node
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        node.value = [_expand(one, folder, including, seen) for one in node.value]
    elif isinstance(node, yaml.MappingNode):
        node.value = [(key, _expand(value, folder, including, seen)) for key, value in node.value]
    return node


def _include(node: yaml.Node, folder: Path, including: tuple[str, ...]) -> yaml.Node:
    found: list[yaml.Node] = []
    for name in ruby_glob(os.path.join(folder, str(node.value))):
        if name in including:
            raise ConfigError(f"cannot include {name}: it includes itself", _place(node))
        path = Path(name)
        items = _compose(read_config(path, _place(node)), name, path.parent, (*including, name))
        if not isinstance(items, yaml.SequenceNode):
            raise ConfigError(f"cannot include {name}: wanted a list", _place(items))
        found += items.value
    return yaml.SequenceNode(_SEQUENCE, found, node.start_mark, node.end_mark)


def _place(node: yaml.Node) -> Place:
    return Place(str(node.start_mark.name), node.start_mark.line + 1)


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and _value(node) is None


def _pairs(node: yaml.Node) -> list[tuple[str, yaml.Node]]:
    """Keys and values of a mapping; `<<` is merged where it stands, so that what comes later counts."""
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError("wanted a mapping of options", _place(node))
    merged: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value == "<<" and isinstance(value, yaml.MappingNode):
            merged |= dict(_pairs(value))
        elif key.value == "<<" and isinstance(value, yaml.SequenceNode):
            for one in reversed(value.value):
                merged |= dict(_pairs(one))
        else:
            merged[str(key.value)] = value
    return list(merged.items())


def _sections(node: yaml.Node) -> list[Element]:
    """The sections of a `config:` list; an item may be a list itself, as an include gives it."""
    if not isinstance(node, yaml.SequenceNode):
        raise ConfigError("wanted a list of sections", _place(node))
    found: list[Element] = []
    for item in node.value:
        if isinstance(item, yaml.SequenceNode):
            found += _sections(item)
            continue
        values = dict(_pairs(item))
        for name, value in values.items():
            if name not in _SECTIONS:
                known = ", ".join(_SECTIONS)
                raise ConfigError(f"unknown section {name!r}; known: {known}", _place(value))
        found += [
            _build(name, values[name])
            for name in _SECTIONS
            if name in values and not _is_nothing(values[name])
        ]
    return found


def _build(name: str, node: yaml.Node) -> Element:
    match name:
        case "label":
            return _group(name, node, "$name")
        case "worker":
            return _group(name, node, "$arg")
        case "source":
            return _section(name, node)
    return _section(name, node, "$tag", " ")


def _group(name: str, node: yaml.Node, argument: str) -> Element:
    """A label or worker: a name and a `config:` list of its own."""
    values = dict(_pairs(node))
    place = _place(node)
    if "config" not in values:
        raise ConfigError(f"<{name}>: a list 'config' is missing", place)
    arg = _text(values[argument]) if argument in values else ""
    return Element(name, arg, elements=_sections(values["config"]), file=place.file, line=place.line)


def _section(name: str, node: yaml.Node, argument: str | None = None, separator: str = ",") -> Element:
    """A section with options and inner sections; `argument` is the key that gives the argument."""
    place = _place(node)
    section = Element(name, file=place.file, line=place.line)
    for key, value in _pairs(node):
        if key == argument:
            section.arg = _argument(value, separator)
        elif isinstance(value, yaml.MappingNode) and value.tag != "!fluent/json":
            section.elements.append(_section(key, value, "$arg"))
        elif isinstance(value, yaml.SequenceNode) and value.value and _is_section(value.value[0]):
            section.elements += [_section(key, one, "$arg") for one in value.value]
        else:
            where = _place(value)
            section.attrs[_RESERVED.get(key, key)] = Attr(_option(value), where.file, where.line)
    return section


def _is_section(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and node.tag != "!fluent/json"


def _argument(node: yaml.Node, separator: str) -> str:
    if isinstance(node, yaml.SequenceNode):
        return separator.join(_text(one) for one in node.value)
    return _text(node)


def _text(node: yaml.Node) -> str:
    return to_s(_option(node))


def _option(node: yaml.Node) -> Any:
    if node.tag == "!fluent/s":
        return _embedded(node)
    if node.tag == "!fluent/json":
        return dump_json(_value(node))
    return _value(node)


def _embedded(node: yaml.Node) -> Any:
    """A string as Ruby has it in double quotes; nil becomes an empty text."""
    try:
        value = evaluate_text(str(node.value))
    except ConfigError as error:
        raise error.at(_place(node)) from None
    return "" if value is None else value


def _value(node: yaml.Node) -> Any:
    """What a node holds, as plain values."""
    if isinstance(node, yaml.MappingNode):
        return {key: _value(value) for key, value in _pairs(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_value(one) for one in node.value]
    assert isinstance(node, yaml.ScalarNode)
    text = str(node.value)
    if node.style is not None or _is_tagged_text(node):
        return text
    return resolve_scalar(text)


def _is_tagged_text(node: yaml.ScalarNode) -> bool:
    """Whether `!!str` stands before it: unquoted, it would be of another type."""
    implicit = _IMPLICIT.resolve(yaml.ScalarNode, node.value, (True, False))  # type: ignore[no-untyped-call]
    return node.tag == _TEXT and implicit != _TEXT
