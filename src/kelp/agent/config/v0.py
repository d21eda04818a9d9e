"""Fluentd's old (v0) language: one option a line, no quoting, no values over several lines."""

import re
from collections.abc import Iterator
from pathlib import Path

from kelp.agent.config.element import Attr, Element
from kelp.agent.config.errors import ConfigError, Place
from kelp.agent.config.include import include_paths, read_config

_END = re.compile(r"\s*(?:#.*)?$", re.ASCII)
_OPEN = re.compile(r"<([a-zA-Z0-9_]+)\s*(.+?)?>$", re.ASCII)
_INCLUDE = re.compile(r"<include\s*(.*?)\s*/>$", re.ASCII)
_OPTION = re.compile(r"([a-zA-Z0-9_]+)\s*(.*)$", re.ASCII)
_BLANK = "\0\t\n\v\f\r "
Lines = Iterator[tuple[int, str]]


def parse_v0(text: str, file: str, folder: Path) -> Element:
    """The tree of a configuration. Raises ConfigError."""
    root = Element("ROOT", file=file)
    _read(enumerate(text.split("\n"), 1), root, file, folder)
    return root


def _read(lines: Lines, into: Element, file: str, folder: Path) -> None:
    for number, raw in lines:
        line = _END.sub("", raw.lstrip(_BLANK), count=1)
        place = Place(file, number)
        if line == "":
            continue
        if found := _INCLUDE.match(line):
            _include(found[1], into, folder, place)
        elif found := _OPEN.match(line):
            section = Element(found[1], found[2] or "", file=file, line=number)
            _read(lines, section, file, folder)
            into.elements.append(section)
        elif line == f"</{into.name}>":
            return
        elif found := _OPTION.match(line):
            if found[1] == "include" and into.name == "ROOT":
                _include(found[2], into, folder, place)
            else:
                into.attrs[found[1]] = Attr(found[2], file, number)
        else:
            raise ConfigError(f"cannot read the line {line!r}", place)


def _include(target: str, into: Element, folder: Path, place: Place) -> None:
    for path in include_paths(target, folder, place):
        _read(enumerate(read_config(path, place).split("\n"), 1), into, str(path), path.parent)
