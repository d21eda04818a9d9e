"""Classes and modules an expression may name, and the methods called on them."""

import base64
import glob
import hashlib
import ipaddress
import os
import random
import socket
import time
import urllib.parse
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kelp.agent.ruby.formatting import format_text, to_float_strict, to_integer_strict
from kelp.agent.ruby.json_text import load_json
from kelp.agent.ruby.methods import Block, arity
from kelp.agent.ruby.values import (
    NANOS,
    Constant,
    RubyError,
    RubyTime,
    Symbol,
    TextFile,
    is_number,
    to_json,
    to_s,
)  # fmt: skip
from kelp.agent.timefmt import TimeParseError, build_time_parser

Function = Callable[[list[Any], Block | None], Any]

# Classes that only stand in `is_a?` and `when`.
CLASSES = frozenset(
    [
        "String",
        "Integer",
        "Float",
        "Numeric",
        "Array",
        "Hash",
        "Symbol",
        "NilClass",
        "TrueClass",
        "FalseClass",
        "Regexp",
        "Range",
        "Object",
        "Enumerable",
        "Comparable",
        "Fixnum",
        "MatchData",
    ]
)


def _of(function: Callable[..., Any], least: int = 0, most: int | None = None) -> Function:
    def call(args: list[Any], block: Block | None) -> Any:
        arity("method", args, least, most)
        return function(*args)

    return call


def _time_at(value: Any, *more: Any) -> RubyTime:
    if isinstance(value, RubyTime):
        return value
    if not is_number(value):
        raise RubyError("can't convert the value into an exact number for Time.at")
    extra = 0
    if more:
        units = {"millisecond": 1_000_000, "usec": 1000, "microsecond": 1000, "nsec": 1, "nanosecond": 1}
        unit = to_s(more[1]) if len(more) > 1 else "usec"
        if unit not in units:
            raise RubyError(f"unexpected unit: {unit}")
        extra = round(more[0] * units[unit])
    whole = value * NANOS if isinstance(value, int) else round(value * NANOS)
    return RubyTime(whole + extra)


def _time_parse(text: Any, form: str | None = None) -> RubyTime:
    try:
        return RubyTime(build_time_parser(time_format=form)(text))
    except TimeParseError as error:
        raise RubyError(f"invalid time: {error}") from None


def _json_parse(text: Any, *options: Any) -> Any:
    symbolize = bool(options and isinstance(options[0], dict) and options[0].get(Symbol("symbolize_names")))
    pairs = (lambda items: {Symbol(k): v for k, v in items}) if symbolize else None
    try:
        return load_json(text, pairs)
    except (TypeError, ValueError) as error:
        raise RubyError(f"JSON::ParserError: {error}") from None


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise RubyError(f"cannot read {path}: {error.strerror}") from None


def _integer(value: Any, base: Any = None, *_: Any) -> int:
    if value is None:
        raise RubyError("can't convert nil into Integer")
    if isinstance(value, str) and isinstance(base, int):
        try:
            return int(value, base)
        except ValueError:
            raise RubyError(f"invalid value for Integer(): {value!r}") from None
    return to_integer_strict(value)


def _digest(name: str) -> dict[str, Function]:
    def digest(text: str) -> str:
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    def digest64(text: str) -> str:
        return base64.b64encode(hashlib.new(name, text.encode(), usedforsecurity=False).digest()).decode()

    return {"hexdigest": _of(digest, 1), "base64digest": _of(digest64, 1)}


def _decode64(text: str) -> str:
    try:
        return base64.b64decode(text.encode()).decode(errors="replace")
    except ValueError as error:
        raise RubyError(f"invalid base64: {error}") from None


def _open(args: list[Any], block: Block | None) -> Any:
    """`File.open(path)`, with a block its value: `File.open(path, &:readline)`."""
    arity("open", args, 1, 2)
    file = TextFile(_read(args[0]))
    return block([file]) if block else file


def _address(text: Any) -> Any:
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise RubyError(f"invalid address: {error}") from None


def _host_address(name: str) -> str:
    try:
        return str(socket.getaddrinfo(name, None)[0][4][0])
    except OSError as error:
        raise RubyError(f"cannot resolve {name}: {error}") from None


