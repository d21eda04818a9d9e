"""Method calls: arguments, blocks, indexing, chains."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby import constants, literals
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.methods import Block, call_method, known_names
from kelp.agent.ruby.operators import LAST_MATCH
from kelp.agent.ruby.source import RubySyntaxError, Source
from kelp.agent.ruby.values import Matched, RubyError, Symbol

_METHOD = re.compile(r"[a-zA-Z_]\w*(?:[?!](?!=[^=~>]))?|\[\]")
_LABEL = re.compile(r"([a-zA-Z_]\w*[?!]?):(?!:)")
_PARAMETERS = re.compile(r"\s*\|\s*([^|]*)\|")
_COMMAND_ARGUMENT = re.compile(r"[ \t]+(?=[\"'])")
# A question such as `list.include? tag` also takes names and numbers without parentheses.
_QUESTION_ARGUMENT = re.compile(r"[ \t]+(?=[\"'\[\d]|(?!(?:and|or|if|unless|then|rescue|do|end)\b)[a-zA-Z_])")
# A block made of source text; None where a call has none.
BlockCode = Callable[[Env], Block]


class CallCompiler:
    """The part of the compiler that deals with calls; expressions are the other one's."""

    source: Source
    names: set[str]

    def expression(self) -> Code:
        raise NotImplementedError

    def ternary(self) -> Code:
        raise NotImplementedError

    def statements(self, *ends: str) -> Code:
        raise NotImplementedError

    def interpolation(self, source: Source) -> Code:
        raise NotImplementedError

    def ternary_after_blank(self) -> Code:
        self.source.blank(lines=True)
        return self.ternary()

    def postfix(self, code: Code) -> Code:
        """Everything attached behind a value: `[…]`, `.method`, `&.method`."""
        source = self.source
        while True:
            if source.take("["):
                code = self._index(code)
                continue
            mark = source.at
            source.blank(lines=True)
            if source.take("&."):
                code = self._method(code, safe=True)
            elif source.looking_at(".") and not source.looking_at(".."):
                source.at += 1
                code = self._method(code, safe=False)
            else:
                source.at = mark
                return code

    def _index(self, receiver: Code) -> Code:
        args = self.arguments("]")
        if re.match(r"[ \t]*=(?![=~>])", self.source.text[self.source.at :]):
            raise self.source.fault("changing a value in place is not supported")
        if len(args) != 1:
            return lambda env: call_method(receiver(env), "[]", [arg(env) for arg in args], None)
        key = args[0]

        def read(env: Env) -> Any:
            value = receiver(env)
            # The usual case, without the way through the method table.
            return value.get(key(env)) if type(value) is dict else call_method(value, "[]", [key(env)], None)

        return read

    def _method(self, receiver: Code, *, safe: bool) -> Code:
        source = self.source
        source.blank(lines=True)
        start = source.at
        found = source.scan(_METHOD)
        if found is None:
            raise source.fault("expected a method name")
        name = found[0]
        if name.endswith("!"):
            raise RubySyntaxError(
                f"{name} changes a value in place, which is not supported: use {name[:-1]}", start
            )
        if name not in known_names():
            raise RubySyntaxError(f"unknown method {name!r}", start)
        args = self._call_arguments(name)
        block = self.block()
        return _call(receiver, name, args, block, safe=safe)

    def _call_arguments(self, name: str) -> list[Code]:
        source = self.source
        if source.take("("):
            return self.arguments(")")
        if source.scan(_QUESTION_ARGUMENT if name.endswith("?") else _COMMAND_ARGUMENT):
            return [self.ternary()]
        return []

    def arguments(self, closing: str) -> list[Code]:
        """Arguments up to `closing`, which is consumed; trailing pairs become one hash."""
        source = self.source
        args: list[Code] = []
        while True:
            source.blank(lines=True)
            if source.take(closing):
                return args
            if source.looking_at("&:", "*", "**"):
                if source.take("&"):
                    args.append(_BlockArgument(self.expression()))
                else:
                    raise source.fault("splat arguments are not supported")
            elif _LABEL.match(source.text, source.at) or self._is_pair():
                pairs = self.pairs(closing)
                args.append(lambda env, pairs=pairs: {key(env): value(env) for key, value in pairs})  # type: ignore[misc]
            else:
                args.append(self.expression())
            source.blank(lines=True)
            if not source.take(",") and not source.looking_at(closing):
                raise source.fault(f"expected ',' or {closing!r}")

    def _is_pair(self) -> bool:
        """Whether a literal key and `=>` stand here."""
        return (
            re.compile(r"(?:\"[^\"#]*\"|'[^']*'|:\w+)\s*=>").match(self.source.text, self.source.at)
            is not None
        )

    def pairs(self, closing: str) -> list[tuple[Code, Code]]:
        """`key: value` and `key => value` up to `closing`, not consumed."""
        source = self.source
        pairs: list[tuple[Code, Code]] = []
        while True:
            source.blank(lines=True)
            if source.looking_at(closing):
                return pairs
            if label := source.scan(_LABEL):
                key: Code = literals.constant(Symbol(label[1]))
            else:
                key = self.ternary()
                source.blank(lines=True)
                if not source.take("=>"):
                    raise source.fault("expected '=>'")
            source.blank(lines=True)
            pairs.append((key, self.expression()))
            source.blank(lines=True)
            if not source.take(",") and not source.looking_at(closing):
                raise source.fault(f"expected ',' or {closing!r}")

    def block(self) -> BlockCode | None:
        """`{ |a, b| … }` or `do |a, b| … end` behind a call."""
        source = self.source
        mark = source.at
        source.blank()
        closing = "}" if source.take("{") else "end" if source.take_word("do") else ""
        if not closing:
            source.at = mark
            return None
        found = source.scan(_PARAMETERS)
        parameters = [one.strip() for one in found[1].split(",")] if found and found[1].strip() else []
        for one in parameters:
            if not re.fullmatch(r"[a-z_]\w*", one):
                raise source.fault(f"block parameter {one!r} is not supported")
        outer = self.names
        self.names = outer | set(parameters)
        body = self.statements(closing)
        self.names = outer
        source.expect(closing)
        return _block(parameters, body)

    def function(self, name: str) -> Code:
        """A function without receiver, behind its name: `format("…", x)`, `require 'json'`."""
        source = self.source
        if source.take("("):
            args = self.arguments(")")
        else:
            source.blank()
            args = [self.ternary()] if source.peek() in "\"'" and source.peek() else []
            source.blank()
            while args and source.take(","):
                args.append(self.ternary_after_blank())
                source.blank()
        run = constants.FUNCTIONS[name]
        return lambda env: _guarded(lambda: run([arg(env) for arg in args], None))

    def module_call(self, module: str) -> Code:
        """`Time.now`, `JSON.parse(…)`; the position is on the dot."""
        source = self.source
        start = source.at
        source.at += 1
        found = source.scan(_METHOD)
        name = found[0] if found else ""
        if name not in constants.MODULES[module]:
            known = ", ".join(constants.MODULES[module])
            raise RubySyntaxError(f"unknown method {module}.{name}; known: {known}", start)
        args = self._call_arguments(name)
        block = self.block()
        if args and isinstance(args[-1], _BlockArgument):
            block = _symbol_block(args.pop())
        run = constants.MODULES[module][name]
        return lambda env: _guarded(lambda: run([arg(env) for arg in args], block(env) if block else None))


