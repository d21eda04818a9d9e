"""What can stand left of an assignment: local variables and items of hashes and lists."""

from collections.abc import Callable
from typing import Any, Protocol

from kelp.agent.ruby.literals import Code, Env
from kelp.agent.ruby.methods import call_method
from kelp.agent.ruby.operators import BINARY
from kelp.agent.ruby.parameters import Targets
from kelp.agent.ruby.values import LentHash, RubyError, truthy


class Place(Protocol):
    """A value that can be read and replaced."""

    def __call__(self, env: Env) -> Any: ...

    def pinned(self, env: Env) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        """Reader and writer, with receiver and keys computed once."""


class Local:
    """A local variable; nil before anything was assigned."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, env: Env) -> Any:
        try:
            return env[self.name]
        except KeyError:
            return None

    def pinned(self, env: Env) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        def write(value: Any) -> None:
            env[self.name] = value

        return lambda: self(env), write


class Item:
    """`receiver[key]`."""

    __slots__ = ("key", "receiver")

    def __init__(self, receiver: Code, key: Code) -> None:
        self.receiver = receiver
        self.key = key

    def __call__(self, env: Env) -> Any:
        value = self.receiver(env)
        key = self.key(env)
        # The usual case, without the way through the method table.
        return value.get(key) if type(value) is dict else call_method(value, "[]", [key], None)

    def pinned(self, env: Env) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        value, key = self.receiver(env), self.key(env)

        def write(new: Any) -> None:
            call_method(value, "[]=", [key, new], None)

        return lambda: call_method(value, "[]", [key], None), write


def assigned(place: Place, operator: str | None, value: Code) -> Code:
    """`place = value`, or with an operator `place operator= value`."""

    def run(env: Env) -> Any:
        read, write = place.pinned(env)
        if operator is None:
            new = value(env)
        else:
            old = read()
            if operator in ("||", "&&") and truthy(old) is (operator == "||"):
                return old
            new = value(env) if operator in ("||", "&&") else BINARY[operator](old, value(env))
        write(new)
        return new

    return run


def multiple(targets: Targets, values: Code) -> Code:
    def run(env: Env) -> Any:
        value = values(env)
        targets.bind(env, value if isinstance(value, list) else [value])
        return value

    return run


def shifted(left: Code, right: Code, *, own: bool) -> Code:
    """`<<`: lists and strings grow in place; `own`: a string here is one that nobody else holds."""

    def run(env: Env) -> Any:
        if not isinstance(left, Local | Item):
            return BINARY["<<"](left(env), right(env))
        old = left(env)
        new = BINARY["<<"](old, right(env))
        if isinstance(old, str) and not own:
            raise RubyError("<< of a string that others hold is not supported: use +")
        if isinstance(old, str):
            rewrite(left, env, new)
        return new

    return run


def rewrite(place: "Local | Item", env: Env, text: str) -> None:
    """What a string turned into where a method changed it in place."""
    if isinstance(place, Local):
        env[place.name] = text
        return
    holder, key = place.receiver(env), place.key(env)
    call_method(holder, "[]=", [key, text], None)
    if isinstance(holder, LentHash) and key in holder.record:
        holder.record[key] = text


def string_change(place: "Local | Item", change: Code, *, says_nothing: bool) -> Code:
    """A method that changes a string in place; `says_nothing`: nil where nothing changed, as `gsub!` gives."""

    def run(env: Env) -> Any:
        old, new = place(env), change(env)
        if not isinstance(old, str) or (says_nothing and new == old):
            return None if says_nothing else new
        rewrite(place, env, new)
        return new

    return run


def unless_string(place: Local, change: Code, name: str) -> Code:
    """A change of a list; a string of a field would change there, too, which a variable cannot do."""

    def run(env: Env) -> Any:
        if isinstance(place(env), str):
            raise RubyError(f"{name} of a string that others hold is not supported: use +")
        return change(env)

    return run
