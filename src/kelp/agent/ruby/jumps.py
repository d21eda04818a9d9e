"""Loops, and the words that leave them: `while`, `until`, `loop`, `break`, `next`, `return`."""

from typing import TYPE_CHECKING, Any, Final

from kelp.agent.ruby.literals import Code, Env, constant
from kelp.agent.ruby.values import MOST_ROUNDS, endless, truthy

if TYPE_CHECKING:
    from kelp.agent.ruby.calls import CallCompiler

_ENDS = ("if", "unless", "end", "rescue", "while", "until", "and", "or")


class Jump(Exception):
    """A word that leaves a block, with the value it gives."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Break(Jump):
    """Ends the call a block belongs to, or a loop."""


class Next(Jump):
    """Ends one run of a block or loop."""


class Return(Jump):
    """Ends the whole expression."""


_JUMPS: Final[dict[str, type[Jump]]] = {"break": Break, "next": Next, "return": Return}
WORDS: Final = _JUMPS.keys() | {"while", "until", "loop"}


def compile_jump(compiler: "CallCompiler", word: str) -> Code:
    """The code of `word`, which is consumed."""
    if word in ("while", "until"):
        return _while(compiler, word)
    if word == "loop":
        body = compiler.block()
        if body is None:
            raise compiler.source.fault("loop needs a block")
        return loop(constant(True), lambda env: body(env)([]))
    return _leave(compiler, _JUMPS[word])


def _leave(compiler: "CallCompiler", kind: type[Jump]) -> Code:
    source = compiler.source
    if kind is not Return and not compiler.blocks:
        raise source.fault("break and next stand in blocks and loops only; unexpected text")
    compiler.returns = compiler.returns or kind is Return
    source.blank()
    ended = source.peek() in (";", "\n", "\r", "}", ")", "") or source.word() in _ENDS
    value = constant(None) if ended else compiler.expression()

    def run(env: Env) -> Any:
        raise kind(value(env))

    return run


def _while(compiler: "CallCompiler", word: str) -> Code:
    source = compiler.source
    source.blank()
    test = compiler.statement_without_block()
    source.blank(lines=True)
    if not source.take(";"):
        source.take_word("do")
    compiler.blocks += 1
    body = compiler.statements("end")
    compiler.blocks -= 1
    source.expect_word("end")
    return loop(test if word == "while" else lambda env: not truthy(test(env)), body)


def loop(test: Code, body: Code) -> Code:
    """Run `body` while `test` holds. Raises RubyError for a loop without an end."""

    def run(env: Env) -> Any:
        for _ in range(MOST_ROUNDS):
            if not truthy(test(env)):
                return None
            try:
                body(env)
            except Next:
                continue
            except Break as jump:
                return jump.value
        raise endless()

    return run


def ended_by(kind: type[Jump], code: Code) -> Code:
    """Code that a jump of this kind ends."""

    def run(env: Env) -> Any:
        try:
            return code(env)
        except kind as jump:
            return jump.value

    return run
