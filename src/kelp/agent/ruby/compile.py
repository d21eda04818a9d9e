"""Ruby expressions → Python functions: a recursive descent parser that builds closures as it goes.

What is not known is refused when the text is compiled (RubySyntaxError), never guessed: unknown names, unknown
methods, `eval`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kelp.agent.ruby import constants, control, jumps, literals
from kelp.agent.ruby.calls import CallCompiler
from kelp.agent.ruby.last_match import LAST, last_match, part
from kelp.agent.ruby.last_match import found as last_found
from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.methods import case_equal
from kelp.agent.ruby.operators import BINARY, match
from kelp.agent.ruby.parameters import parse_targets
from kelp.agent.ruby.places import Local, assigned, multiple, shifted
from kelp.agent.ruby.source import CONSTANT, RubySyntaxError, Source
from kelp.agent.ruby.values import PYTHON_FAULTS, Range, RubyError, Symbol, is_number

# Operator → how tightly it binds. The longer spelling comes first where one begins another.
_BINDING: Final = {
    "**": 14, "*": 12, "/": 12, "%": 12, "+": 11, "-": 11, "<<": 10, ">>": 10, "&": 9, "|": 8, "^": 8,
    ">=": 7, "<=": 7, ">": 7, "<": 7, "<=>": 6, "==": 6, "===": 6, "!=": 6, "=~": 6, "!~": 6,
    "&&": 5, "||": 4, "...": 3, "..": 3,
}  # fmt: skip
_OPERATOR = re.compile(r"\*\*|<=>|===|==|=~|!=|!~|<<|>>|<=|>=|&&|\|\||\.\.\.?|[-+*/%<>&|^]")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?")
_ASSIGNMENT = re.compile(r"[ \t]*(\|\||&&|<<|\*\*|[-+*/%|&])?=(?![=~>])")
# What makes a string that nobody else holds.
_OWN_STRING = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|String\.new(?:\(.*\))?|.*\.(?:dup|clone))\s*""")
_MULTIPLE_ITEM = r"(?:\*?[a-z_]\w*|\*|\([\w\s,*]*\))"
_MULTIPLE = re.compile(
    rf"(?:{_MULTIPLE_ITEM}(?:[ \t]*,[ \t]*{_MULTIPLE_ITEM})+[ \t]*,?|{_MULTIPLE_ITEM}[ \t]*,|\*[a-z_]\w*)[ \t]*=(?![=~>])"
)
KEYWORDS: Final = frozenset((
    "if", "unless", "else", "elsif", "end", "then", "and", "or", "not", "nil", "true", "false", "self", "case",
    "when", "begin", "rescue", "ensure", "do", "while", "until", "for", "loop", "break", "next", "return", "def",
    "class", "module", "yield", "in",
))  # fmt: skip


