"""Declaring options: `path: str = param.string(description=…)` on the class that uses them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from kelp.agent.config import values
from kelp.agent.ruby import regexp as ruby_regexp


class _Required:
    """Marks an option without default."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()
Converter = Callable[[Any], Any]
ValueType = Literal["string", "integer", "float", "size", "time", "boolean", "regexp"]


@dataclass(slots=True)
class Param:
    """One declared option; `convert` raises ValueError naming what was wanted."""

    type: str
    convert: Converter
    default: Any
    description: str
    alias: str | None = None
    secret: bool = False
    deprecated: str | None = None
    obsoleted: str | None = None
    values: tuple[str, ...] = ()
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


def _declare(
    kind: str,
    convert: Converter,
    default: Any,
    description: str,
    *,
    alias: str | None,
    secret: bool,
    deprecated: str | None,
    obsoleted: str | None,
    argument: bool,
    allowed: Sequence[str] = (),
) -> Any:
    return Param(
        kind, convert, default, description, alias, secret, deprecated, obsoleted, tuple(allowed), argument
    )


def named(name: str, option: Any) -> Any:
    """An option whose name is no attribute: `label = param.named("@label", param.string(…))`."""
    option.name = name
    return option


def string(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
    argument: bool = False,
) -> Any:
    """Text. `argument=True`: it is the section's argument, `<name ARGUMENT>`."""
    return _declare(
        "string", values.to_string, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=argument,
    )  # fmt: skip


def integer(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
    argument: bool = False,
) -> Any:
    """A whole number."""
    return _declare(
        "integer", values.to_integer, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=argument,
    )  # fmt: skip


def float_(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
) -> Any:
    """A number. Also reachable as `param.float`."""
    return _declare(
        "float", values.to_float, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=False,
    )  # fmt: skip


def size(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
) -> Any:
    """Bytes as int: `8m`, `256k`, `1000`."""
    return _declare(
        "size", values.to_size, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=False,
    )  # fmt: skip


def time(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
) -> Any:
    """Seconds as float or int: `60s`, `5m`, `0.5`."""
    return _declare(
        "time", values.to_time, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=False,
    )  # fmt: skip


def boolean(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
) -> Any:
    """true, yes, false or no; an empty value is true."""
    return _declare(
        "boolean", values.to_boolean, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=False,
    )  # fmt: skip


def enum(
    allowed: Sequence[str],
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
    argument: bool = False,
) -> Any:
    """One of `allowed`, as text."""

    def convert(value: Any) -> str:
        text = values.to_string(value)
        if text not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return text

    return _declare(
        "enum", convert, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=argument, allowed=allowed,
    )  # fmt: skip


def array(
    default: Any = REQUIRED,
    *,
    value_type: ValueType | None = None,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
    argument: bool = False,
) -> Any:
    """A list: `a, b` or a JSON array; `value_type` converts each item."""
    item = CONVERTERS[value_type] if value_type else None

    def convert(value: Any) -> list[Any]:
        items = values.to_array(value)
        return [None if one is None else item(one) for one in items] if item else items

    return _declare(
        f"array of {value_type}" if value_type else "array", convert, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=argument,
    )  # fmt: skip


def hash_(
    default: Any = REQUIRED,
    *,
    value_type: ValueType | None = None,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
) -> Any:
    """A dictionary: `a:1, b:2` or a JSON object; `value_type` converts each value. Also `param.hash`."""
    item = CONVERTERS[value_type] if value_type else None

    def convert(value: Any) -> dict[str, Any]:
        pairs = values.to_hash(value)
        return {k: None if v is None else item(v) for k, v in pairs.items()} if item else pairs

    return _declare(
        f"hash of {value_type}" if value_type else "hash", convert, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=False,
    )  # fmt: skip


def regexp(
    default: Any = REQUIRED,
    *,
    description: str,
    alias: str | None = None,
    secret: bool = False,
    deprecated: str | None = None,
    obsoleted: str | None = None,
) -> Any:
    """A compiled Ruby pattern: `/…/im` or bare."""
    return _declare(
        "regexp", to_regexp, default, description,
        alias=alias, secret=secret, deprecated=deprecated, obsoleted=obsoleted, argument=False,
    )  # fmt: skip


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
