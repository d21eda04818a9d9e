"""Fluentd's YAML form: `system:` and a `config:` list of source, filter, match, label and worker.

See https://docs.fluentd.org/configuration/config-file-yaml. `!include` takes other files, `!fluent/s` a string with
`#{…}`, `!fluent/json` a value handed on as JSON.
"""

import glob
import json
from pathlib import Path
from typing import Any

import yaml

from kelp.agent.config.element import Attr, Element
from kelp.agent.config.errors import ConfigError, Place
from kelp.agent.config.include import read_config
from kelp.agent.config.literal import scan_string
from kelp.agent.config.scanner import Scanner

_SECTIONS = ("source", "filter", "match", "label", "worker")
_RESERVED = {"$type": "@type", "$label": "@label", "$id": "@id", "$log_level": "@log_level"}


def parse_yaml(text: str, file: str, folder: Path) -> Element:
    """The tree of a configuration. Raises ConfigError."""
    reader = _Reader(file, folder)
    node = reader.compose(text)
    root = Element("ROOT", file=file)
    for key, value in reader.pairs(node):
        if key == "system":
            root.elements.append(reader.section("system", value))
        elif key == "config":
            root.elements += reader.sections(value)
        else:
            raise ConfigError(f"unknown key {key!r} at the top; known: system, config", reader.place(value))
    return root


class _Reader:
    """Reads the nodes of one file; included files have readers of their own."""

    def __init__(self, file: str, folder: Path) -> None:
        self._file = file
        self._folder = folder

    def compose(self, text: str) -> yaml.Node:
        try:
            node = yaml.compose(text, yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            raise ConfigError(f"cannot read YAML: {error.problem}", Place(self._file, line)) from None
        if node is None:
            raise ConfigError("the configuration is empty", Place(self._file, 1))
        return node

    def place(self, node: yaml.Node) -> Place:
        return Place(self._file, node.start_mark.line + 1)

    def pairs(self, node: yaml.Node) -> list[tuple[str, yaml.Node]]:
        """Keys and values of a mapping, `<<` merged."""
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError("wanted a mapping of options", self.place(node))
        merged: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value == "<<" and isinstance(value, yaml.MappingNode):
                merged |= dict(self.pairs(value))
            else:
                merged[str(key.value)] = value
        return list(merged.items())

    def sections(self, node: yaml.Node) -> list[Element]:
        """The sections of a `config:` list, those of included files in place."""
        if node.tag == "!include":
            return self._include(node)
        if not isinstance(node, yaml.SequenceNode):
            raise ConfigError("wanted a list of sections", self.place(node))
        found: list[Element] = []
        for item in node.value:
            if item.tag == "!include":
                found += self._include(item)
                continue
            for name, value in self.pairs(item):
                if name not in _SECTIONS:
                    known = ", ".join(_SECTIONS)
                    raise ConfigError(f"unknown section {name!r}; known: {known}", self.place(value))
                found.append(
                    self._group(name, value) if name in ("label", "worker") else self.section(name, value)
                )
        return found

    def _include(self, node: yaml.Node) -> list[Element]:
        found: list[Element] = []
        for name in sorted(glob.glob(str(self._folder / str(node.value)), recursive=True)):
            path = Path(name)
            reader = _Reader(name, path.parent)
            found += reader.sections(reader.compose(read_config(path, self.place(node))))
        return found

    def _group(self, name: str, node: yaml.Node) -> Element:
        """A label or worker: a name and a `config:` list of its own."""
        values = dict(self.pairs(node))
        argument = values.get("$name") or values.get("$arg")
        place = self.place(node)
        group = Element(name, self._text(argument) if argument else "", file=place.file, line=place.line)
        if "config" in values:
            group.elements = self.sections(values["config"])
        return group

    def section(self, name: str, node: yaml.Node) -> Element:
        """A section with options and inner sections."""
        place = self.place(node)
        section = Element(name, file=place.file, line=place.line)
        for key, value in self.pairs(node):
            if key in ("$tag", "$arg"):
                section.arg = self._argument(value, " " if key == "$tag" else ",")
            elif isinstance(value, yaml.MappingNode) and value.tag != "!fluent/json":
                section.elements.append(self.section(key, value))
            elif (
                isinstance(value, yaml.SequenceNode)
                and value.value
                and isinstance(value.value[0], yaml.MappingNode)
            ):
                section.elements += [self.section(key, one) for one in value.value]
            else:
                where = self.place(value)
                section.attrs[_RESERVED.get(key, key)] = Attr(self._value(value), where.file, where.line)
        return section

    def _argument(self, node: yaml.Node, separator: str) -> str:
        if isinstance(node, yaml.SequenceNode):
            return separator.join(self._text(one) for one in node.value)
        return self._text(node)

    def _text(self, node: yaml.Node) -> str:
        value = self._value(node)
        return value if isinstance(value, str) else json.dumps(value)

    def _value(self, node: yaml.Node) -> Any:
        if node.tag == "!fluent/s":
            return self._embedded(node)
        if node.tag == "!fluent/json":
            return json.dumps(_plain(node), ensure_ascii=False)
        if node.tag.startswith("!"):
            raise ConfigError(
                f"unknown tag {node.tag!r}; known: !include, !fluent/s, !fluent/json", self.place(node)
            )
        return _plain(node)

    def _embedded(self, node: yaml.Node) -> Any:
        """A string as in double quotes, with `#{…}`."""
        scanner = Scanner('"' + str(node.value).replace('"', '\\"') + '"', self._file)
        try:
            return scan_string(scanner, "$")
        except ConfigError as error:
            raise ConfigError(error.message, self.place(node)) from None


def _plain(node: yaml.Node) -> Any:
    """The value of a node as plain YAML gives it."""
    loader = yaml.SafeLoader("")
    if node.tag.startswith("!"):
        node.tag = str(loader.resolve(type(node), node.value, (True, False)))  # type: ignore[no-untyped-call]
    return loader.construct_object(node, deep=True)