_FILE: dict[str, Function] = {
    "read": _of(_read, 1),
    "open": _open,
    "readlines": _of(lambda path: _read(path).splitlines(keepends=True), 1),
    "exist?": _of(os.path.exists, 1),
    "file?": _of(os.path.isfile, 1),
    "basename": _of(lambda p, suffix="": _basename(p, suffix), 1, 2),
    "dirname": _of(lambda p: os.path.dirname(p) or ".", 1),
    "extname": _of(lambda p: os.path.splitext(p)[1], 1),
    "join": _of(lambda *parts: "/".join(parts).replace("//", "/"), 1, 99),
    "expand_path": _of(lambda path, base="": os.path.abspath(os.path.join(base, path)), 1, 2),
    "directory?": _of(os.path.isdir, 1),
}


def _basename(path: str, suffix: str) -> str:
    name = os.path.basename(path.rstrip("/")) or "/"
    if suffix == ".*":
        return os.path.splitext(name)[0]
    return name.removesuffix(suffix) if name != suffix else name


_TIME: dict[str, Function] = {
    "now": _of(lambda: RubyTime(time.time_ns())),
    "at": _of(_time_at, 1, 3),
    "parse": _of(_time_parse, 1),
    "iso8601": _of(_time_parse, 1),
    "strptime": _of(_time_parse, 2),
}
MODULES: dict[str, dict[str, Function]] = {
    "Time": _TIME,
    "DateTime": {name: _TIME[name] for name in ("now", "parse", "iso8601", "strptime")},
    "JSON": {"parse": _of(_json_parse, 1, 2), "generate": _of(to_json, 1), "dump": _of(to_json, 1)},
    "Yajl": {"dump": _of(to_json, 1), "load": _of(_json_parse, 1)},
    "Oj": {"dump": _of(to_json, 1, 2), "load": _of(_json_parse, 1)},
    "Socket": {"gethostname": _of(socket.gethostname)},
    "File": _FILE,
    "IO": {"read": _FILE["read"], "readlines": _FILE["readlines"]},
    "IPAddr": {"new": _of(_address, 1)},
    "Dir": {
        "pwd": _of(os.getcwd),
        "exist?": _of(os.path.isdir, 1),
        "glob": _of(lambda pattern: sorted(glob.glob(pattern, recursive=True)), 1),
    },
    "IPSocket": {"getaddress": _of(_host_address, 1)},
    "Process": {"pid": _of(os.getpid)},
    "Regexp": {"escape": _of(lambda t: _escape(t), 1)},
    "Digest::MD5": _digest("md5"),
    "Digest::SHA1": _digest("sha1"),
    "Digest::SHA256": _digest("sha256"),
    "Digest::SHA512": _digest("sha512"),
    "Base64": {
        "encode64": _of(lambda t: base64.encodebytes(t.encode()).decode(), 1),
        "strict_encode64": _of(lambda t: base64.b64encode(t.encode()).decode(), 1),
        "urlsafe_encode64": _of(lambda t: base64.urlsafe_b64encode(t.encode()).decode(), 1),
        "decode64": _of(_decode64, 1),
        "strict_decode64": _of(_decode64, 1),
    },
    "SecureRandom": {
        "uuid": _of(lambda: str(uuid.uuid4())),
        "hex": _of(lambda n=16: os.urandom(n).hex(), 0, 1),
    },
    "CGI": {"unescape": _of(urllib.parse.unquote_plus, 1), "escape": _of(urllib.parse.quote_plus, 1)},
    "URI": {
        "decode_www_form_component": _of(urllib.parse.unquote_plus, 1),
        "encode_www_form_component": _of(urllib.parse.quote_plus, 1),
    },
}
FUNCTIONS: dict[str, Function] = {
    "Integer": _of(_integer, 1, 3),
    "Float": _of(to_float_strict, 1, 2),
    "String": _of(to_s, 1),
    "Array": _of(lambda v: v if isinstance(v, list) else [] if v is None else [v], 1),
    "format": _of(lambda form, *args: format_text(form, list(args)), 1, 99),
    "sprintf": _of(lambda form, *args: format_text(form, list(args)), 1, 99),
    "rand": _of(lambda limit=0: random.randrange(limit) if limit else random.random(), 0, 1),
    "open": _open,
    "require": _of(lambda name: True, 1),
    "raise": _of(lambda *parts: _raise(*parts), 0, 2),
}


def _raise(*parts: Any) -> None:
    raise RubyError(to_s(parts[-1]) if parts else "unhandled exception")


def _escape(text: str) -> str:
    special = ".*?+^$|\\()[]{}-"
    return "".join("\\" + char if char in special else char for char in text)


def constant_value(name: str) -> Any:
    """The value of a constant: ENV as a hash, classes as Constant, Regexp and Float constants. None if unknown."""
    if name == "ENV":
        return dict(os.environ)
    if name == "Float::INFINITY":
        return float("inf")
    return Constant(name) if name in CLASSES or name in MODULES else None
