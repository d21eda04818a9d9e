"""Classes and modules an expression may name, and the methods called on them."""

import glob
import math
import os
import random
import socket
import uuid
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from kelp.agent.ruby.formatting import format_text, to_float_strict, to_integer_strict
from kelp.agent.ruby.methods import Block, arity
from kelp.agent.ruby.methods_address import address
from kelp.agent.ruby.methods_uri import parse_uri
from kelp.agent.ruby.modules_text import TEXT_MODULES, Function, of
from kelp.agent.ruby.modules_time import TIME_MODULES
from kelp.agent.ruby.own_addresses import interface_addresses, own_addresses
from kelp.agent.ruby.text import to_s
from kelp.agent.ruby.values import (
    Constant,
    DefaultHash,
    Range,
    RubyError,
    Symbol,
    TextFile,
    bounded,
    is_number,
)

# Classes that only stand in `is_a?` and `when`.
CLASSES = frozenset((
    "String", "Integer", "Float", "Numeric", "Array", "Hash", "Symbol", "NilClass", "TrueClass", "FalseClass",
    "Regexp", "Range", "Object", "Enumerable", "Comparable", "Fixnum", "MatchData", "Proc", "Rational",
    "StandardError", "ArgumentError", "TypeError", "NoMethodError", "NameError", "KeyError", "IndexError",
    "RuntimeError", "ZeroDivisionError", "RangeError", "JSON::ParserError", "Exception",
))  # fmt: skip
VALUES: dict[str, Any] = {
    "Float::INFINITY": math.inf,
    "Float::NAN": math.nan,
    "Float::EPSILON": 2.220446049250313e-16,
    "Math::PI": math.pi,
    "Math::E": math.e,
    "Regexp::IGNORECASE": 1,
    "Regexp::EXTENDED": 2,
    "Regexp::MULTILINE": 4,
    "Encoding::UTF_8": Constant("UTF-8"),
    "Encoding::ASCII_8BIT": Constant("ASCII-8BIT"),
    "Encoding::BINARY": Constant("ASCII-8BIT"),
    "Encoding::US_ASCII": Constant("US-ASCII"),
    "Encoding::ISO_8859_1": Constant("ISO-8859-1"),
}


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise RubyError(f"cannot read {path}: {error.strerror}") from None


def _integer(value: Any, *more: Any) -> int | None:
    """`Integer("0x1f", 16, exception: false)`."""
    options = more[-1] if more and isinstance(more[-1], dict) else {}
    base = more[0] if more and isinstance(more[0], int) else 0
    try:
        if isinstance(value, str) and base:
            return _in_base(value, base)
        return to_integer_strict(value)
    except RubyError:
        if options.get(Symbol("exception")) is False:
            return None
        raise


def _in_base(text: str, base: int) -> int:
    try:
        return int(text.strip(), base)
    except ValueError:
        raise RubyError(f'invalid value for Integer(): "{text}"') from None


def _float(value: Any, options: Any = None) -> float | None:
    try:
        return to_float_strict(value)
    except RubyError:
        if isinstance(options, dict) and options.get(Symbol("exception")) is False:
            return None
        raise


def array_of(value: Any) -> list[Any]:
    """`Array(value)`, and what `*value` stands for."""
    if isinstance(value, dict):
        return [[key, one] for key, one in value.items()]
    if isinstance(value, Range):
        return value.items()
    return value if isinstance(value, list) else [] if value is None else [value]


def hash_of(args: list[Any]) -> dict[Any, Any]:
    """`Hash[…]`: a hash, pairs, or keys and values in turn."""
    if len(args) == 1 and isinstance(args[0], dict):
        return dict(args[0])
    if len(args) == 1 and isinstance(args[0], list):
        return {pair[0]: pair[1] if len(pair) > 1 else None for pair in args[0]}
    if len(args) % 2:
        raise RubyError("odd number of arguments for Hash", "ArgumentError")
    return dict(zip(args[::2], args[1::2], strict=True))


def _new_hash(args: list[Any], block: Block | None) -> dict[Any, Any]:
    arity("new", args, 0, 1)
    if block is not None:
        run = block
        return DefaultHash(lambda found, key: run([found, key]))
    return DefaultHash(lambda found, key: args[0]) if args else {}


def _new_array(args: list[Any], block: Block | None) -> list[Any]:
    arity("new", args, 0, 2)
    if args and isinstance(args[0], list):
        return list(args[0])
    size = args[0] if args else 0
    return (
        [block([at]) for at in bounded(range(size))] if block else [args[1] if len(args) > 1 else None] * size
    )


def _math(function: Callable[..., float]) -> Function:
    def call(args: list[Any], block: Block | None) -> float:
        if not all(is_number(one) for one in args):
            raise RubyError("can't convert the value into Float")
        try:
            return function(*args)
        except ValueError:
            raise RubyError(
                f'invalid: numerical argument is out of domain - "{function.__name__}"', "Math::DomainError"
            ) from None

    return call


