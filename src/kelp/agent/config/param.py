"""Declaring options: `path: str = param.string(description=…)` on the class that uses them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict, Unpack

from kelp.agent.config import values
from kelp.agent.ruby import regexp as ruby_regexp


class _Required:
    """Marks an option without default."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()
Converter = Callable[[Any], Any]
ValueType = Literal["string", "integer", "float", "size", "time", "boolean", "regexp"]


class Traits(TypedDict, total=False):
    """What any option may have; `argument`: it is the section's argument, `<name ARGUMENT>`."""

    alias: str | None
    secret: bool
    deprecated: str | None
    obsoleted: str | None
    argument: bool


@dataclass(slots=True)
class Param:
    """One declared option; `convert` raises ValueError naming what was wanted."""

    type: str
    convert: Converter
    default: Any
    description: str
    values: tuple[str, ...] = ()
    alias: str | None = None
    secret: bool = False
    deprecated: str | None = None
    obsoleted: str | None = None
    argument: bool = False
    name: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@dataclass(slots=True)
class SectionParam:
    """One declared inner section; `section` is None where the raw element is handed over."""

    tag: str
    section: "type[Any] | None"
    description: str
    required: bool
    many: bool
    init: bool
    alias: str | None = None
    plugin_kind: str | None = None
    name: str = ""


def named(name: str, option: Any) -> Any:
    """An option whose name is no attribute: `label = param.named("@label", param.string(…))`."""
    option.name = name
    return option


def string(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """Text."""
    return Param("string", values.to_string, default, description, **traits)


def integer(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """A whole number."""
    return Param("integer", values.to_integer, default, description, **traits)


def float_(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """A number. Also reachable as `param.float`."""
    return Param("float", values.to_float, default, description, **traits)


def size(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """Bytes as int: `8m`, `256k`, `1000`."""
    return Param("size", values.to_size, default, description, **traits)


def time(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """Seconds as float or int: `60s`, `5m`, `0.5`."""
    return Param("time", values.to_time, default, description, **traits)


def boolean(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """true, yes, false or no; an empty value is true."""
    return Param("boolean", values.to_boolean, default, description, **traits)


def regexp(default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]) -> Any:
    """A compiled Ruby pattern: `/…/im` or bare."""
    return Param("regexp", to_regexp, default, description, **traits)


def enum(
    allowed: Sequence[str], default: Any = REQUIRED, *, description: str, **traits: Unpack[Traits]
) -> Any:
    """One of `allowed`, as text."""

    def convert(value: Any) -> str:
        text = values.to_string(value)
        if text not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return text

    return Param("enum", convert, default, description, tuple(allowed), **traits)


def array(
    default: Any = REQUIRED,
    *,
    value_type: ValueType | None = None,
    description: str,
    **traits: Unpack[Traits],
) -> Any:
    """A list: `a, b` or a JSON array; `value_type` converts each item."""
    item = CONVERTERS[value_type] if value_type else None

    def convert(value: Any) -> list[Any]:
        items = values.to_array(value)
        return [None if one is None else item(one) for one in items] if item else items

    return Param(f"array of {value_type}" if value_type else "array", convert, default, description, **traits)


def hash_(
    default: Any = REQUIRED,
    *,
    value_type: ValueType | None = None,
    description: str,
    **traits: Unpack[Traits],
) -> Any:
    """A dictionary: `a:1, b:2` or a JSON object; `value_type` converts each value. Also `param.hash`."""
    item = CONVERTERS[value_type] if value_type else None

    def convert(value: Any) -> dict[str, Any]:
        pairs = values.to_hash(value)
        return {k: None if v is None else item(v) for k, v in pairs.items()} if item else pairs

    return Param(f"hash of {value_type}" if value_type else "hash", convert, default, description, **traits)


def section(
    tag: str,
    section_class: type[Any],
    *,
    description: str,
    required: bool = False,
    init: bool = False,
    alias: str | None = None,
) -> Any:
    """At most one inner section; None when absent, or all defaults with `init=True`."""
    return SectionParam(tag, section_class, description, required, False, init, alias)


def sections(
    tag: str, section_class: type[Any], *, description: str, required: bool = False, alias: str | None = None
) -> Any:
    """Any number of inner sections, as a list."""
    return SectionParam(tag, section_class, description, required, True, False, alias)


def element(tag: str, *, description: str, required: bool = False, plugin_kind: str | None = None) -> Any:
    """At most one inner section as raw Element (or None): for `<parse>`, `<record>`.

    `plugin_kind` names the kind of plugin it configures (parser, formatter, buffer…), for the reference.
    """
    return SectionParam(tag, None, description, required, False, False, None, plugin_kind)


def elements(tag: str, *, description: str, required: bool = False, plugin_kind: str | None = None) -> Any:
    """Any number of inner sections as raw Elements: for `<store>`."""
    return SectionParam(tag, None, description, required, True, False, None, plugin_kind)


def to_regexp(value: Any) -> "re.Pattern[str]":
    """`/…/im` or a bare pattern, compiled. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("a regular expression")
    try:
        return ruby_regexp.parse_literal(value)
    except ValueError as error:
        raise ValueError(f"a regular expression ({error})") from None


CONVERTERS: Final[dict[str, Converter]] = {
    "string": values.to_string,
    "integer": values.to_integer,
    "float": values.to_float,
    "size": values.to_size,
    "time": values.to_time,
    "boolean": values.to_boolean,
    "regexp": to_regexp,
}

# The contract's names; bound last so that the builtins stay usable above.
float = float_
hash = hash_
