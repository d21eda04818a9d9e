"""Expands `%{NAME:field:type}` to regular expressions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kelp.agent.grok import bacula, firewalls, nagios, patterns, programs, zeek
from kelp.common.errors import KelpError

_REFERENCE = re.compile(
    r"%\{([A-Za-z0-9_]+)(?::([@\[\]A-Za-z0-9_:.-]+?)(?::(string|bool|integer|float|time(?::.+?)?|array(?::.)?))?)?\}"
)
_NAMED_GROUP = re.compile(r"(?<!\\)\(\?<([^=!>][^>]*)>")
# How often a definition may be inside others; more is a definition that contains itself.
_DEEPEST = 50


class UnknownPattern(KelpError):
    """A grok pattern uses a name that is not defined."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """An expression whose groups are named `g0`, `g1`…, the field each group fills, and the fields' types."""

    source: str
    fields: tuple[str, ...]
    types: dict[str, str]


def definitions(series: str) -> dict[str, str]:
    """Kelp's own definitions: `legacy`, or `ecs-v1` for the field names of the Elastic Common Schema."""
    common = patterns.COMMON + programs.COMMON + bacula.COMMON
    modules = (patterns, programs, firewalls, zeek, nagios, bacula)
    text = common + "".join([module.LEGACY for module in modules])
    if series == "ecs-v1":
        text += "".join([module.ECS for module in modules])
    return read(text.splitlines())


def read(lines: Iterable[str]) -> dict[str, str]:
    """Definitions of a pattern file: `NAME expression` a line, comments begin with #."""
    found = {}
    for line in lines:
        name, _, expression = line.rstrip("\r\n").partition(" ")
        if "\t" in name:
            name, _, expression = line.rstrip("\r\n").partition("\t")
        if name and not name.startswith("#"):
            found[name] = expression.lstrip(" \t")
    return found


def expand(pattern: str, known: dict[str, str]) -> Expansion:
    """The expression for a grok pattern. Raises UnknownPattern, and ValueError for an unknown type."""
    types: dict[str, str] = {}
    fields: list[str] = []

    def inline(text: str, depth: int) -> str:
        if depth > _DEEPEST:
            raise UnknownPattern(f"cannot expand {pattern!r}: a pattern contains itself")

        def replace(match: re.Match[str]) -> str:
            name, field, kind = match[1], match[2], match[3]
            if name not in known:
                raise UnknownPattern(
                    f"cannot expand {pattern!r}: no pattern {name!r}; define it with custom_pattern_path"
                )
            body = inline(known[name], depth + 1)
            if field is None:
                return f"(?:{body})"
            if ":" in field:
                raise ValueError(
                    f"cannot convert to {field.partition(':')[2]!r} in {match[0]!r}: unknown type"
                )
            types[_plain(field)] = kind or "string"
            return f"(?<{_plain(field)}>{body})"

        return _REFERENCE.sub(replace, text)

    def number(match: re.Match[str]) -> str:
        fields.append(match[1])
        return f"(?<g{len(fields) - 1}>"

    source = _NAMED_GROUP.sub(number, inline(pattern, 0))
    return Expansion(source, tuple(fields), types)


def _plain(field: str) -> str:
    """`[a][b]` names the field `a.b`, as in the original."""
    return ".".join(field[1:-1].split("][")) if field.startswith("[") and field.endswith("]") else field
