"""Arguments and pairs, and the values they give."""

import re
from collections.abc import Iterable
from typing import Any

from kelp.agent.ruby import blocks, constants, literals
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.source import Source
from kelp.agent.ruby.values import Symbol

_LABEL = re.compile(r"([a-zA-Z_]\w*[?!]?|\"[^\"#\\]*\"|'[^'\\]*'):(?!:)")
_PAIR = re.compile(r"(?:\"(?:[^\"#\\]|\\.)*\"|'[^']*'|:\w+|[\w.]+(?:\[[^\]]*\])?)\s*=>")


class ArgumentCompiler:
    """The part of the compiler that deals with lists of values; `names` are the variables the surroundings give."""

    def __init__(self, source: Source, names: Iterable[str], *, fields: bool = False) -> None:
        self.source = source
        self.names = set(names)
        # Whether names that are no variables are fields of the record.
        self.fields = fields
        # Whether anything is changed in place: who lends values to the expression then lends copies.
        self.changes = False
        self.returns = False
        self.reads_last_match = False
        # Numbered parameters that the present block uses.
        self.numbered: set[str] = set()
        # Variables that hold strings only this expression can see.
        self.own_strings: set[str] = set()
        # How deep inside brackets the position is, where a comma parts arguments.
        self.depth = 0
        # Whether `{` and `do` behind a call begin its block: not in the condition of a loop.
        self.takes_do = True
        # How many lambdas, and blocks or loops, the position is in.
        self.lambdas = 0
        self.blocks = 0

    def expression(self) -> Code:
        raise NotImplementedError

    def ternary(self) -> Code:
        raise NotImplementedError

    def statements(self, *ends: str) -> Code:
        raise NotImplementedError

    def binary(self, least: int) -> Code:
        raise NotImplementedError

    def statement(self) -> Code:
        raise NotImplementedError

    def assignment(self, place: Any) -> Code | None:
        raise NotImplementedError

    def enclosed(self, closing: str) -> Code:
        """Statements between brackets; `closing` is consumed."""
        depth, self.depth = self.depth, 0
        code = self.statements(closing)
        self.depth = depth
        self.source.expect(closing)
        return code

    def interpolation(self) -> Code:
        """The statements of `#{…}`; the position moves behind the brace."""
        return self.enclosed("}")

    def bare_arguments(self) -> list[Code]:
        """Values behind a comma, up to the end of the statement."""
        source = self.source
        values: list[Code] = []
        while True:
            source.blank(lines=True)
            values.append(Splat(self.ternary()) if source.take("*") else self.ternary())
            source.blank()
            if not source.take(","):
                return values

    def arguments(self, closing: str) -> list[Code]:
        """Arguments up to `closing`, which is consumed; trailing pairs become one hash."""
        source = self.source
        args: list[Code] = []
        self.depth += 1
        while True:
            source.blank(lines=True)
            if source.take(closing):
                self.depth -= 1
                return args
            args.append(self._argument(closing))
            source.blank(lines=True)
            if not source.take(",") and not source.looking_at(closing):
                raise source.fault(f"expected ',' or {closing!r}")

    def _argument(self, closing: str) -> Code:
        source = self.source
        if source.looking_at("**") or any(form.match(source.text, source.at) for form in (_LABEL, _PAIR)):
            return hash_of(self.pairs(closing))
        if source.take("*"):
            return Splat(self.ternary())
        if closing == ")" and source.looking_at("&") and not source.looking_at("&&"):
            source.at += 1
            return blocks.BlockArgument(self.expression())
        return self.expression()

    def pairs(self, closing: str) -> list[tuple[Code | None, Code]]:
        """`key: value`, `key => value` and `**hash` up to `closing`, not consumed."""
        source = self.source
        pairs: list[tuple[Code | None, Code]] = []
        depth, self.depth = self.depth, self.depth + 1
        while True:
            source.blank(lines=True)
            if source.looking_at(closing):
                self.depth = depth
                return pairs
            pairs.append(self._pair())
            source.blank(lines=True)
            if not source.take(",") and not source.looking_at(closing):
                raise source.fault(f"expected ',' or {closing!r}")

    def _pair(self) -> tuple[Code | None, Code]:
        source = self.source
        if source.take("**"):
            return None, self.ternary()
        if label := source.scan(_LABEL):
            key: Code = literals.constant(Symbol(label[1].strip("\"'")))
        else:
            key = self.ternary()
            source.blank(lines=True)
            if not source.take("=>"):
                raise source.fault("expected '=>'")
        source.blank(lines=True)
        return key, self.expression()


def list_of(items: list[Code]) -> Code:
    return lambda env: evaluated(items, env)


def hash_of(pairs: list[tuple[Code | None, Code]]) -> Code:
    """A hash; a pair without a key is another hash, spread out."""
    if any(key is None for key, _ in pairs):
        return lambda env: _spread(pairs, env)
    given = [(key, value) for key, value in pairs if key is not None]
    return lambda env: {key(env): value(env) for key, value in given}


class Splat:
    """`*list` among arguments."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def __call__(self, env: Env) -> Any:
        value = self.code(env)
        return constants.array_of(value)


def evaluated(args: list[Code], env: Env) -> list[Any]:
    """The values of arguments."""
    if not any(isinstance(arg, Splat) for arg in args):
        return [arg(env) for arg in args]
    values: list[Any] = []
    for arg in args:
        if isinstance(arg, Splat):
            values += arg(env)
        else:
            values.append(arg(env))
    return values


def _spread(pairs: list[tuple[Code | None, Code]], env: Env) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for key, value in pairs:
        if key is None:
            out.update(value(env) or {})
        else:
            out[key(env)] = value(env)
    return out
