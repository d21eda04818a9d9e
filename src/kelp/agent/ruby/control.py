"""What an expression's control words do: conditions, `case`, `begin … rescue`, assignment."""

from typing import TYPE_CHECKING

from kelp.agent.ruby.literals import Code, Env, constant
from kelp.agent.ruby.methods import case_equal
from kelp.agent.ruby.operators import BINARY
from kelp.agent.ruby.values import RubyError

if TYPE_CHECKING:
    from kelp.agent.ruby.compile import Compiler

__all__ = [
    "assignment",
    "both",
    "case_equal",
    "choice",
    "compile_block",
    "either",
    "negated",
    "rescued",
    "sequence",
]


def _true(value: object) -> bool:
    return value is not None and value is not False


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
        return right(env) if _true(value) else value

    return run


def either(left: Code, right: Code) -> Code:
    def run(env: Env) -> object:
        value = left(env)
        return value if _true(value) else right(env)

    return run


def negated(code: Code) -> Code:
    return lambda env: not _true(code(env))


def choice(test: Code, yes: Code, no: Code) -> Code:
    return lambda env: yes(env) if _true(test(env)) else no(env)


def rescued(code: Code, other: Code) -> Code:
    def run(env: Env) -> object:
        try:
            return code(env)
        except RubyError:
            return other(env)

    return run


def assignment(name: str, operator: str | None, value: Code) -> Code:
    def run(env: Env) -> object:
        if operator is None:
            env[name] = value(env)
        elif operator == "||":
            env[name] = env[name] if _true(env[name]) else value(env)
        elif operator == "&&":
            env[name] = value(env) if _true(env[name]) else env[name]
        else:
            env[name] = BINARY[operator](env[name], value(env))
        return env[name]

    return run


def compile_block(compiler: "Compiler", word: str) -> Code:
    """`if`, `unless`, `case` or `begin` up to its `end`; the word itself is consumed."""
    if word == "case":
        return _case(compiler)
    if word == "begin":
        return _begin(compiler)
    test = _condition(compiler)
    return _branches(compiler, negated(test) if word == "unless" else test)


def _condition(compiler: "Compiler") -> Code:
    source = compiler.source
    source.blank()
    test = compiler.statement()
    source.blank(lines=True)
    source.take(";")
    source.blank(lines=True)
    source.take_word("then")
    return test


def _branches(compiler: "Compiler", test: Code) -> Code:
    source = compiler.source
    yes = compiler.statements("elsif", "else", "end")
    if source.take_word("elsif"):
        return choice(test, yes, _branches(compiler, _condition(compiler)))
    no: Code = constant(None)
    if source.take_word("else"):
        no = compiler.statements("end")
    _end(compiler)
    return choice(test, yes, no)


def _end(compiler: "Compiler") -> None:
    compiler.source.blank(lines=True)
    if not compiler.source.take_word("end"):
        raise compiler.source.fault("expected 'end'")


def _case(compiler: "Compiler") -> Code:
    source = compiler.source
    source.blank()
    subject = compiler.expression()
    source.blank(lines=True)
    source.take(";")
    source.blank(lines=True)
    whens: list[tuple[list[Code], Code]] = []
    while source.take_word("when"):
        patterns = [compiler.ternary_after_blank()]
        source.blank()
        while source.take(","):
            patterns.append(compiler.ternary_after_blank())
            source.blank()
        source.blank(lines=True)
        source.take(";")
        source.blank(lines=True)
        source.take_word("then")
        whens.append((patterns, compiler.statements("when", "else", "end")))
    otherwise = compiler.statements("end") if source.take_word("else") else constant(None)
    _end(compiler)

    def run(env: Env) -> object:
        value = subject(env)
        for patterns, body in whens:
            if any(case_equal(pattern(env), value) for pattern in patterns):
                return body(env)
        return otherwise(env)

    return run


def _begin(compiler: "Compiler") -> Code:
    source = compiler.source
    body = compiler.statements("rescue", "end", "ensure")
    if source.take_word("ensure"):
        raise source.fault("ensure is not supported")
    if source.take_word("rescue"):
        source.blank()
        if source.peek() not in (";", "\n", "\r"):
            raise source.fault("rescue of a named error is not supported: write `rescue;`")
        body = rescued(body, compiler.statements("end"))
    _end(compiler)
    return body