class Compiler(CallCompiler):
    """Compiles statements from a Source. `names` are the variables the surroundings give."""

    def __init__(self, source: Source, names: Iterable[str]) -> None:
        self.source = source
        self.names = set(names)
        # Whether anything is changed in place: who lends values to the expression then lends copies.
        self.changes = False
        self.reads_last_match = False
        self.fields = False
        self.numbered: set[str] = set()
        self.own_strings: set[str] = set()

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
            if source.peek() not in (";", "\n", "\r", "#", "") and not source.looking_at(
                *(e for e in ends if not e.isalpha())
            ):
                if source.word() and source.word() in ends:
                    break
                raise source.fault("unexpected text")
        return control.sequence(codes)

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
        values = self._right_side()
        self.names |= set(targets.names)
        return multiple(targets, values)

    def _right_side(self) -> Code:
        """What is assigned: `1, 2` and `*list` make a list; `… rescue …` belongs to it."""
        source = self.source
        if source.looking_at("*"):
            return self.list_of(self.bare_arguments())
        first = self.expression()
        source.blank()
        if source.looking_at(",") and self.depth == 0:
            source.at += 1
            return self.list_of([first, *self.bare_arguments()])
        if source.take_word("rescue"):
            source.blank()
            return control.rescued(first, self.expression())
        return first

    def expression(self) -> Code:
        """A ternary or anything that binds tighter; assignments are operands."""
        self.source.blank(lines=True)
        return self.ternary()

    def assignment(self, place: Any) -> Code | None:
        """`= value`, `||= value`, `+= value` … behind a place; None where none stands here."""
        source = self.source
        found = _ASSIGNMENT.match(source.text, source.at)
        if found is None:
            return None
        source.at = found.end()
        source.blank(lines=True)
        return assigned(place, found[1], self._right_side())

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
        if follower == "=" and operator in ("+", "-", "*", "/", "%", "||", "&&", "|", "&", "<<", "**"):
            raise self.source.fault("cannot assign to this")
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
                return self._matching(left, right)
            return lambda env: match(left(env), right(env)) is None
        if operator == "===":
            return lambda env: case_equal(left(env), right(env))
        if operator == "<<":
            self.changes = True
            own = not isinstance(left, Local) or left.name in self.own_strings
            return shifted(left, right, own=own)
        function = BINARY[operator]
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
        if source.looking_at("-") and not source.looking_at("->"):
            source.at += 1
            if source.peek().isdigit():
                number = self._number()
                value = number({})
                # `-2.abs` is a literal with a method, `-2 ** 2` is not.
                if not re.match(r"[ \t]*\*\*", source.text[source.at :]):
                    return self.postfix(literals.constant(-value))
                power = self._power_of(number)
                return lambda env: -power(env)
            source.blank()
            operand = self.binary(13)

            def negative(env: Env) -> Any:
                value = operand(env)
                if not is_number(value):
                    raise RubyError("undefined method `-@'")
                return -value

            return negative
        if source.looking_at("->"):
            return self.postfix(self.arrow())
        if source.looking_at("..") and not source.looking_at("...]", "..]"):
            operator = "..." if source.take("...") else ".."
            source.at += 2 if operator == ".." else 0
            last = self.binary(4)
            return lambda env: Range(None, last(env), operator == "...")
        if source.looking_at("defined?"):
            return self._defined()
        return self.postfix(self.primary())

    def _power_of(self, base: Code) -> Code:
        self.source.blank()
        self.source.expect("**")
        self.source.blank()
        exponent = self.binary(14)
        return lambda env: BINARY["**"](base(env), exponent(env))

    def _defined(self) -> Code:
        """`defined?(name)` of a variable; what it says of calls is not known."""
        found = self.source.scan(re.compile(r"defined\?[ \t]*\(?[ \t]*(@?[a-z_]\w*)[ \t]*\)?(?![\w.\[(])"))
        if found is None:
            raise self.source.fault("defined? of this is not supported")
        return literals.constant("local-variable" if found[1] in self.names else None)

    def primary(self) -> Code:
        source = self.source
        char = source.peek()
        if char.isdigit():
            return self._number()
        if char in "\"'" and char:
            return self._strings()
        if char == "`":
            return literals.command(source, self.interpolation, of_events="record" in self.names)
        if char == "%":
            return literals.percent(source, self.interpolation, of_events="record" in self.names)
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
            depth, self.depth = self.depth, 0
            inner = self.statements(")")
            self.depth = depth
            source.expect(")")
            return inner
        if char == "$":
            return self._global()
        if char == "@":
            return self.instance_variable()
        if found := CONSTANT.match(source.text, source.at):
            return self._constant(found)
        word = source.word()
        if not word:
            raise source.fault("unexpected text")
        if word in KEYWORDS:
            return self._keyword(word)
        return self._name(word)

    def interpolation(self, source: Source) -> Code:
        """The statements of `#{…}`; the position moves behind the brace."""
        depth, self.depth = self.depth, 0
        code = self.statements("}")
        self.depth = depth
        source.expect("}")
        return code

    def _strings(self) -> Code:
        """A string; literals that follow each other are one."""
        source = self.source
        code = literals.quoted(source, self.interpolation)
        while True:
            mark = source.at
            source.blank()
            if not (source.peek() and source.peek() in "\"'"):
                source.at = mark
                return code
            code = literals.concatenated(code, literals.quoted(source, self.interpolation))

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
        self.source.at += 1
        return self.list_of(self.arguments("]"))

    def _hash(self) -> Code:
        self.source.at += 1
        code = self.hash_of(self.pairs("}"))
        self.source.expect("}")
        return code

    def _global(self) -> Code:
        found = self.source.scan(re.compile(r"\$(?:([0-9&`'])|~)"))
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
        simple = {"nil": None, "true": True, "false": False}
        if word in simple:
            source.at += len(word)
            return literals.constant(simple[word])
        if word in ("if", "unless", "case", "begin"):
            source.at += len(word)
            depth, self.depth = self.depth, 0
            code = control.compile_block(self, word)
            self.depth = depth
            return code
        if word in ("while", "until", "loop", "break", "next", "return"):
            source.at += len(word)
            return jumps.compile_jump(self, word)
        raise source.fault(f"{word!r} is not supported here")

    def _name(self, word: str) -> Code:
        source = self.source
        start = source.at
        source.at += len(word)
        found = _ASSIGNMENT.match(source.text, source.at)
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


def _field(name: str) -> Code:
    def read(env: Env) -> Any:
        if name not in env["record"]:
            raise RubyError(f"undefined local variable or method `{name}'", "NameError")
        return env["record"][name]

    return read


def _range(first: Code, last: Code, operator: str) -> Code:
    return lambda env: Range(first(env), last(env), operator == "...")


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
    compiler = Compiler(source, names)
    compiler.fields = fields
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
