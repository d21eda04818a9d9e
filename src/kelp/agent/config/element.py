"""The element tree: what every configuration form (v1, v0, YAML) is parsed into."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from kelp.agent.config.errors import ConfigError, Place


class _Default:
    """The value of an option written `use_default`."""

    def __repr__(self) -> str:
        return "use_default"


USE_DEFAULT: Final = _Default()

# Names that carry an @ today; the bare ones are Fluentd 0.12's spelling.
RESERVED: Final = {"@type": "type", "@id": "id", "@log_level": "log_level"}


@dataclass(slots=True)
class Attr:
    """The value of one option and where it stood.

    `value` is text as written (JSON literals too), None for `use_nil`, USE_DEFAULT for `use_default`;
    YAML also gives numbers, booleans, lists and dictionaries.
    """

    value: Any
    file: str = ""
    line: int = 0
    used: bool = False

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)


@dataclass(slots=True)
class Element:
    """One section: `<name arg> … </name>` with its options and inner sections in order."""

    name: str
    arg: str = ""
    attrs: dict[str, Attr] = field(default_factory=dict)
    elements: "list[Element]" = field(default_factory=list)
    file: str = ""
    line: int = 0
    used: bool = False
    # Names of the options its owner declares: for suggestions when an option is unknown.
    known: set[str] = field(default_factory=set)
    # How many workers run it where it stands in a <worker> section; None: all of them.
    workers: int | None = None

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)

    def __contains__(self, name: object) -> bool:
        return name in self.attrs

    def attr(self, name: str) -> Attr | None:
        """The option `name`, marked as used; `@type`, `@id` and `@log_level` also in their old spelling."""
        found = self.attrs.get(name)
        if found is None and name in RESERVED:
            found = self.attrs.get(RESERVED[name])
        if found is not None:
            found.used = True
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The value of option `name`, marked as used; `default` where absent or `use_default`."""
        found = self.attr(name)
        return default if found is None or found.value is USE_DEFAULT else found.value

    def items(self) -> Iterator[tuple[str, Any]]:
        """All options as (name, value), each marked as used: for sections with free keys."""
        for name, attr in self.attrs.items():
            attr.used = True
            yield name, attr.value

    def children(self, *names: str) -> "list[Element]":
        """The inner sections with one of `names`, marked as used."""
        found = [element for element in self.elements if element.name in names]
        for element in found:
            element.used = True
        return found

    def implied(self, name: str) -> "Element":
        """An empty section that nobody wrote, as if it stood where this one does."""
        return Element(name, file=self.file, line=self.line)

    def set(self, name: str, value: Any, like: Attr | None = None) -> None:
        """Set an option, standing where `like` (or this section) stands."""
        file, line = (like.file, like.line) if like else (self.file, self.line)
        self.attrs[name] = Attr(value, file, line)

    def place_of(self, name: str) -> Place:
        """Where option `name` stands, or the section if it does not."""
        attr = self.attrs.get(name)
        return attr.place if attr and attr.line else self.place

    def error(self, message: str, place: Place | None = None) -> ConfigError:
        """A fault of this section, at `place` within it."""
        return ConfigError(f"{self.title()}: {message}", place or self.place)

    def title(self) -> str:
        """The opening line: `<match app.**>`."""
        return f"<{self.name} {self.arg}>" if self.arg else f"<{self.name}>"
