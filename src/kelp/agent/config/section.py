"""Reading declared options from an element: conversion, checks, and all faults at once."""

import copy
import difflib
from typing import Any, ClassVar, Self

from kelp.agent.config.element import USE_DEFAULT, Attr, Element
from kelp.agent.config.errors import ConfigError, Place, join_faults
from kelp.agent.config.param import Param, SectionParam
from kelp.common.log import Log

_log = Log("agent.config")


class Configurable:
    """A class whose options are declared with `param`; subclasses inherit and may redeclare them."""

    params: ClassVar[dict[str, Param]] = {}
    section_params: ClassVar[dict[str, SectionParam]] = {}
    element: Element

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        params: dict[str, Param] = {}
        sections: dict[str, SectionParam] = {}
        for base in reversed(cls.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, Param | SectionParam):
                    params.pop(name, None)
                    sections.pop(name, None)
                    value.name = value.name or _wire_name(name)
                if isinstance(value, Param):
                    params[name] = value
                elif isinstance(value, SectionParam):
                    sections[name] = value
        cls.params = params
        cls.section_params = sections

    def load(self, element: Element) -> None:
        """Set every declared option from `element`; raises ConfigError with all faults at once."""
        self.element = element
        element.used = True
        faults: list[ConfigError] = []
        for attribute, param in self.params.items():
            try:
                setattr(self, attribute, _read(element, param))
            except ConfigError as error:
                faults.append(error)
        for attribute, section in self.section_params.items():
            try:
                setattr(self, attribute, _read_section(element, section))
            except ConfigError as error:
                faults.append(error)
        if faults:
            raise join_faults(faults)

    def error(self, message: str, option: str | None = None) -> ConfigError:
        """A fault standing at `option` of this section, or at the section."""
        return self.element.error(message, self.element.place_of(option) if option else None)


class Section(Configurable):
    """An inner section with declared options, such as `<rule>`; `configure` checks what spans options."""

    @classmethod
    def read(cls, element: Element) -> Self:
        """The section built from `element`. Raises ConfigError."""
        section = cls()
        section.load(element)
        section.configure()
        return section

    def configure(self) -> None:
        """Checks that span several options; raise `self.error(…)`."""


def _wire_name(attribute: str) -> str:
    """The option's name in the configuration: `class_` is `class`."""
    return attribute.rstrip("_")


def _read(element: Element, param: Param) -> Any:
    element.known.add(param.name)
    if param.alias:
        element.known.add(param.alias)
    attr = _find(element, param)
    if attr is None or attr.value is USE_DEFAULT:
        if param.required:
            what = "argument is missing" if param.argument else f"option {param.name!r} is required"
            raise element.error(f"{what}: {param.description}")
        return copy.copy(param.default)
    place = attr.place if attr.line else element.place
    if param.obsoleted:
        raise element.error(f"option {param.name!r} was removed: {param.obsoleted}", place)
    if param.deprecated:
        _log.warning("option is deprecated", place=place, option=param.name, advice=param.deprecated)
    return _convert(element, param, attr.value, place)


def _convert(element: Element, param: Param, raw: Any, place: Place) -> Any:
    value = None
    if raw is not None:
        try:
            value = param.convert(raw)
        except ValueError as error:
            got = "***" if param.secret else repr(raw)
            raise element.error(f"option {param.name!r} must be {error}, got {got}", place) from None
    if value is None and param.default is not None:
        if raw is None:
            raise element.error(f"option {param.name!r} must not be nil", place)
        raise element.error(f"option {param.name!r} must be a {param.type}, got {raw!r}", place)
    return value


def _find(element: Element, param: Param) -> Attr | None:
    if param.argument:
        return Attr(element.arg, element.file, element.line) if element.arg else None
    attr = element.attr(param.name)
    if attr is None and param.alias:
        attr = element.attr(param.alias)
    return attr


def _read_section(element: Element, param: SectionParam) -> Any:
    found = element.children(param.tag, param.alias) if param.alias else element.children(param.tag)
    if param.required and not found:
        raise element.error(f"section <{param.tag}> is required: {param.description}")
    if not param.many and len(found) > 1:
        raise element.error(f"section <{param.tag}> may stand once only", found[1].place)
    if param.section is None:
        return found if param.many else (found[0] if found else None)
    if param.many:
        return _read_all(param.section, found)
    if not found and param.init:
        found = [element.implied(param.tag)]
    return param.section.read(found[0]) if found else None


def _read_all(section: type[Any], found: list[Element]) -> list[Any]:
    built, faults = [], []
    for one in found:
        try:
            built.append(section.read(one))
        except ConfigError as error:
            faults.append(error)
    if faults:
        raise join_faults(faults)
    return built


def unused_options(element: Element) -> list[str]:
    """Warnings `file:line: …` for options and sections below `element` that nothing read."""
    warnings = []
    for name, attr in element.attrs.items():
        if not attr.used:
            text = f"{element.place_of(name)}: {element.title()}: option {name!r} is not used"
            near = difflib.get_close_matches(name, element.known, 1, 0.75)
            warnings.append(text + (f"; did you mean {near[0]!r}?" if near else ""))
    for child in element.elements:
        if child.used:
            warnings += unused_options(child)
        else:
            warnings.append(f"{child.place}: section {child.title()} is not used in {element.title()}")
    return warnings
