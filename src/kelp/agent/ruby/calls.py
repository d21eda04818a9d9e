"""Method calls: blocks, indexing, chains."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby import blocks, constants, literals
from kelp.agent.ruby.arguments import ArgumentCompiler, Splat, evaluated
from kelp.agent.ruby.blocks import BlockCode
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.methods import CHANGING, GROWING, STRING_CHANGING, call_method, known_names
from kelp.agent.ruby.parameters import Targets, parse_targets
from kelp.agent.ruby.places import Item, Local, string_change, unless_string
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.values import PYTHON_FAULTS, RubyError

_METHOD = re.compile(r"[a-zA-Z_]\w*(?:[?!](?!=[^=~>]))?|\[\]")
_COMMAND_ARGUMENT = re.compile(r"[ \t]+(?=[\"'])")
# A question such as `list.include? tag` also takes names and numbers without parentheses.
_QUESTION_ARGUMENT = re.compile(r"[ \t]+(?=[\"'\[\d]|(?!(?:and|or|if|unless|then|rescue|do|end)\b)[a-zA-Z_])")


class CallCompiler(ArgumentCompiler):
    """The part of the compiler that deals with calls."""

    def statement_without_block(self) -> Code:
        """The condition of a loop, whose `do` begins the loop."""
        self.takes_do = False
        code = self.statement()
        self.takes_do = True
        return code

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
        if len(args) != 1 or isinstance(args[0], Splat):
            return lambda env: call_method(receiver(env), "[]", evaluated(args, env), None)
        place = Item(receiver, args[0])
        change = self.assignment(place)
        self.changes = self.changes or change is not None
        return change or place

    def _method(self, receiver: Code, *, safe: bool) -> Code:
        source = self.source
        source.blank(lines=True)
        start = source.at
        if source.looking_at("("):
            return _call(receiver, "call", self._call_arguments("call"), None, safe=safe)
        found = source.scan(_METHOD)
        if found is None:
            raise source.fault("expected a method name")
        name = found[0]
        if name in STRING_CHANGING:
            return self._string_change(receiver, name, start)
        if name not in known_names():
            raise RubySyntaxError(f"unknown method {name!r}", start)
        if name in GROWING and source.text[: start - 1].endswith(".to_s"):
            # A string's to_s is the string itself, which would change in the record.
            raise RubySyntaxError(f"{name} behind to_s is not supported: use interpolation", start)
        if name in GROWING and isinstance(receiver, Item | Local):
            return self._string_or_list(receiver, name, start)
        self.changes = self.changes or name in CHANGING
        args = self._call_arguments(name)
        block = self.block()
        return _call(receiver, name, args, block, safe=safe)

    def _string_change(self, receiver: Code, name: str, start: int) -> Code:
        """`gsub!` and the like, of a field or of a string that nobody else sees change."""
        is_own = isinstance(receiver, Local) and receiver.name in self.own_strings
        place = receiver if is_own or isinstance(receiver, Item) else None
        if not isinstance(place, Local | Item):
            message = f"{name} changes a value in place, which is not supported here: use {name.rstrip('!')}"
            raise RubySyntaxError(message, start)
        self.changes = True
        args = self._call_arguments(name)
        block = self.block()
        change = _call(receiver, name.rstrip("!"), args, block, safe=False)
        says_nothing = name not in ("scrub!", "encode!")
        return string_change(place, change, says_nothing=says_nothing)

    def _string_or_list(self, receiver: Code, name: str, start: int) -> Code:
        """`concat` and the like, which strings and lists have."""
        self.changes = True
        args = self._call_arguments(name)
        change = _call(receiver, name, args, None, safe=False)
        if not isinstance(receiver, Local | Item):
            return change
        if isinstance(receiver, Local) and receiver.name not in self.own_strings:
            return unless_string(receiver, change, name)
        return string_change(receiver, change, says_nothing=False)

    def _call_arguments(self, name: str) -> list[Code]:
        source = self.source
        if source.take("("):
            return self.arguments(")")
        if source.scan(_QUESTION_ARGUMENT if name.endswith("?") else _COMMAND_ARGUMENT):
            first = self.ternary()
            source.blank()
            if self.depth == 0 and source.take(","):
                return [first, *self.bare_arguments()]
            return [first]
        return []

    def block(self) -> BlockCode | None:
        """`{ |a, b| … }` or `do |a, b| … end` behind a call."""
        source = self.source
        mark = source.at
        source.blank()
        closing = "}" if source.take("{") else "end" if self.takes_do and source.take_word("do") else ""
        if not closing:
            source.at = mark
            return None
        source.blank(lines=True)
        given = source.take("|")
        targets = parse_targets(self, "|") if given else Targets()
        if given:
            if source.take(";"):
                parse_targets(self, "|")
            source.expect("|")
        return self._body(targets, closing, numbered=not given)

    def _body(self, targets: Targets, closing: str, *, numbered: bool = False) -> BlockCode:
        outer, outer_numbered, depth, takes_do = self.names, self.numbered, self.depth, self.takes_do
        self.names = outer | set(targets.names) | ({"it", "_1", "_2", "_3"} if numbered else set())
        self.numbered, self.depth, self.takes_do = set(), 0, True
        self.blocks += 1
        code = self.statements(closing)
        self.blocks -= 1
        if numbered and self.numbered:
            targets = blocks.numbered_targets(self.numbered)
        own = self.names - outer - set(targets.names)
        self.names, self.numbered, self.depth, self.takes_do = outer, outer_numbered, depth, takes_do
        self.source.expect(closing)
        own = {name for name in own if name[0] != "@"}
        # A lambda may call itself, so all that runs inside of one puts its names back.
        shadowed = {*targets.names, *own} if self.lambdas else outer & set(targets.names)
        return blocks.SourceBlock(targets, code, frozenset(own), frozenset(shadowed))

    def proc(self, *, is_lambda: bool) -> Code:
        """What follows `lambda` or `proc`."""
        source = self.source
        mark = source.at
        self.lambdas += 1
        made = self.block()
        self.lambdas -= 1
        if made is None:
            source.at = mark
            raise source.fault("expected a block")
        return blocks.proc_of(made, is_lambda=is_lambda)

    def arrow(self) -> Code:
        """`->(a, b) { … }`; the position is on the arrow."""
        source = self.source
        source.at += 2
        source.blank()
        targets = Targets()
        if source.take("("):
            targets = parse_targets(self, ")")
            source.expect(")")
        elif not source.looking_at("{") and source.word() != "do":
            targets = parse_targets(self, "{")
        source.blank()
        closing = "}" if source.take("{") else "end" if source.take_word("do") else ""
        if not closing:
            raise source.fault("expected the block of ->")
        self.lambdas += 1
        made = self._body(targets, closing)
        self.lambdas -= 1
        return blocks.proc_of(made, is_lambda=True)

    def function(self, name: str) -> Code:
        """A function without receiver, behind its name: `format("…", x)`, `require 'json'`."""
        source = self.source
        if source.take("("):
            args = self.arguments(")")
        else:
            source.blank()
            begins = source.peek() and (source.peek() in "\"'" or source.peek().isupper())
            args = self.bare_arguments() if begins else []
        run = constants.FUNCTIONS[name]
        return _guarded(lambda env: run(evaluated(args, env), None))

    def list_call(self, function: Callable[[list[Any]], Any], closing: str) -> Code:
        """A function of the arguments up to `closing`: `Hash[…]`."""
        args = self.arguments(closing)
        return _guarded(lambda env: function(evaluated(args, env)))

    def module_call(self, module: str) -> Code:
        """`Time.now`, `JSON.parse(…)`; the position is on the dot."""
        source = self.source
        start = source.at
        source.at += 1
        found = source.scan(_METHOD)
        name = found[0] if found else ""
        if name not in constants.MODULES[module]:
            if name in ("name", "to_s", "class", "inspect"):
                source.at = start
                return literals.constant(constants.constant_value(module))
            known = ", ".join(constants.MODULES[module])
            raise RubySyntaxError(f"unknown method {module}.{name}; known: {known}", start)
        args = self._call_arguments(name)
        block = self.block()
        if args and isinstance(args[-1], blocks.BlockArgument):
            block = blocks.passed(args.pop())
        run = constants.MODULES[module][name]
        return blocks.ending(
            _guarded(lambda env: run(evaluated(args, env), block(env) if block else None)), block
        )


def _guarded(code: Code) -> Code:
    def run(env: Env) -> Any:
        try:
            return code(env)
        except PYTHON_FAULTS as error:
            raise RubyError(str(error)) from error

    return run


def _call(receiver: Code, name: str, args: list[Code], block: BlockCode | None, *, safe: bool) -> Code:
    if args and isinstance(args[-1], blocks.BlockArgument):
        block = blocks.passed(args[-1])
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
        return call_method(value, name, evaluated(args, env), block(env) if block else None)

    return blocks.ending(call, block)
