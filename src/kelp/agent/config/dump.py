"""An element tree as text again, secrets hidden."""

import re
from typing import Any

from kelp.agent.config.element import USE_DEFAULT, Element

MASK = "xxxxxx"
# The tree does not know which options are declared secret: their names tell.
_SECRET = re.compile(
    r"pass(word|phrase)?$|secret|sec_key|token|shared_key|api_?key|access_key|credential|private_key$"
)
_PLAIN = re.compile(r"[^\s\"'#\[{][^#\n]*(?<!\s)")


def is_secret(name: str) -> bool:
    """Whether the name of an option tells that its value is to be hidden."""
    return _SECRET.search(name.lower()) is not None


def dump(element: Element, indent: int = 0) -> str:
    """The section as a v1 configuration has it, with its inner sections and a trailing newline."""
    space = "  " * indent
    inner = "".join(_option(name, attr.value, indent + 1) for name, attr in element.attrs.items())
    inner += "".join(dump(child, indent + 1) for child in element.elements)
    return f"{space}{element.title()}\n{inner}{space}</{element.name}>\n"


def _option(name: str, value: Any, indent: int) -> str:
    return f"{'  ' * indent}{name} {MASK if is_secret(name) else _text(value)}".rstrip() + "\n"


def _text(value: Any) -> str:
    if value is USE_DEFAULT:
        return "use_default"
    if value is None:
        return "use_nil"
    text = str(value)
    if _PLAIN.fullmatch(text) or not text or text[0] in "[{":
        return text
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("#{", "\\#{") + '"'
    )
