"""Single values: literals, names, constants, what stands in brackets, blocks of control words."""

import re
from collections.abc import Callable
from typing import Any, Final

from kelp.agent.ruby import constants, control, jumps, literals
from kelp.agent.ruby.arguments import hash_of, list_of
from kelp.agent.ruby.calls import CallCompiler
from kelp.agent.ruby.last_match import last_match, part
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.places import Local
from kelp.agent.ruby.source import ASSIGNMENT, CONSTANT, RubySyntaxError
from kelp.agent.ruby.values import RubyError, Symbol

_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?")
_SYMBOL = re.compile(r"[a-zA-Z_]\w*[?!]?|[-+*/%]|<=>|==|<<")
_GLOBAL = re.compile(r"\$(?:([0-9&`'])|~)")
# What makes a string that nobody else holds.
_OWN_STRING = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|String\.new(?:\(.*\))?|.*\.(?:dup|clone))\s*""")
KEYWORDS: Final = frozenset((
    "if", "unless", "else", "elsif", "end", "then", "and", "or", "not", "nil", "true", "false", "self", "case",
    "when", "begin", "rescue", "ensure", "do", "while", "until", "for", "loop", "break", "next", "return", "def",
    "class", "module", "yield", "in",
))  # fmt: skip
_VALUES: Final = {"nil": None, "true": True, "false": False}
_HANDLED: Final = frozenset((*_VALUES, *control.BLOCKS, *jumps.WORDS))


class PrimaryCompiler(CallCompiler):
    """The part of the compiler that deals with single values."""

    def primary(self) -> Code:
        source = self.source
        char = source.peek()
        if char.isdigit():
            return self.number()
        if char in _BEGINNINGS and not source.looking_at("::"):
            return _BEGINNINGS[char](self)
        if found := CONSTANT.match(source.text, source.at):
            return self._constant(found)
        word = source.word()
        if not word:
            raise source.fault("unexpected text")
        return self._keyword(word) if word in KEYWORDS else self._name(word)

    def _parenthesized(self) -> Code:
        self.source.at += 1
        return self.enclosed(")")

    def _string(self) -> Code:
        """Literals that follow each other are one."""
        source = self.source
        code = literals.quoted(source, self.interpolation)
        while True:
            mark = source.at
            source.blank()
            if not source.looking_at('"', "'"):
                source.at = mark
                return code
            code = literals.concatenated(code, literals.quoted(source, self.interpolation))

    def _command(self) -> Code:
        return literals.command(self.source, self.interpolation, of_events="record" in self.names)

    def _percent(self) -> Code:
        return literals.percent(self.source, self.interpolation, of_events="record" in self.names)

    def _pattern(self) -> Code:
        return literals.slashed(self.source, self.interpolation)

    def number(self) -> Code:
        source = self.source
        found = source.scan(_NUMBER)
        assert found is not None
        text = found[0].replace("_", "")
        if text[:2] in ("0x", "0X", "0b", "0B"):
            return literals.constant(int(text, 0))
        if "." in text or "e" in text.lower():
            return literals.constant(float(text))
        return literals.constant(int(text, 8) if len(text) > 1 and text[0] == "0" else int(text))

    def _symbol(self) -> Code:
        source = self.source
        source.at += 1
        if source.looking_at('"', "'"):
            text = literals.quoted(source, self.interpolation)
            return lambda env: Symbol(text(env))
        found = source.scan(_SYMBOL)
        if found is None:
            raise source.fault("unexpected ':'")
        return literals.constant(Symbol(found[0]))

    def _array(self) -> Code:
        self.source.at += 1
        return list_of(self.arguments("]"))

    def _hash(self) -> Code:
        self.source.at += 1
        code = hash_of(self.pairs("}"))
        self.source.expect("}")
        return code

    def _global(self) -> Code:
        found = self.source.scan(_GLOBAL)
        if found is None:
            raise self.source.fault("unknown global variable")
        self.reads_last_match = True
        name = "&" if found[1] == "0" else found[1]
        return (lambda env: part(name)) if name else (lambda env: last_match())

    def _constant(self, found: "re.Match[str]") -> Code:
        """A class, a module's method, or a conversion function such as Integer()."""
        source = self.source
        name = found[0]
        source.at = found.end()
        if source.looking_at("(") and name in constants.FUNCTIONS:
            return self.function(name)
        if name == "Hash" and source.take("["):
            return self.list_call(constants.hash_of, "]")
        if name in constants.MODULES and source.looking_at("."):
            self.reads_last_match = self.reads_last_match or source.looking_at(".last_match")
            return self.module_call(name)
        if constants.constant_value(name) is None:
            raise RubySyntaxError(f"unknown constant {name}", found.start())
        if name == "ENV":
            return lambda env: constants.constant_value("ENV")
        return literals.constant(constants.constant_value(name))

    def _keyword(self, word: str) -> Code:
        source = self.source
        if word not in _HANDLED:
            raise source.fault(f"{word!r} is not supported here")
        source.at += len(word)
        if word in _VALUES:
            return literals.constant(_VALUES[word])
        if word in jumps.WORDS:
            return jumps.compile_jump(self, word)
        depth, self.depth = self.depth, 0
        code = control.compile_block(self, word)
        self.depth = depth
        return code

    def _name(self, word: str) -> Code:
        source = self.source
        start = source.at
        source.at += len(word)
        found = ASSIGNMENT.match(source.text, source.at)
        if found and (not found[1] or word in self.names):
            if not found[1]:
                self.names.add(word)
            value = self.assignment(Local(word))
            assert value is not None
            if not found[1]:
                own = _OWN_STRING.fullmatch(source.text, found.end(), source.at)
                (self.own_strings.add if own else self.own_strings.discard)(word)
            return value
        if word in self.names and not source.looking_at("("):
            if word in ("it", "_1", "_2", "_3"):
                self.numbered.add(word)
            return Local(word)
        if word in ("lambda", "proc"):
            return self.proc(is_lambda=word == "lambda")
        if word in constants.FUNCTIONS:
            return self.function(word)
        if self.fields and word not in constants.KERNEL and not source.looking_at("(", "?", "!"):
            return _field(word)
        raise RubySyntaxError(f"unknown name {word!r}", start)

    def instance_variable(self) -> Code:
        """`@name`: nil before anything is assigned."""
        name = self.source.scan(re.compile(r"@[a-z_]\w*"))
        if name is None:
            raise self.source.fault("unexpected '@'")
        self.names.add(name[0])
        place = Local(name[0])
        return self.assignment(place) or place


_BEGINNINGS: Final[dict[str, Callable[[PrimaryCompiler], Code]]] = {
    '"': PrimaryCompiler._string,
    "'": PrimaryCompiler._string,
    "`": PrimaryCompiler._command,
    "%": PrimaryCompiler._percent,
    "/": PrimaryCompiler._pattern,
    ":": PrimaryCompiler._symbol,
    "[": PrimaryCompiler._array,
    "{": PrimaryCompiler._hash,
    "(": PrimaryCompiler._parenthesized,
    "$": PrimaryCompiler._global,
    "@": PrimaryCompiler.instance_variable,
}


def _field(name: str) -> Code:
    def read(env: Env) -> Any:
        if name not in env["record"]:
            raise RubyError(f"undefined local variable or method `{name}'", "NameError")
        return env["record"][name]

    return read