class _BlockArgument:
    """`&:name` in an argument list."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def __call__(self, env: Env) -> Any:
        return self.code(env)


def _guarded(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RubyError(str(error)) from error


def _call(receiver: Code, name: str, args: list[Code], block: BlockCode | None, *, safe: bool) -> Code:
    if args and isinstance(args[-1], _BlockArgument):
        block = _symbol_block(args[-1])
        args = args[:-1]
    if not args and block is None:

        def simple(env: Env) -> Any:
            value = receiver(env)
            return None if safe and value is None else call_method(value, name, [], None)

        return simple

    def call(env: Env) -> Any:
        value = receiver(env)
        if safe and value is None:
            return None
        return call_method(value, name, [arg(env) for arg in args], block(env) if block else None)

    return call


def _symbol_block(code: Code) -> BlockCode:
    def make(env: Env) -> Block:
        symbol = code(env)
        if not isinstance(symbol, Symbol):
            raise RubyError("only &:name can be passed as a block")
        return lambda values: call_method(values[0], symbol.name, values[1:], None)

    return make


def _block(parameters: list[str], body: Code) -> BlockCode:
    """A block over the surrounding variables; its parameters shadow them while it runs."""

    def make(env: Env) -> Block:
        def run(values: list[Any]) -> Any:
            if type(values) is Matched:
                env[LAST_MATCH] = values.found
            # One pair for several parameters is taken apart, as in `hash.map { |k, v| … }`.
            if len(parameters) > 1 and len(values) == 1 and isinstance(values[0], list):
                values = values[0]
            elif len(parameters) > 1 and len(values) == 1:
                values = [*values]
            saved = {name: env[name] for name in parameters if name in env}
            for at, name in enumerate(parameters):
                env[name] = values[at] if at < len(values) else None
            try:
                return body(env)
            finally:
                for name in parameters:
                    env.pop(name, None)
                env.update(saved)

        return run

    return make
