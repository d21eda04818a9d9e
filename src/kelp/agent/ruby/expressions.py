"""Operators between values, by how tightly they bind; assignments to what stands left of them."""

import re
from typing import Any, Final

from kelp.agent.ruby import control, literals
from kelp.agent.ruby.arguments import list_of
from kelp.agent.ruby.last_match import found as last_found
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.methods import case_equal
from kelp.agent.ruby.operators import BINARY, match
from kelp.agent.ruby.places import Local, Place, assigned, shifted
from kelp.agent.ruby.primaries import PrimaryCompiler
from kelp.agent.ruby.source import ASSIGNMENT
from kelp.agent.ruby.values import Range, RubyError, is_number

# Operator → how tightly it binds. The longer spelling comes first where one begins another.
_BINDING: Final = {
    "**": 14, "*": 12, "/": 12, "%": 12, "+": 11, "-": 11, "<<": 10, ">>": 10, "&": 9, "|": 8, "^": 8,
    ">=": 7, "<=": 7, ">": 7, "<": 7, "<=>": 6, "==": 6, "===": 6, "!=": 6, "=~": 6, "!~": 6,
    "&&": 5, "||": 4, "...": 3, "..": 3,
}  # fmt: skip
_OPERATOR = re.compile(r"\*\*|<=>|===|==|=~|!=|!~|<<|>>|<=|>=|&&|\|\||\.\.\.?|[-+*/%<>&|^]")
_ASSIGNED: Final = ("+", "-", "*", "/", "%", "||", "&&", "|", "&", "<<", "**")
_FUNCTIONS: Final = BINARY | {
    "===": case_equal,
    "!~": lambda left, right: match(left, right) is None,
}
_DEFINED = re.compile(r"defined\?[ \t]*\(?[ \t]*(@?[a-z_]\w*)[ \t]*\)?(?![\w.\[(])")
_POWER = re.compile(r"[ \t]*\*\*")
_DOTS = re.compile(r"\.\.\.?(?![.\]])")


class ExpressionCompiler(PrimaryCompiler):
    """The part of the compiler that deals with operators."""

    def expression(self) -> Code:
        """A ternary or anything that binds tighter; assignments are operands."""
        self.source.blank(lines=True)
        return self.ternary()

    def assignment(self, place: Place) -> Code | None:
        """`= value`, `||= value`, `+= value` … behind a place; None where none stands here."""
        source = self.source
        found = ASSIGNMENT.match(source.text, source.at)
        if found is None:
            return None
        source.at = found.end()
        source.blank(lines=True)
        return assigned(place, found[1], self.right_side())

    def right_side(self) -> Code:
        """What is assigned: `1, 2` and `*list` make a list; `… rescue …` belongs to it."""
        source = self.source
        if source.looking_at("*"):
            return list_of(self.bare_arguments())
        first = self.expression()
        source.blank()
        if source.looking_at(",") and self.depth == 0:
            source.at += 1
            return list_of([first, *self.bare_arguments()])
        if source.take_word("rescue"):
            source.blank()
            return control.rescued(first, self.expression())
        return first

    def ternary(self) -> Code:
        source = self.source
        test = self.binary(0)
        mark = source.at
        source.blank(lines=True)
        if not source.take("?"):
            source.at = mark
            return test
        source.blank(lines=True)
        yes = self.ternary()
        source.expect(":")
        source.blank(lines=True)
        return control.choice(test, yes, self.ternary())

    def binary(self, least: int) -> Code:
        source = self.source
        left = self.unary()
        while True:
            mark = source.at
            source.blank()
            found = _OPERATOR.match(source.text, source.at)
            if found is None or not self._is_operator(found[0], found.end()) or _BINDING[found[0]] < least:
                source.at = mark
                return left
            operator = found[0]
            source.at = found.end()
            source.blank(lines=True)
            if operator in ("..", "...") and source.peek() in ("]", ")", ""):
                left = _range(left, literals.constant(None), operator)
                continue
            right = self.binary(_BINDING[operator] if operator == "**" else _BINDING[operator] + 1)
            left = self._combine(operator, left, right)

    def _is_operator(self, operator: str, end: int) -> bool:
        """Not the beginning of `&.`, `=>`, `+=`, `||=` or of a block's `|`."""
        follower = self.source.text[end : end + 1]
        if operator == "&" and follower == ".":
            return False
        if follower == "=" and operator in _ASSIGNED:
            raise self.source.fault("cannot assign to this")
        return True

    def _combine(self, operator: str, left: Code, right: Code) -> Code:
        if operator == "&&":
            return control.both(left, right)
        if operator == "||":
            return control.either(left, right)
        if operator in ("..", "..."):
            return _range(left, right, operator)
        if operator == "=~":
            return self._matching(left, right)
        if operator == "<<":
            self.changes = True
            own = not isinstance(left, Local) or left.name in self.own_strings
            return shifted(left, right, own=own)
        function = _FUNCTIONS[operator]
        return lambda env: function(left(env), right(env))

    def _matching(self, left: Code, right: Code) -> Code:
        """`=~`; the named groups of a literal pattern on its left become variables."""
        groups = literals.group_names(left)
        if not groups:
            return lambda env: match(left(env), right(env))
        self.names |= set(groups)

        def run(env: Env) -> Any:
            at = match(left(env), right(env))
            found = last_found()
            env.update({name: found[name] if found else None for name in groups})
            return at

        return run

    def unary(self) -> Code:
        source = self.source
        if source.looking_at("!") and not source.looking_at("!=", "!~"):
            source.at += 1
            source.blank()
            return control.negated(self.unary())
        if source.looking_at("->"):
            return self.postfix(self.arrow())
        if source.take("-"):
            return self._negative()
        if dots := source.scan(_DOTS):
            return _range(literals.constant(None), self.binary(4), dots[0])
        if source.looking_at("defined?"):
            return self._defined()
        return self.postfix(self.primary())

    def _negative(self) -> Code:
        """What follows a minus sign: `-2.abs` is a literal with a method, `-2 ** 2` is not."""
        source = self.source
        if not source.peek().isdigit():
            source.blank()
            return _negated_number(self.binary(13))
        number = self.number()
        if source.scan(_POWER):
            source.blank()
            exponent = self.binary(14)
            return lambda env: -BINARY["**"](number(env), exponent(env))
        return self.postfix(literals.constant(-number({})))

    def _defined(self) -> Code:
        """`defined?(name)` of a variable; what it says of calls is not known."""
        found = self.source.scan(_DEFINED)
        if found is None:
            raise self.source.fault("defined? of this is not supported")
        return literals.constant("local-variable" if found[1] in self.names else None)


def _negated_number(operand: Code) -> Code:
    def run(env: Env) -> Any:
        value = operand(env)
        if not is_number(value):
            raise RubyError("undefined method `-@'")
        return -value

    return run


def _range(first: Code, last: Code, operator: str) -> Code:
    return lambda env: Range(first(env), last(env), operator == "...")
