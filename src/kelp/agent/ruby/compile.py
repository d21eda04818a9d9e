"""Ruby expressions → Python functions: a recursive descent parser that builds closures as it goes.

What is not known is refused when the text is compiled (RubySyntaxError), never guessed: unknown names, unknown
methods, assignments to anything but local variables, `eval`.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from kelp.agent.ruby import constants, control, literals
from kelp.agent.ruby.calls import CallCompiler
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.operators import BINARY, LAST_MATCH, match
from kelp.agent.ruby.source import CONSTANT, RubySyntaxError, Source
from kelp.agent.ruby.values import MatchData, Range, RubyError, Symbol, is_number

# Operator → how tightly it binds. The longer spelling comes first where one begins another.
_BINDING: Final = {
    "**": 14, "*": 12, "/": 12, "%": 12, "+": 11, "-": 11, "<<": 10, ">>": 10, "&": 9, "|": 8, "^": 8,
    ">=": 7, "<=": 7, ">": 7, "<": 7, "<=>": 6, "==": 6, "===": 6, "!=": 6, "=~": 6, "!~": 6,
    "&&": 5, "||": 4, "...": 3, "..": 3,
}  # fmt: skip
_OPERATOR = re.compile(r"\*\*|<=>|===|==|=~|!=|!~|<<|>>|<=|>=|&&|\|\||\.\.\.?|[-+*/%<>&|^]")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?")
_ASSIGNMENT = re.compile(r"[ \t]*(\|\||&&|[-+*/%])?=(?![=~>])")
KEYWORDS: Final = frozenset(
    [
        "if",
        "unless",
        "else",
        "elsif",
        "end",
        "then",
        "and",
        "or",
        "not",
        "nil",
        "true",
        "false",
        "self",
        "case",
        "when",
        "begin",
        "rescue",
        "ensure",
        "do",
        "while",
        "until",
        "return",
        "def",
        "class",
        "module",
        "yield",
        "in",
    ]
)


class Compiler(CallCompiler):
    """Compiles statements from a Source. `names` are the variables the surroundings give."""

    def __init__(self, source: Source, names: Iterable[str]) -> None:
        self.source = source
        self.names = set(names)

    def statements(self, *ends: str) -> Code:
        """Statements up to one of `ends` (characters or words), not consumed; the last one's value."""
        source = self.source
        codes: list[Code] = []
        while True:
            source.blank(lines=True)
            if source.take(";"):
                continue
            if source.at >= len(source.text) or source.looking_at(
                *(end for end in ends if not end.isalpha())
            ):
                break
            if source.word() in ends and source.word():
                break
            codes.append(self.statement())
            source.blank()
            if source.peek() not in (";", "\n", "\r", "") and not source.looking_at(
                *(e for e in ends if not e.isalpha())
            ):
                if source.word() and source.word() in ends:
                    break
                raise source.fault("unexpected text")
        return control.sequence(codes)

    def statement(self) -> Code:
        """An expression with its modifiers: `… if …`, `… unless …`, `… rescue …`."""
        source = self.source
        code = self._logical_words()
        while True:
            source.blank()
            word = source.take_word("if", "unless", "rescue")
            if not word:
                return code
            source.blank()
            other = self._logical_words()
            if word == "rescue":
                code = control.rescued(code, other)
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

    def expression(self) -> Code:
        """Assignment to a local variable, or a ternary."""
        self.source.blank(lines=True)
        return self._assignment() or self.ternary()

    def _assignment(self) -> Code | None:
        source = self.source
        name = source.word()
        if not name or name in KEYWORDS:
            return None
        found = _ASSIGNMENT.match(source.text, source.at + len(name))
        if found is None:
            return None
        operator = found[1]
        if operator and name not in self.names:
            raise source.fault(f"undefined local variable {name!r}")
        source.at = found.end()
        source.blank(lines=True)
        value = self.expression()
        self.names.add(name)
        return control.assignment(name, operator, value)

    def ternary(self) -> Code:
        source = self.source
        test = self.binary(0)
        mark = source.at
        source.blank(lines=True)
        if not source.take("?"):
            source.at = mark
            return test
        source.blank(lines=True)
        yes = self._branch()
        source.expect(":")
        source.blank(lines=True)
        return control.choice(test, yes, self._branch())

    def _branch(self) -> Code:
        return self._assignment() or self.ternary()

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
        if follower == "=" and operator in ("+", "-", "*", "/", "%", "||", "&&", "|", "<<", "**"):
            raise self.source.fault("only local variables can be assigned; unexpected assignment")
        return True

    def _combine(self, operator: str, left: Code, right: Code) -> Code:
        if operator == "&&":
            return control.both(left, right)
        if operator == "||":
            return control.either(left, right)
        if operator in ("..", "..."):
            return _range(left, right, operator)
        if operator in ("=~", "!~"):
            if operator == "=~":
                return lambda env: match(env, left(env), right(env))
            return lambda env: match(env, left(env), right(env)) is None
        if operator == "===":
            return lambda env: control.case_equal(left(env), right(env))
        function = BINARY[operator]
        return lambda env: function(left(env), right(env))

    def unary(self) -> Code:
        source = self.source
        if source.looking_at("!") and not source.looking_at("!=", "!~"):
            source.at += 1
            source.blank()
            return control.negated(self.unary())
        if source.looking_at("-") and not source.looking_at("->"):
            source.at += 1
            if source.peek().isdigit() and (number := self._negative_number()):
                return number
            source.blank()
            operand = self.binary(13)

            def negative(env: Env) -> Any:
                value = operand(env)
                if not is_number(value):
                    raise RubyError("undefined method `-@'")
                return -value

            return negative
        if source.take_word("defined"):
            raise source.fault("defined? is not supported")
        return self.postfix(self.primary())

    def primary(self) -> Code:
        source = self.source
        char = source.peek()
        if char.isdigit():
            return self._number()
        if char in "\"'" and char:
            return self._strings()
        if char == "`":
            return literals.command(source, self.interpolation)
        if char == "%":
            return literals.percent(source, self.interpolation)
        if char == "/":
            return literals.slashed(source, self.interpolation)
        if char == ":" and not source.looking_at("::"):
            return self._symbol()
        if char == "[":
            return self._array()
        if char == "{":
            return self._hash()
        if char == "(":
            source.at += 1
            inner = self.statements(")")
            source.expect(")")
            return inner
        if char == "$":
            return self._global()
        if found := CONSTANT.match(source.text, source.at):
            return self._constant(found)
        word = source.word()
        if not word:
            raise source.fault("unexpected text")
        if word in KEYWORDS:
            return self._keyword(word)
        return self._name(word)

    def _strings(self) -> Code:
        """A string, and those that stand directly behind it: `"a" "b"` is one."""
        source = self.source
        code = literals.quoted(source, self.interpolation)
        mark = source.at
        source.blank()
        if source.peek() not in ("'", '"'):
            source.at = mark
            return code
        rest = self._strings()
        return lambda env: code(env) + rest(env)

    def interpolation(self, source: Source) -> Code:
        """The statements of `#{…}`; the position moves behind the brace."""
        code = self.statements("}")
        source.expect("}")
        return code

    def _number(self) -> Code:
        source = self.source
        found = source.scan(_NUMBER)
        assert found is not None
        text = found[0].replace("_", "")
        if text[:2] in ("0x", "0X", "0b", "0B"):
            return literals.constant(int(text, 0))
        if "." in text or "e" in text.lower():
            return literals.constant(float(text))
        return literals.constant(int(text, 8) if len(text) > 1 and text[0] == "0" else int(text))

    def _negative_number(self) -> Code | None:
        """`-1.5.abs`: here the sign belongs to the number; in `-2 ** 2` it does not (None, nothing taken)."""
        source = self.source
        start = source.at
        number = self._number()({})
        mark = source.at
        source.blank()
        if source.looking_at("**"):
            source.at = start
            return None
        source.at = mark
        return self.postfix(literals.constant(-number))

    def _symbol(self) -> Code:
        source = self.source
        source.at += 1
        if source.peek() in "\"'" and source.peek():
            text = literals.quoted(source, self.interpolation)
            return lambda env: Symbol(text(env))
        found = source.scan(re.compile(r"[a-zA-Z_]\w*[?!]?|[-+*/%]|<=>|==|<<"))
        if found is None:
            raise source.fault("unexpected ':'")
        return literals.constant(Symbol(found[0]))

    def _array(self) -> Code:
        source = self.source
        source.at += 1
        items: list[Code] = []
        while True:
            source.blank(lines=True)
            if source.take("]"):
                return lambda env: [item(env) for item in items]
            items.append(self.expression())
            source.blank(lines=True)
            if not source.take(",") and not source.looking_at("]"):
                raise source.fault("expected ',' or ']'")

    def _hash(self) -> Code:
        self.source.at += 1
        pairs = self.pairs("}")
        self.source.expect("}")
        return lambda env: {key(env): value(env) for key, value in pairs}

    def _global(self) -> Code:
        found = self.source.scan(re.compile(r"\$(?:([0-9])|~)"))
        if found is None:
            raise self.source.fault("unknown global variable")
        number = found[1]

        def read(env: Env) -> Any:
            last: MatchData | None = env.get(LAST_MATCH)
            if last is None or number is None:
                return last
            return last.match[int(number)] if int(number) <= last.match.re.groups else None

        return read

    def _constant(self, found: "re.Match[str]") -> Code:
        """A class, a module's method, or a conversion function such as Integer()."""
        source = self.source
        name = found[0]
        source.at = found.end()
        if source.looking_at("(") and name in constants.FUNCTIONS:
            return self.function(name)
        if name in constants.MODULES and source.looking_at("."):
            return self.module_call(name)
        if constants.constant_value(name) is None:
            raise RubySyntaxError(f"unknown constant {name}", found.start())
        if name == "ENV":
            return lambda env: constants.constant_value("ENV")
        return literals.constant(constants.constant_value(name))

    def _keyword(self, word: str) -> Code:
        source = self.source
        simple = {"nil": None, "true": True, "false": False}
        if word in simple:
            source.at += len(word)
            return literals.constant(simple[word])
        if word in ("if", "unless", "case", "begin"):
            source.at += len(word)
            return control.compile_block(self, word)
        raise source.fault(f"{word!r} is not supported here")

    def _name(self, word: str) -> Code:
        source = self.source
        start = source.at
        source.at += len(word)
        if word in self.names and not source.looking_at("("):
            return lambda env: env[word]
        if word in constants.FUNCTIONS:
            return self.function(word)
        raise RubySyntaxError(f"unknown name {word!r}", start)


def _range(first: Code, last: Code, operator: str) -> Code:
    return lambda env: Range(first(env), last(env), operator == "...")


def compile_expression(text: str, names: Iterable[str]) -> Code:
    """A function from variables to the value of `text`. Raises RubySyntaxError for Ruby that is not known."""
    source = Source(text)
    code = Compiler(source, names).statements()
    source.blank(lines=True)
    if source.at < len(text):
        raise source.fault("unexpected text")
    return code


def compile_embedded(text: str, at: int, names: Iterable[str]) -> tuple[Code, int]:
    """Compile the statements that begin at `at` and end with a closing brace; the code and the brace's place."""
    source = Source(text, at)
    code = Compiler(source, names).statements("}")
    source.blank(lines=True)
    if not source.looking_at("}"):
        raise source.fault("expected '}'")
    return code, source.at
