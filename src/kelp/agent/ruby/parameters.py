"""What values are bound to: the parameters of blocks and lambdas, and the left side of `a, (b, *c) = …`."""

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.source import IDENTIFIER, Source

if TYPE_CHECKING:
    from kelp.agent.ruby.calls import CallCompiler


@dataclass(slots=True)
class Target:
    """A name, or a nested list of targets; `rest` takes what is left over."""

    name: str = ""
    nested: "Targets | None" = None
    rest: bool = False
    default: Code | None = None

    def bind(self, env: Env, value: Any) -> None:
        if self.nested is not None:
            self.nested.bind(env, value if isinstance(value, list) else [value])
        elif self.name:
            env[self.name] = value


@dataclass
class Targets:
    """Targets in a row. `spreads`: a lone list is taken apart, as several parameters do."""

    items: list[Target] = field(default_factory=list)
    trailing_comma: bool = False

    @property
    def names(self) -> list[str]:
        found: list[str] = []
        for item in self.items:
            found += item.nested.names if item.nested else [item.name] if item.name else []
        return found

    @functools.cached_property
    def is_simple(self) -> bool:
        """Names alone: the usual block."""
        return all(one.name and not one.rest and one.default is None for one in self.items)

    @functools.cached_property
    def spreads(self) -> bool:
        return len(self.items) > 1 or self.trailing_comma

    @property
    def least(self) -> int:
        return sum(1 for item in self.items if not item.rest and item.default is None)

    @property
    def most(self) -> int | None:
        return None if any(item.rest for item in self.items) else len(self.items)

    def bind(self, env: Env, values: list[Any]) -> None:
        """Bind names to values: nil where one is missing, surplus ones are dropped."""
        items = self.items
        if self.is_simple:
            count = len(values)
            for at, item in enumerate(items):
                env[item.name] = values[at] if at < count else None
            return
        spare = max(0, len(values) - self.least)
        waiting = list(values)
        for item in items:
            if item.rest:
                item.bind(env, waiting[:spare])
                del waiting[:spare]
            elif item.default is not None and spare == 0:
                item.bind(env, item.default(env))
            else:
                spare -= item.default is not None
                item.bind(env, waiting.pop(0) if waiting else None)


def parse_targets(compiler: "CallCompiler", closing: str) -> Targets:
    """Targets up to `closing`, not consumed. Raises RubySyntaxError."""
    source = compiler.source
    found = Targets()
    while True:
        source.blank(lines=True)
        if source.looking_at(closing, ";") or source.at >= len(source.text):
            found.trailing_comma = found.trailing_comma and bool(found.items)
            return found
        found.items.append(_target(compiler, source, defaults=closing != "="))
        source.blank()
        found.trailing_comma = source.take(",")
        if not found.trailing_comma and not source.looking_at(closing, ";"):
            raise source.fault(f"expected ',' or {closing!r}")


def _target(compiler: "CallCompiler", source: Source, *, defaults: bool) -> Target:
    if source.take("("):
        nested = parse_targets(compiler, ")")
        source.expect(")")
        return Target(nested=nested)
    rest = source.take("*")
    name = source.scan(IDENTIFIER)
    if name is None and not rest:
        raise source.fault("parameter is not supported")
    text = name[0] if name else ""
    source.blank()
    if defaults and not rest and source.take("="):
        source.blank()
        # Tighter than `|`, which ends a block's parameters.
        return Target(text, default=compiler.binary(9))
    return Target(text, rest=rest)