def _open(args: list[Any], block: Block | None) -> Any:
    """`File.open(path)`, with a block its value: `File.open(path, &:readline)`."""
    arity("open", args, 1, 2)
    file = TextFile(_read(args[0]))
    return block([file]) if block else file


def _host_address(name: str) -> str:
    try:
        return str(socket.getaddrinfo(name, None)[0][4][0])
    except OSError as error:
        raise RubyError(f"cannot resolve {name}: {error}") from None


def _basename(path: str, suffix: str = "") -> str:
    name = os.path.basename(path.rstrip("/")) or "/"
    if suffix == ".*":
        return os.path.splitext(name)[0]
    return name.removesuffix(suffix) if name != suffix else name


def _raise(*parts: Any) -> None:
    kind = parts[0].name if parts and isinstance(parts[0], Constant) else "RuntimeError"
    raise RubyError(to_s(parts[-1]) if parts else "unhandled exception", kind)


def _random(limit: Any = 0) -> Any:
    if isinstance(limit, Range):
        return random.choice(limit.values())
    if isinstance(limit, float):
        return random.random() * limit
    return random.randrange(limit) if limit else random.random()


_FORMAT = of(lambda form, *args: format_text(form, list(args)), 1, 99)
_RANDOM = of(_random, 0, 1)
_RAISE = of(_raise, 0, 2)
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FILE: dict[str, Function] = {
    "read": of(_read, 1),
    "open": _open,
    "readlines": of(lambda path: _read(path).splitlines(keepends=True), 1),
    "exist?": of(os.path.exists, 1),
    "file?": of(os.path.isfile, 1),
    "basename": of(_basename, 1, 2),
    "dirname": of(lambda p: os.path.dirname(p) or ".", 1),
    "extname": of(lambda p: os.path.splitext(p)[1], 1),
    "join": of(lambda *parts: "/".join(parts).replace("//", "/"), 1, 99),
    "expand_path": of(lambda path, base="": os.path.abspath(os.path.join(base, path)), 1, 2),
    "directory?": of(os.path.isdir, 1),
}


MODULES: dict[str, dict[str, Function]] = {
    **TEXT_MODULES,
    **TIME_MODULES,
    "Socket": {
        "gethostname": of(socket.gethostname),
        "ip_address_list": of(own_addresses),
        "getifaddrs": of(interface_addresses),
    },
    "File": _FILE,
    "IO": {"read": _FILE["read"], "readlines": _FILE["readlines"]},
    "IPAddr": {"new": of(address, 1)},
    "Dir": {
        "pwd": of(os.getcwd),
        "exist?": of(os.path.isdir, 1),
        "glob": of(lambda pattern: sorted(glob.glob(pattern, recursive=True)), 1),
    },
    "IPSocket": {"getaddress": of(_host_address, 1)},
    "Hash": {"new": _new_hash},
    "Array": {"new": _new_array},
    "String": {"new": of(lambda text="", *options: text, 0, 2)},
    "Process": {"pid": of(os.getpid)},
    "Random": {"rand": _RANDOM},
    "Kernel": {"format": _FORMAT, "sprintf": _FORMAT},
    "Math": {
        name: _math(getattr(math, name))
        for name in ("sqrt", "log", "log2", "log10", "exp", "sin", "cos", "tan", "atan", "hypot")
    },
    "SecureRandom": {
        "uuid": of(lambda: str(uuid.uuid4())),
        "hex": of(lambda n=16: os.urandom(n).hex(), 0, 1),
        "alphanumeric": of(lambda n=16: "".join(random.choices(_ALPHANUMERIC, k=n)), 0, 1),
        "random_number": _RANDOM,
    },
}
FUNCTIONS: dict[str, Function] = {
    "Integer": of(_integer, 1, 3),
    "Float": of(_float, 1, 2),
    "String": of(to_s, 1),
    "Array": of(array_of, 1),
    "Hash": of(lambda v: {} if v is None or v == [] else dict(v), 1),
    "Rational": of(lambda a, b=1: Fraction(a) / Fraction(b), 1, 2),
    "URI": of(parse_uri, 1),
    "format": _FORMAT,
    "sprintf": _FORMAT,
    "rand": _RANDOM,
    "open": _open,
    "require": of(lambda name: True, 1),
    "raise": _RAISE,
    "fail": _RAISE,
}


# Methods every object has, which are no names for fields.
KERNEL = frozenset((
    "format", "sprintf", "printf", "test", "select", "p", "print", "puts", "putc", "load", "exit", "fork", "sleep",
    "srand", "trap", "system", "exec", "spawn", "gets", "warn", "binding", "caller", "catch", "throw", "abort",
    "at_exit", "eval", "readline", "readlines", "syscall", "autoload", "require_relative", "set_trace_func",
    "local_variables", "global_variables", "block_given",
))  # fmt: skip


def constant_value(name: str) -> Any:
    """The value of a constant: ENV as a hash, classes as Constant, numbers. None if unknown."""
    if name == "ENV":
        return dict(os.environ)
    if name in VALUES:
        return VALUES[name]
    return Constant(name) if name in CLASSES or name in MODULES else None
