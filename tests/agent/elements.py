"""Sections of a configuration, as a file would give them."""

from collections.abc import Mapping

from kelp.agent.config import Element


def section(name: str, options: Mapping[str, object], *inner: Element, arg: str = "") -> Element:
    """`<name arg>` with options as text and sections inside."""
    element = Element(name, arg, file="test.conf", line=1)
    for key, value in options.items():
        element.set(key, str(value))
    element.elements.extend(inner)
    return element
