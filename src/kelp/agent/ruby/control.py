"""What an expression's control words do: conditions, `case`, `begin … rescue`."""

from typing import TYPE_CHECKING, Final

from kelp.agent.ruby.arguments import evaluated
from kelp.agent.ruby.errors import error_classes
from kelp.agent.ruby.literals import Code, Env, constant
from kelp.agent.ruby.methods import case_equal
from kelp.agent.ruby.source import CONSTANT, IDENTIFIER
from kelp.agent.ruby.values import RubyError, truthy

if TYPE_CHECKING:
    from kelp.agent.ruby.calls import CallCompiler


def sequence(codes: list[Code]) -> Code:
    """Run all, give the last one's value; nil for none."""
    if not codes:
        return constant(None)
    if len(codes) == 1:
        return codes[0]
    *first, last = codes

    def run(env: Env) -> object:
        for code in first:
            code(env)
        return last(env)

    return run


def both(left: Code, right: Code) -> Code:
    def run(env: Env) -> object:
        value = left(env)
        return right(env) if truthy(value) else value

    return run


def either(left: Code, right: Code) -> Code:
    def run(env: Env) -> object:
        value = left(env)
        return value if truthy(value) else right(env)

    return run


def negated(code: Code) -> Code:
    return lambda env: not truthy(code(env))


def choice(test: Code, yes: Code, no: Code) -> Code:
    return lambda env: yes(env) if truthy(test(env)) else no(env)


def rescued(code: Code, other: Code) -> Code:
    def run(env: Env) -> object:
        try:
            return code(env)
        except RubyError:
            return other(env)

    return run


BLOCKS: Final = frozenset(("if", "unless", "case", "begin"))


def compile_block(compiler: "CallCompiler", word: str) -> Code:
    """`if`, `unless`, `case` or `begin` up to its `end`; the word itself is consumed."""
    if word == "case":
        return _case(compiler)
    if word == "begin":
        return _begin(compiler)
    test = _condition(compiler)
    return _branches(compiler, negated(test) if word == "unless" else test)


def _condition(compiler: "CallCompiler") -> Code:
    source = compiler.source
    source.blank()
    test = compiler.statement()
    source.blank(lines=True)
    source.take(";")
    source.blank(lines=True)
    source.take_word("then")
    return test


def _branches(compiler: "CallCompiler", test: Code) -> Code:
    source = compiler.source
    yes = compiler.statements("elsif", "else", "end")
    if source.take_word("elsif"):
        return choice(test, yes, _branches(compiler, _condition(compiler)))
    no: Code = constant(None)
    if source.take_word("else"):
        no = compiler.statements("end")
    source.expect_word("end")
    return choice(test, yes, no)


def _case(compiler: "CallCompiler") -> Code:
    """`case x when a, b … else … end`; without a subject the conditions are tests."""
    source = compiler.source
    source.blank()
    ends = source.peek() in (";", "\n", "\r") or source.word() == "when"
    subject = None if ends else compiler.statement()
    _separator(compiler)
    whens: list[tuple[list[Code], Code]] = []
    while source.take_word("when"):
        patterns = compiler.bare_arguments()
        _separator(compiler)
        source.take_word("then")
        whens.append((patterns, compiler.statements("when", "else", "end")))
    otherwise = compiler.statements("end") if source.take_word("else") else constant(None)
    source.expect_word("end")

    def run(env: Env) -> object:
        value = subject(env) if subject else None
        for patterns, body in whens:
            given = evaluated(patterns, env)
            if any(case_equal(one, value) if subject else truthy(one) for one in given):
                return body(env)
        return otherwise(env)

    return run


def _separator(compiler: "CallCompiler") -> None:
    compiler.source.blank(lines=True)
    compiler.source.take(";")
    compiler.source.blank(lines=True)


def _begin(compiler: "CallCompiler") -> Code:
    """`begin … rescue A, B => e … else … ensure … end`."""
    source = compiler.source
    body = compiler.statements("rescue", "else", "ensure", "end")
    clauses: list[tuple[frozenset[str], str, Code]] = []
    while source.take_word("rescue"):
        clauses.append(_rescue(compiler))
    if source.take_word("else"):
        otherwise = compiler.statements("ensure", "end")
        body = sequence([body, otherwise])
    if clauses:
        body = _catching(body, clauses)
    if source.take_word("ensure"):
        body = _ensuring(body, compiler.statements("end"))
    source.expect_word("end")
    return body


def _rescue(compiler: "CallCompiler") -> tuple[frozenset[str], str, Code]:
    """Classes, the error's variable and the body of one `rescue`."""
    source = compiler.source
    names: set[str] = set()
    source.blank()
    while found := source.scan(CONSTANT):
        names.add(found[0])
        source.blank()
        source.take(",")
        source.blank()
    variable = ""
    if source.take("=>"):
        source.blank()
        found = source.scan(IDENTIFIER)
        variable = found[0] if found else ""
        compiler.names.add(variable)
    _separator(compiler)
    source.take_word("then")
    body = compiler.statements("rescue", "else", "ensure", "end")
    return frozenset(names) or frozenset(["StandardError"]), variable, body


def _catching(body: Code, clauses: list[tuple[frozenset[str], str, Code]]) -> Code:
    def run(env: Env) -> object:
        try:
            return body(env)
        except RubyError as error:
            for classes, variable, handler in clauses:
                if classes & set(error_classes(error)):
                    if variable:
                        env[variable] = error
                    return handler(env)
            raise

    return run


def _ensuring(body: Code, last: Code) -> Code:
    def run(env: Env) -> object:
        try:
            return body(env)
        finally:
            last(env)

    return run
