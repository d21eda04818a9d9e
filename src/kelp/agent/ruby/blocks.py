"""Blocks and lambdas: closures over the variables of the expression they stand in."""

from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.jumps import Break, Next, Return, ended_by
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.methods import Block, call_method
from kelp.agent.ruby.parameters import Target, Targets
from kelp.agent.ruby.values import Proc, RubyError, Symbol

# A block made of source text; given the variables, it can be called.
BlockCode = Callable[[Env], Block]


class BlockArgument:
    """`&value` in an argument list."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def __call__(self, env: Env) -> Any:
        return self.code(env)


class SourceBlock:
    """A block of an expression; its parameters and own variables are gone once it ends."""

    def __init__(self, targets: Targets, body: Code, own: frozenset[str], shadowed: frozenset[str]) -> None:
        self.targets = targets
        self._body = body
        self._own = own
        self._shadowed = shadowed
        self._lone = targets.items[0].name if _is_lone(targets) else None

    def __call__(self, env: Env) -> Block:
        return lambda values: self.run(env, values)

    def run(self, env: Env, values: list[Any]) -> Any:
        """Names that only the block knows need no care beyond a fresh start; those of its surroundings come back."""
        saved = {name: env[name] for name in self._shadowed if name in env} if self._shadowed else None
        for name in self._own:
            env.pop(name, None)
        if self._lone is not None:
            env[self._lone] = values[0] if values else None
        else:
            # One list for several parameters is taken apart, as in `hash.map { |k, v| … }`.
            spreads = self.targets.spreads and len(values) == 1 and isinstance(values[0], list)
            self.targets.bind(env, values[0] if spreads else values)
        try:
            return self._body(env)
        except Next as jump:
            return jump.value
        finally:
            if saved is not None:
                env.update(saved)


def _is_lone(targets: Targets) -> bool:
    """One plain parameter: the usual block."""
    items = targets.items
    return (
        len(items) == 1
        and not targets.trailing_comma
        and bool(items[0].name)
        and not items[0].rest
        and items[0].default is None
    )


def numbered_targets(names: set[str]) -> Targets:
    """The parameters of a block that uses `it`, `_1`, `_2` …"""
    if names == {"it"}:
        return Targets([Target("it")])
    count = max(int(name[1:]) for name in names if name != "it")
    return Targets([Target(f"_{number}") for number in range(1, count + 1)])


def proc_of(made: BlockCode, *, is_lambda: bool) -> Code:
    """A lambda checks the number of its arguments, and `return` ends only itself."""
    assert isinstance(made, SourceBlock)
    targets = made.targets

    def run(env: Env, values: list[Any]) -> Any:
        if not is_lambda:
            return made.run(env, values)
        most = targets.most
        if len(values) < targets.least or (most is not None and len(values) > most):
            wanted = (
                f"{targets.least}"
                if most == targets.least
                else f"{targets.least}{f'..{most}' if most else '+'}"
            )
            raise RubyError(f"wrong number of arguments (given {len(values)}, expected {wanted})")
        try:
            # A list given alone stays whole.
            return made.run(env, [values] if targets.spreads and len(values) == 1 else values)
        except Return as jump:
            return jump.value

    return lambda env: Proc(
        lambda values: run(env, values), is_lambda, targets.least if targets.most is not None else -1
    )


def passed(code: Code) -> BlockCode:
    """`&:name` or `&proc` as a block."""

    def make(env: Env) -> Block:
        value = code(env)
        if isinstance(value, Symbol):
            return lambda values: call_method(values[0], value.name, values[1:], None)
        if isinstance(value, Proc):
            return value.run
        raise RubyError(f"wrong argument type {type(value).__name__} (expected Proc)")

    return make


def ending(call: Code, block: BlockCode | None) -> Code:
    """A call that `break` in its block ends."""
    return ended_by(Break, call) if isinstance(block, SourceBlock) else call
