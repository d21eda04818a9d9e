"""Fluentd's v1 configuration language."""

import re
import urllib.parse
from pathlib import Path
from typing import Final

from kelp.agent.config.element import RESERVED, Attr, Element
from kelp.agent.config.errors import ConfigError, Place
from kelp.agent.config.include import include_paths, read_config
from kelp.agent.config.literal import BLANK, LINE_END, SPACING, scan_literal, scan_string
from kelp.agent.config.scanner import Scanner
from kelp.common.log import Log

_SPACING = re.compile(SPACING)
_LINE_END = re.compile(LINE_END)
_NAME = re.compile(r"[a-zA-Z0-9_]+")
_INCLUDE = re.compile(rf"@?include{SPACING}")
_ARGUMENT_END: Final = r"(?:(?:[ \t\r\n]|\Z|#[^\n]*?(?:\Z|[\r\n]))*>)"
_PLUGIN_SECTIONS = ("match", "source", "filter", "system")
_RESERVED = {*RESERVED, "@label"}
_log = Log("agent.config")


def parse_v1(text: str, file: str, folder: Path) -> Element:
    """The tree of a configuration; `folder` is what relative includes start from. Raises ConfigError."""
    root = Element("ROOT", file=file)
    _Parser(text, file, folder, ()).parse(root, is_root=True)
    return root


class _Parser:
    def __init__(self, text: str, file: str, folder: Path, including: tuple[Path, ...]) -> None:
        self.scanner = Scanner(text, file)
        self.folder = folder
        self.including = including

    def parse(self, into: Element, *, is_root: bool) -> None:
        """Read options and sections up to the end tag of `into`, or the end of the file for the root."""
        scanner = self.scanner
        while True:
            scanner.skip(_SPACING)
            if scanner.at_end:
                if is_root:
                    return
                raise scanner.fault(f"expected end tag '</{into.name}>' but got end of file")
            if scanner.looking_at("</"):
                self._end_tag(into, is_root=is_root)
                return
            if scanner.looking_at("<"):
                into.elements.append(self._section())
            elif is_root and scanner.skip(_INCLUDE):
                if not scanner.matched.startswith("@"):
                    _log.warning(
                        "'include' is deprecated, write '@include'", file=scanner.file, line=scanner.line
                    )
                self._include(into)
            else:
                self._option(into, is_root=is_root)

    def _end_tag(self, element: Element, *, is_root: bool) -> None:
        scanner = self.scanner
        start = scanner.at
        scanner.at += 2
        name = scanner.scan(_NAME)
        scanner.skip(_SPACING)
        if not scanner.looking_at(">"):
            raise scanner.fault("expected character in tag name")
        scanner.at += 1
        if is_root:
            raise scanner.fault(f"unmatched end tag '</{name}>'", start)
        if not scanner.skip(_LINE_END):
            raise scanner.fault("expected end of line after end tag")
        if name != element.name:
            raise scanner.fault(f"unmatched end tag '</{name}>', expected '</{element.name}>'", start)

    def _section(self) -> Element:
        scanner = self.scanner
        line = scanner.line
        scanner.at += 1
        name = scanner.scan(_NAME)
        if name is None:
            raise scanner.fault("expected a section name after '<'")
        scanner.skip(_SPACING)
        argument = scan_string(scanner, _ARGUMENT_END)
        scanner.skip(_SPACING)
        if not scanner.looking_at(">"):
            raise scanner.fault("expected '>'")
        scanner.at += 1
        if not scanner.skip(_LINE_END):
            raise scanner.fault("expected end of line after tag")
        arg = argument if isinstance(argument, str) else ""
        section = Element(name, arg, file=scanner.file, line=line)
        self.parse(section, is_root=False)
        return section

    def _option(self, into: Element, *, is_root: bool) -> None:
        scanner = self.scanner
        line, start = scanner.line, scanner.at
        name = scan_string(scanner, SPACING)
        if not isinstance(name, str):
            raise scanner.fault("expected an option name", start)
        if not scanner.skip(BLANK):  # only behind a quoted name
            raise scanner.fault("expected a blank behind the option name")
        if "\n" in scanner.matched or scanner.at_end:
            into.attrs[name] = Attr("", scanner.file, line)  # an option without value, as `tag_mapped`
            return
        if name == "@include":
            self._include(into)
            return
        if name.startswith("@") and name not in _RESERVED:
            if is_root or into.name in _PLUGIN_SECTIONS:
                raise scanner.fault(
                    f"'@' is the system reserved prefix, do not use it for an option: {name}", start
                )
            _log.warning("'@' is the system reserved prefix", option=name, file=scanner.file, line=line)
        value = scan_literal(scanner)
        if not scanner.skip(_LINE_END):
            raise scanner.fault("expected end of line")
        into.attrs[name] = Attr(value, scanner.file, line)

    def _include(self, into: Element) -> None:
        scanner = self.scanner
        line = scanner.line
        target = scan_string(scanner, LINE_END)
        scanner.skip(_LINE_END)
        place = Place(scanner.file, line)
        if not isinstance(target, str):
            raise ConfigError("@include needs a path", place)
        # Fluentd reads the target as a URI: a plus sign stands for a blank, as in the query of one.
        for path in include_paths(
            target.replace(" ", "+"), self.folder, place, decode=urllib.parse.unquote_plus
        ):
            if path in self.including:
                raise ConfigError(f"cannot include {path}: it includes itself", place)
            parser = _Parser(read_config(path, place), str(path), path.parent, (*self.including, path))
            parser.parse(into, is_root=True)
