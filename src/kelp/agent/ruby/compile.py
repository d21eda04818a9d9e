"""Ruby expressions → Python functions: a recursive descent parser that builds closures as it goes.

What is not known is refused when the text is compiled (RubySyntaxError), never guessed: unknown names, unknown
methods, `eval`. The compiler stands in layers, from what binds tightest: arguments, calls, primaries, expressions, statements.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kelp.agent.ruby import control, jumps, literals
from kelp.agent.ruby.expressions import ExpressionCompiler
from kelp.agent.ruby.last_match import LAST
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.parameters import parse_targets
from kelp.agent.ruby.places import multiple
from kelp.agent.ruby.primaries import KEYWORDS
from kelp.agent.ruby.source import Source
from kelp.agent.ruby.values import PYTHON_FAULTS, RubyError

_MULTIPLE_ITEM = r"(?:\*?[a-z_]\w*|\*|\([\w\s,*]*\))"
_MULTIPLE = re.compile(
    rf"(?:{_MULTIPLE_ITEM}(?:[ \t]*,[ \t]*{_MULTIPLE_ITEM})+[ \t]*,?|{_MULTIPLE_ITEM}[ \t]*,|\*[a-z_]\w*)[ \t]*=(?![=~>])"
)


class Compiler(ExpressionCompiler):
    """Compiles statements."""

    def statements(self, *ends: str) -> Code:
        """Statements up to one of `ends` (characters or words), not consumed; the last one's value."""
        source = self.source
        codes: list[Code] = []
        while True:
            source.blank(lines=True)
            if source.take(";"):
                continue
            if source.at >= len(source.text) or self._at_end(ends):
                return control.sequence(codes)
            codes.append(self.statement())
            source.blank()
            if source.peek() not in (";", "\n", "\r", "#", "") and not self._at_end(ends):
                raise source.fault("unexpected text")

    def _at_end(self, ends: tuple[str, ...]) -> bool:
        word = self.source.word()
        return word in ends if word else self.source.looking_at(*ends)

    def statement(self) -> Code:
        """An expression with its modifiers: `… if …`, `… unless …`, `… rescue …`."""
        source = self.source
        code = self._multiple() or self._logical_words()
        while True:
            source.blank()
            word = source.take_word("if", "unless", "rescue", "while", "until")
            if not word:
                return code
            source.blank()
            other = self._logical_words()
            if word == "rescue":
                code = control.rescued(code, other)
            elif word in ("while", "until"):
                code = jumps.loop(other if word == "while" else control.negated(other), code)
            else:
                code = control.choice(
                    other if word == "if" else control.negated(other), code, literals.constant(None)
                )

    def _logical_words(self) -> Code:
        source = self.source
        left = self._negation_word()
        while True:
            source.blank()
            word = source.take_word("and", "or")
            if not word:
                return left
            source.blank(lines=True)
            right = self._negation_word()
            left = control.both(left, right) if word == "and" else control.either(left, right)

    def _negation_word(self) -> Code:
        if self.source.take_word("not"):
            self.source.blank()
            return control.negated(self._negation_word())
        return self.expression()

    def _multiple(self) -> Code | None:
        """`a, (b, *c) = …`."""
        source = self.source
        if not _MULTIPLE.match(source.text, source.at) or source.word() in KEYWORDS:
            return None
        targets = parse_targets(self, "=")
        source.expect("=")
        source.blank(lines=True)
        values = self.right_side()
        self.names |= set(targets.names)
        return multiple(targets, values)


@dataclass(frozen=True, slots=True)
class Expression:
    """Compiled Ruby. `changes`: it may change the values it is given; `kept`: its instance variables."""

    code: Code
    changes: bool
    kept: frozenset[str]

    def __call__(self, env: Env) -> Any:
        """The value. Raises RubyError."""
        try:
            return self.code(env)
        except PYTHON_FAULTS as error:
            raise RubyError(str(error) or type(error).__name__) from error


def compile_expression(text: str, names: Iterable[str], *, fields: bool = False) -> Expression:
    """A function from variables to the value of `text`. Raises RubySyntaxError for Ruby that is not known.

    `fields`: names that are no variables are fields of the variable `record`.
    """
    source = Source(text)
    compiler = Compiler(source, names, fields=fields)
    code = compiler.statements()
    source.blank(lines=True)
    if source.at < len(text):
        raise source.fault("unexpected text")
    return _finished(compiler, code)


def _finished(compiler: Compiler, code: Code) -> Expression:
    code = jumps.ended_by(jumps.Return, code) if compiler.returns else code
    return Expression(
        _forgetting(code) if compiler.reads_last_match else code,
        compiler.changes,
        frozenset(name for name in compiler.names if name[0] == "@"),
    )


def _forgetting(code: Code) -> Code:
    """`$~` of an earlier expression is not seen."""

    def run(env: Env) -> Any:
        LAST.found = None
        return code(env)

    return run


def compile_embedded(text: str, at: int, names: Iterable[str]) -> tuple[Expression, int]:
    """Compile the statements that begin at `at` and end with a closing brace; they and the brace's place."""
    source = Source(text, at)
    compiler = Compiler(source, names)
    code = compiler.statements("}")
    source.blank(lines=True)
    if not source.looking_at("}"):
        raise source.fault("expected '}'")
    return _finished(compiler, code), source.at
